"""Measures latency from the window with a real worker, and holds the state and its words to what was measured."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.application import Application
from app.painting.elided_label import ElidedLabel
from app.services.engine_service import Answer
from app.state.latency_state import LatencyState
from app.windows.latency_dialog import LatencyDialog
from app.windows.latency_text import latency_line, latency_text
from app.windows.notice_bar import TextDialog
from resnet_core.analysis.latency import (
    LatencyConditions,
    PassTimes,
    TimeSpread,
    latency_document,
    latency_of,
    read_latency,
)
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset

PATIENCE_MS = 120_000
TINY = with_assignments(preset("ResNet-20"), [f"stages.{place}.blocks=1" for place in range(3)]).model_copy(
    update={"name": "Tiny"}
)


def document_of(config: ArchitectureConfig = TINY, batch: int = 1, layer_ms: float = 2.0) -> dict[str, Any]:
    """A measurement in which every layer took `layer_ms`, and a pass 10 % more than its layers."""
    graph = build_graph(config)
    rows = tuple((node.id, TimeSpread(layer_ms, 0.5 * layer_ms, 2 * layer_ms)) for node in graph.nodes[1:-1])
    whole = 1.1 * layer_ms * len(rows)
    times = PassTimes(TimeSpread(whole, whole, whole), 1.2 * whole, 0.002, rows)
    size = config.input
    image = (size.channels, size.height, size.width)
    conditions = LatencyConditions("cpu", "CPU", batch, image, False, 1, 7, {"torch": "2.0"})
    return latency_document(graph, latency_of(graph, conditions, times))


def test_that_a_measurement_is_found_whatever_its_architecture_is_called(qtbot: QtBot) -> None:
    state = LatencyState()
    with qtbot.waitSignal(state.changed):
        state.record(document_of())
    measured = state.latency_of(TINY.model_copy(update={"name": "Another name"}))
    assert measured is not None and measured.layers["conv1"] == 2.0
    graph = build_graph(TINY)
    assert measured.columns["layer1.0"] == pytest.approx(2.0 * len(graph.nodes_of(graph.block_by_id["layer1.0"])))
    assert state.latency_of(preset("ResNet-20")) is None


def test_that_a_second_measurement_replaces_the_first() -> None:
    state = LatencyState()
    for batch in (1, 8):
        state.record(document_of(batch=batch))
    measured = state.latency_of(TINY)
    assert measured is not None and measured.batch == 8


def test_that_the_line_names_device_batch_time_and_the_slowest_block() -> None:
    _, latency = read_latency(document_of())
    total = 2.2 * len(latency.layers)
    share = 100 * latency.columns["layer2.0"] / total
    expected = f"Tiny on cpu, batch 1: {total:.1f} ms; slowest layer2.0 ({share:.1f} %)"
    assert latency_line("Tiny", latency) == expected


def test_that_the_line_and_the_text_say_that_backward_was_measured_too() -> None:
    document = {**document_of(), "pass": "training", "backward_hook_cost_ms": 0.001}
    document["layers"] = [{**row, "backward_ms": 1.5} for row in document["layers"]]
    _, latency = read_latency(document)
    assert latency_line("Tiny", latency).startswith("Tiny on cpu, batch 1, forward and backward: ")
    assert "the backward pass takes 75.0 % of the layers' time" in latency_text("Tiny", latency)
    assert latency.about == "cpu, batch 1, 1 thread, forward and backward"


def test_that_the_text_has_a_row_a_block_which_add_up() -> None:
    _, latency = read_latency(document_of())
    lines = latency_text("Tiny", latency).splitlines()
    assert lines[0] == "Tiny on CPU (cpu), batch 1 of 3 × 32², CPU threads: 1"
    rows = [line.split() for line in lines if line.endswith(" %")]
    assert [row[0] for row in rows] == ["stem", "layer1.0", "layer2.0", "layer3.0", "head", "between", "whole"]
    assert sum(float(row[-2]) for row in rows[:-1]) == pytest.approx(100, abs=0.5)
    assert any(line.split() == ["conv1", "2.00", "ms"] for line in lines)


def test_that_the_dialog_follows_the_open_architecture(application: Application) -> None:
    application.document.open_config(TINY, "Open Tiny")
    assert "latency" not in application.atlas.layout_record.shown
    application.actions["latency"].trigger()
    (dialog,) = application.window.findChildren(LatencyDialog)
    text, copy = dialog.findChild(QPlainTextEdit, "latency_text"), dialog.findChild(QPushButton, "latency_copy")
    assert text.toPlainText() == "Tiny has not been measured in this session." and not copy.isEnabled()
    application.service.answered.emit(Answer("latency", document_of(), application.document.config))
    assert text.toPlainText().startswith("Tiny on CPU (cpu)")
    assert "latency" in application.atlas.layout_record.shown
    announcement = application.status_bar.findChild(ElidedLabel, "announcement")
    assert announcement.text().startswith("Tiny on cpu, batch 1:")
    assert application.window.findChild(TextDialog) is None
    copy.click()
    assert QGuiApplication.clipboard().text() == text.toPlainText()
    application.document.open_preset("ResNet-18", "Open")
    assert text.toPlainText() == "ResNet-18 has not been measured in this session."
    application.actions["latency"].trigger()
    assert application.window.findChildren(LatencyDialog) == [dialog]
    dialog.close()


@pytest.mark.slow
def test_that_the_action_measures_and_a_measurement_can_be_cancelled(qtbot: QtBot, application: Application) -> None:
    application.document.open_config(TINY, "Open Tiny")
    application.recipe.set_field("threads", 1)
    application.recipe.set_field("device", "cpu")
    application.begin_work()
    application.actions["latency"].trigger()
    dialog = application.window.findChild(LatencyDialog)
    measure = dialog.findChild(QPushButton, "latency_measure")
    dialog.findChild(QSpinBox, "latency_batch").setValue(2)
    dialog.findChild(QSpinBox, "latency_repeats").setValue(3)
    with qtbot.waitSignal(application.latency.changed, timeout=PATIENCE_MS):
        measure.click()
        assert application.engine.busy and not measure.isEnabled()
    measured = application.latency.latency_of(application.document.config)
    assert measured is not None
    assert list(measured.layers) == [node.id for node in application.document.snapshot.graph.nodes[1:-1]]
    assert (measured.device, measured.batch, measured.threads, measured.conditions.repeats) == ("cpu", 2, 1, 3)
    dialog.findChild(QSpinBox, "latency_repeats").setValue(10_000)
    measure.click()
    qtbot.waitUntil(lambda: application.engine.progress.done > 0, timeout=PATIENCE_MS)
    assert application.engine.progress.total == 10_000
    application.status_bar.findChild(QPushButton, "job_cancel").click()
    assert not application.engine.busy and measure.isEnabled()
    assert application.latency.latency_of(application.document.config) is measured
    dialog.close()
