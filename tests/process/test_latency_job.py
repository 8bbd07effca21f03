"""Tests the job that measures latency: its document, its refusals, and that it ends when it is asked to."""

from __future__ import annotations

import pytest

from resnet_core.analysis.latency import read_latency
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.process.failures import is_bad_input, one_line
from resnet_core.process.jobs import MeasurementStopped, latency_request, run_latency_job
from resnet_core.process.messages import MeasureLatency, Progress
from resnet_core.process.progress_pace import ProgressPace
from resnet_core.profiling.latency import LatencyRequest
from resnet_core.training.control import TrainingControl
from tests.training.tiny_runs import tiny_architecture

QUICK = LatencyRequest(device="cpu", repeats=2, threads=1)


def test_that_a_message_says_what_is_measured_with() -> None:
    message = MeasureLatency("x", device="cpu", batch=4, repeats=7, threads=2, training=True)
    assert latency_request(message) == LatencyRequest(4, "cpu", 7, 2, training=True)


def test_that_the_document_holds_the_measured_network_and_progress_leads_to_it() -> None:
    told: list[Progress] = []
    document = run_latency_job(tiny_architecture(), QUICK, on_progress=told.append)  # type: ignore[arg-type]
    graph, latency = read_latency(document)
    assert graph.config == tiny_architecture()
    assert (latency.batch, latency.threads, latency.conditions.repeats) == (1, 1, 2)
    assert [report.text for report in told] == ["building the network", "warming up", "timing every layer"]


def test_that_a_measurement_ends_in_its_middle_when_it_is_asked_to() -> None:
    control, told = TrainingControl(), []

    def listen(report: object) -> None:
        told.append(report)
        if isinstance(report, Progress) and report.total:
            control.stop()

    with pytest.raises(MeasurementStopped, match="stopped before its end"):
        run_latency_job(tiny_architecture(), QUICK._replace(repeats=10_000), control, on_progress=listen)
    assert isinstance(told[-1], Progress) and told[-1].total == 10_000


def test_that_a_refused_measurement_is_bad_input_in_one_line() -> None:
    with pytest.raises(ConfigurationError) as refused:
        run_latency_job(tiny_architecture(), QUICK._replace(batch=0))
    assert is_bad_input(refused.value)
    assert one_line(refused.value) == "batch: 0 is too small; the least is 1"


def test_that_progress_is_told_no_more_often_than_it_can_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("resnet_core.process.progress_pace.time.monotonic", lambda: now)
    told: list[Progress] = []
    pace = ProgressPace(told.append)
    for done in range(10):
        pace.note(done, 10, "timing")
        now += 0.125
    assert [report.done for report in told] == [0, 2, 4, 6, 8]
    assert told[0].seconds_left is None
    assert told[-1].seconds_left == pytest.approx(0.25)
