"""A probe shows the gradients of the open architecture before any training, in the tracks of the Atlas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.application import Application
from app.painting.elided_label import ElidedLabel
from app.state.architecture_document import analyzed
from app.state.probed_state import ProbedState, probe_batch
from app.windows.probe_text import probe_line
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_events import BLOCK_QUANTITIES
from tests.app.atlas_bench import even_norms, open_bench, shown_run


def document_of(name: str, norm: float | None = 1e-2) -> dict[str, Any]:
    """What a probe says of a preset, made up."""
    graph = analyzed(preset(name)).graph
    found = {"branch_norm": 3.0, "shortcut_norm": 4.0, "stream_variance": None}
    blocks = [{"id": block.id, **found} for block in graph.blocks]
    return {
        "name": name, "data": "random", "batch": 64, "seed": 0, "boundaries": list(graph.boundaries),
        "boundary_norms": [norm] * len(graph.boundaries), "blocks": blocks, "growth_per_layer": 1.0,
        "effective_depth": 3.24,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "batch"), [("ResNet-56", 63), ("ResNet-20", 64), ("ResNet-50", 2), ("ResNet-152", 2)])
def test_that_a_batch_is_as_large_as_some_seconds_allow(name: str, batch: int) -> None:
    assert probe_batch(analyzed(preset(name)).report.total.macs) == batch


def test_that_a_probe_is_a_run_of_one_step_without_what_was_not_measured() -> None:
    state = ProbedState()
    flow = state.record(preset("ResNet-20"), document_of("ResNet-20", None))
    assert state.flow_of(preset("ResNet-20").model_copy(update={"name": "another name"})) is flow
    assert state.flow_of(preset("ResNet-56")) is None
    assert flow.gradient_steps.tolist() == [0] and flow.boundary_norms.shape == (1, 10)
    assert np.isnan(flow.boundary_norms).all()
    assert set(flow.block_quantities) == {"branch_norm", "shortcut_norm"} < set(BLOCK_QUANTITIES)


def test_that_no_two_probes_have_one_key() -> None:
    state = ProbedState()
    probed = [state.record(preset(name), document_of(name)) for name in ("ResNet-20", "ResNet-56", "ResNet-20")]
    probed += [state.record(preset("ResNet-56"), document_of("ResNet-56"))]
    assert len({flow.key for flow in probed}) == 4


def test_that_a_probe_is_shown_until_the_run_beside_it_goes_on(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-20")
    probed = b.atlas.tracks.measured.probed
    probe = probed.record(b.document.config, document_of("ResNet-20"))
    assert b.atlas.gradients.run is probe
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    run = b.runs.shown[0]
    assert b.atlas.gradients.run is run
    again = probed.record(b.document.config, document_of("ResNet-20"))
    assert b.atlas.gradients.run is again
    b.runs.put(shown_run(b.document, even_norms(b.document, 4)))
    assert b.atlas.gradients.run is b.runs.shown[0]


def test_that_another_architecture_has_no_probe(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-20")
    b.atlas.tracks.measured.probed.record(b.document.config, document_of("ResNet-20"))
    b.document.open_preset("ResNet-56", "open")
    assert b.atlas.gradients.run is None
    b.document.undo_stack.undo()
    assert b.atlas.gradients.has_rows


def test_that_the_line_says_growth_and_effective_depth_or_that_there_are_none() -> None:
    document = document_of("ResNet-20")
    words = "squared gradients × 1.000 a layer towards the input, effective depth 3.2 of 9."
    assert probe_line(document).endswith(words)
    del document["growth_per_layer"], document["effective_depth"]
    assert probe_line(document) == "ResNet-20 at initialisation, batch 64: a gradient is not finite, or zero."


def test_that_the_button_probes_the_open_architecture_in_a_worker(application: Application, qtbot: QtBot) -> None:
    application.document.open_preset("ResNet-20", "open")
    application.begin_work()
    qtbot.waitUntil(lambda: application.engine.phase == "ready", timeout=90_000)
    button = application.window.findChild(QPushButton, "probe_button")
    assert button is not None and button.isEnabled()
    button.click()
    assert not button.isEnabled()
    flow = application.atlas.gradients
    qtbot.waitUntil(lambda: flow.has_rows, timeout=90_000)
    assert flow.norms().shape == (10,) and np.isfinite(flow.norms()).all()
    line = application.status_bar.findChild(ElidedLabel, "announcement")
    assert "ResNet-20 at initialisation, batch 64" in line.text()
    qtbot.waitUntil(button.isEnabled, timeout=5_000)


def test_that_the_pass_says_that_its_norms_are_a_probes(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-20")
    b.atlas.tracks.measured.probed.record(b.document.config, document_of("ResNet-20"))
    shown = b.atlas.tensor_pass
    shown.open()
    shown.player.turn("backward")
    norms = [label.text() for label in shown.bar.findChildren(ElidedLabel)]
    assert "Norms of the probe, before any training" in norms


def test_that_a_probe_is_shown_where_the_network_was_opened_while_the_atlas_was_hidden(qtbot: QtBot) -> None:
    b = open_bench(qtbot, "ResNet-20")
    b.atlas.hide()
    b.document.open_preset("ResNet-56", "Open")
    b.runs.put(shown_run(b.document, even_norms(b.document, 3)))
    probe = b.atlas.tracks.measured.probed.record(b.document.config, document_of("ResNet-56"))
    b.atlas.show()
    assert b.atlas.gradients.run is probe
