"""Drives the studies of the Hessian and of receptive fields as the window and the terminal do: job, document, stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resnet_core.cli import main
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.drawing.say import as_written
from resnet_core.findings.catalog import read_report
from resnet_core.findings.effective_receptive_field import ReceptiveFieldFindings
from resnet_core.findings.hessian import HessianFindings
from resnet_core.findings.study import StudyReport
from resnet_core.process.jobs import MeasurementStopped, run_train_job
from resnet_core.process.messages import Progress, Study
from resnet_core.process.study_job import run_study_job
from resnet_core.runs.study_shelf import stored_studies
from resnet_core.training.control import TrainingControl
from tests.training.tiny_runs import tiny_run

OPTIONS: dict[str, dict[str, Any]] = {
    "hessian": {"images": 64, "eigenvalues": 2},
    "receptive_field": {"images": 8, "canvas": 32},
}


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "a run"
    run_train_job(tiny_run(steps=60, capture=False), folder, control=TrainingControl())
    return folder


def report_of_run(name: str, folder: Path) -> StudyReport[Any]:
    document = run_study_job(Study(name, run_folder=str(folder), device="cpu", options=OPTIONS[name]))
    assert json.loads(json.dumps(document, allow_nan=False)) in stored_studies(folder)
    return read_report(document)


def test_that_the_curvature_of_a_run_is_found_and_kept(run_folder: Path) -> None:
    report = report_of_run("hessian", run_folder)
    assert isinstance(report.found, HessianFindings)
    assert report.network.step == 60
    assert report.found.converged
    assert report.found.eigenvalues[0] > abs(report.found.lowest) > 0  # it has learnt: a valley
    assert sum(report.found.shares) + report.found.stem_share + report.found.head_share == pytest.approx(1)
    assert "edge of stability, 2 / 0.1 = 20" in report.study.headline(report.found, as_written)


def test_that_the_fields_of_a_run_are_found_with_its_averages_and_kept(run_folder: Path) -> None:
    report = report_of_run("receptive_field", run_folder)
    assert isinstance(report.found, ReceptiveFieldFindings)
    assert (report.found.height, report.found.width) == (32, 32)
    radii = [field.radius_95 for field in report.found.fields]
    assert 0 < radii[0] < radii[-1] < report.found.fields[-1].field / 2**0.5
    assert not any(field.cut for field in report.found.fields)


@pytest.mark.parametrize("name", OPTIONS)
def test_that_a_study_stops_where_it_is_told_to(name: str) -> None:
    control = TrainingControl()
    told: list[Progress] = []

    def stop(message: object) -> None:
        if isinstance(message, Progress):
            told.append(message)
            control.stop()

    run = tiny_run()
    request = Study(name, config_to_toml(run.architecture, run.training), options=OPTIONS[name])
    with pytest.raises(MeasurementStopped):
        run_study_job(request, control, on_progress=stop)
    assert len(told) == 1


@pytest.mark.parametrize("name", OPTIONS)
def test_that_the_command_prints_headline_table_and_source(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["study", name, "ResNet-20", "--device", "cpu", "--set", "training.image_size=8", "--set", "study.images=4"]
    assert main([*words, "--set", "study.iterations=2"] if name == "hessian" else words) == 0
    printed = capsys.readouterr().out
    assert "ResNet-20 before any training, digits" in printed
    assert "layer3.2" in printed and "arXiv" in printed


def test_that_a_block_that_is_not_there_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "receptive_field", "ResNet-20", "--set", "study.block=layer9.9", "--device", "cpu"]) == 2
    assert "layer9.9 is not a block of ResNet-20" in capsys.readouterr().err
