"""Drives the inspector: what it says of the network, a block and a layer, and what its buttons change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from app.views.inspector.fact_grid import FactGrid
from app.views.inspector.inspector_view import InspectorView
from app.views.inspector.shortcut_words import residual_formula, shortcut_reason
from resnet_core.analysis.block_alternative import block_alternative
from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.runs.run_records import RunSummary


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[InspectorView]:
    made = InspectorView(
        ArchitectureDocument(preset("ResNet-50")), SelectionState(), PinnedState(), RunsState(), Theme("light")
    )
    qtbot.addWidget(made)
    made.resize(230, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made


def values(grid: FactGrid) -> dict[str, str]:
    return {fact.name: fact.value for fact in grid.facts}


def differences(grid: FactGrid) -> dict[str, str]:
    return {fact.name: fact.beside for fact in grid.facts}


def a_run(snapshot: Snapshot) -> ShownRun:
    """A run of this architecture with a norm of 10^-(boundary) that falls by one decade from step 0 to 100."""
    boundaries = snapshot.graph.boundaries
    steps = np.arange(0, 101, 10)
    norms = 10.0 ** (-np.arange(len(boundaries))[None, :] - steps[:, None] / 100)
    summary = RunSummary("run-1", Path("run-1"), "ResNet-50 on digits", "running")
    return ShownRun(summary, snapshot.config, {}, boundaries, steps, norms)


def test_that_nothing_selected_shows_the_networks_totals_and_its_memory(view: InspectorView) -> None:
    assert view.title.text() == "ResNet-50"
    shown = values(view.facts)
    assert shown["depth"] == "50"
    assert shown["parameters"] == "25,557,032"
    assert shown["MACs"] == "4,089,184,256"
    assert shown["FLOPs"] == "8,178,368,512"
    memory = values(view.memory)
    assert memory["weights"] == memory["gradients"] == memory["optimiser state"] == "102 MB"
    assert memory["kept for backward"] == "86.1 MB"
    for part in ("float32", "SGD with momentum", "batch 1", "workspace is left out"):
        assert part in view.convention.text()
    stages = values(view.stages)
    assert list(stages) == ["", "stem", "layer1 ×3", "layer2 ×4", "layer3 ×6", "layer4 ×3", "head"]
    assert stages["layer3 ×6"] == "7.10 M"
    assert not view.alternative.isVisible() and not view.gradient.isVisible()


def test_that_a_block_shows_its_facts_and_the_exact_formulas(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    assert view.title.text() == "layer3.1"
    assert view.subtitle.text() == "Bottleneck, identity shortcut · conv4_x"
    shown = values(view.facts)
    assert shown["in"] == shown["out"] == "1024 × 14²"
    assert shown["parameters"] == "1,117,184"
    assert shown["share"] == "4.4 %"
    assert shown["MACs"] == "218,365,952"
    assert shown["receptive field"] == "139 px"
    assert shown["kept for backward"] == "2.42 MB"
    assert view.parameter_formulas.lines == (
        "W₁ 1·1·1024·256 = 262,144",
        "W₂ 3·3·256·256 = 589,824",
        "W₃ 1·1·256·1024 = 262,144",
        "BN 2·(256+256+1024) = 3,072",
    )
    assert view.mac_formulas.lines[1] == "W₂ 14·14·589,824 = 115,605,504"


def test_that_the_formulas_of_a_block_sum_to_its_counts(view: InspectorView) -> None:
    def outcome(line: str) -> int:
        return int(line.split(" = ")[1].replace(",", ""))

    for name, id in (
        ("ResNet-50", "layer3.0"), ("ResNeXt-50-32x4d", "layer2.1"), ("PreResNet-164", "layer2.0"),
        ("SE-ResNet-50", "layer2.0"), ("ECA-ResNet-50-D", "layer3.0"), ("ResNet-Blur-50", "layer2.0"),
        ("BiT-R50x1", "layer2.0"),
    ):  # fmt: skip
        view._document.open_preset(name, "Open")
        view._selection.select(id)
        cost = view._document.snapshot.report.blocks[id]
        assert sum(map(outcome, view.parameter_formulas.lines)) == cost.parameters
        assert sum(map(outcome, view.mac_formulas.lines)) == cost.macs


def test_that_a_projection_is_a_term_of_its_own(view: InspectorView) -> None:
    view._selection.select("layer3.0")
    assert "Wₛ 1·1·512·1024 = 524,288" in view.parameter_formulas.lines
    assert view.shortcut.formula.text() == "H(x) = F(x) + Wₛ·x"
    assert "1024 × 14² of 512 × 28²" in view.shortcut.reason.text()


def test_that_a_block_shows_what_the_other_kind_would_cost(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    assert view.alternative.heading.text() == "As a Basic block, same output"
    assert view.alternative.formula.text() == "2·3·3·1024·1024 = 18,874,368"
    assert view.alternative.ratio.text() == "16.9 × the weights of this block"
    view._document.open_preset("ResNet-34", "Open")
    assert view.alternative.heading.text() == "As a Bottleneck block, same output"
    assert view.alternative.formula.text() == "1·1·256·64 + 3·3·64·64 + 1·1·64·256 = 69,632"
    assert view.alternative.ratio.text() == "0.0590 × the weights of this block"


def test_that_the_button_makes_the_block_the_other_kind_in_one_undo_step(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer3.1")
    config, block = view._document.config, view._document.snapshot.graph.block_by_id["layer3.1"]
    expected = block_alternative(config, block)
    qtbot.mouseClick(view.alternative.button, Qt.MouseButton.LeftButton)
    assert view._document.undo_stack.count() == 1
    assert view._document.undo_stack.undoText() == "Make layer3.1 Basic"
    cost = view._document.snapshot.report.blocks["layer3.1"]
    assert expected is not None
    assert (cost.parameters, cost.macs) == (expected.parameters, expected.macs)
    assert values(view.facts)["parameters"] == f"{cost.parameters:,}"
    assert view.subtitle.text().startswith("Basic, identity shortcut")
    qtbot.mouseClick(view.alternative.button, Qt.MouseButton.LeftButton)
    assert view._document.config == config
    view._document.undo_stack.undo()
    view._document.undo_stack.undo()
    assert view._document.config == preset("ResNet-50")


def test_that_two_blocks_changed_are_two_undo_steps(view: InspectorView) -> None:
    for id in ("layer3.1", "layer3.2"):
        view._selection.select(id)
        view.alternative.button.click()
    assert view._document.undo_stack.count() == 2
    view._document.undo_stack.undo()
    assert [entry.block for entry in view._document.config.overrides] == ["layer3.1"]


def test_that_a_block_takes_a_shortcut_of_its_own_and_gives_it_back(view: InspectorView) -> None:
    def choose(value: str | None) -> None:
        view.shortcut.choice.setCurrentIndex(view.shortcut.choice.findData(value))
        view.shortcut.choice.activated.emit(view.shortcut.choice.currentIndex())

    view._selection.select("layer3.1")
    assert view.shortcut.choice.currentText() == "B, as the network"
    choose("none")
    assert view._document.snapshot.graph.block_by_id["layer3.1"].plan.shortcut == "none"
    assert view.shortcut.formula.text() == "H(x) = F(x)"
    assert view._document.undo_stack.undoText() == "Shortcut of layer3.1: none"
    choose("C")
    assert "option C" in view.shortcut.reason.text()
    choose(None)
    assert view._document.config == preset("ResNet-50")
    assert view._document.undo_stack.count() == 3


def test_that_a_shortcut_chosen_keeps_the_blocks_own_kind(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    view.alternative.button.click()
    view.shortcut.shortcut_wanted.emit("C")
    entry = view._document.config.overrides[0]
    assert (entry.kind, entry.shortcut) == ("basic", "C")


def narrowing() -> ArchitectureConfig:
    return with_value(preset("ResNet-50"), ("stages", 3, "width"), 64)


def test_that_a_refused_choice_says_why_and_changes_nothing(view: InspectorView) -> None:
    view._document.replace(narrowing(), "Narrow")
    view._selection.select("layer4.0")
    view.shortcut.shortcut_wanted.emit("A")
    assert view._document.config == narrowing()
    assert view.problem.isVisible()
    assert "zero padding (A) can only add channels" in view.problem.text()
    assert view.shortcut.choice.currentData() is None
    view._selection.select("layer4.1")
    assert not view.problem.isVisible()


def test_that_there_is_no_button_for_a_kind_that_cannot_be(view: InspectorView) -> None:
    config = with_value(preset("ResNet-18"), ("block", "expansion"), 16)
    view._document.replace(with_value(config, ("stages", 0, "width"), 8), "Narrow")
    view._selection.select("layer1.1")
    assert not view.alternative.button.isEnabled()
    assert "without channels" in view.alternative.formula.text()


def test_that_a_layer_shows_its_own_facts_and_the_way_to_its_block(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer3.0.conv2")
    assert view.subtitle.text() == "conv in layer3.0"
    shown = values(view.facts)
    assert (shown["in"], shown["out"]) == ("256 × 28²", "256 × 14²")
    assert (shown["kernel"], shown["stride"], shown["padding"], shown["groups"]) == ("3 × 3", "2", "1", "1")
    assert shown["parameters"] == "589,824"
    assert shown["effective stride"] == "16 px"
    assert view.parameter_formulas.lines == ("3·3·256·256 = 589,824",)
    assert view.mac_formulas.lines == ("14·14·589,824 = 115,605,504",)
    qtbot.mouseClick(view.to_block, Qt.MouseButton.LeftButton)
    assert view._selection.selected == "layer3.0"


@pytest.mark.parametrize(
    ("id", "formula"), [("fc", "2048·1000 + 1000 = 2,049,000"), ("bn1", "2·64 = 128"), ("maxpool", None)]
)
def test_that_layers_outside_of_blocks_have_their_formulas(view: InspectorView, id: str, formula: str | None) -> None:
    view._selection.select(id)
    assert view.title.text() == id
    assert view.parameter_formulas.lines == ((formula,) if formula else ())
    assert view.origin_heading.isVisible() == bool(formula)
    assert not view.to_block.isVisible()


def test_that_differences_to_the_reference_stand_beside_the_numbers(view: InspectorView) -> None:
    view._pinned.pin(analyzed(preset("ResNet-34")))
    beside = differences(view.facts)
    assert beside["parameters"] == "+17 %"
    assert beside["MACs"] == "+12 %"
    assert beside["depth"] == "+16"
    view._selection.select("layer3.1")
    assert differences(view.facts)["parameters"] == "−5 %"
    tip = next(fact.tip for fact in view.facts.facts if fact.name == "parameters")
    assert "−63,488 against ResNet-34, which has 1,180,672" in tip
    view._pinned.clear()
    assert set(differences(view.facts).values()) == {""}


def test_that_the_reference_itself_shows_no_differences(view: InspectorView) -> None:
    view._pinned.pin(view._document.snapshot)
    assert set(differences(view.facts).values()) == {""}


def test_that_the_gradient_of_the_block_is_shown_at_the_looked_at_step(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer1.2")
    assert "No run" in view.gradient.value.text()
    assert not view.gradient.sparkline.isVisible()
    view._runs.put(a_run(view._document.snapshot))
    assert view.gradient.sparkline.points == 11
    assert view.gradient.value.text() == "‖∂L/∂x‖₂ = 1.0·10⁻³ at step 100"
    view._selection.set_step(55)
    assert view.gradient.value.text() == "‖∂L/∂x‖₂ = 3.2·10⁻³ at step 50"
    view._selection.select("layer2.0")
    assert "3.2·10⁻⁴" in view.gradient.value.text()


def test_that_a_press_on_the_curve_picks_its_step(qtbot: QtBot, view: InspectorView) -> None:
    view._selection.select("layer1.2")
    view._runs.put(a_run(view._document.snapshot))
    curve = view.gradient.sparkline
    view.ensureWidgetVisible(curve)
    qtbot.mouseClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(curve.width() - 1, 10))
    assert view._selection.step == 100
    qtbot.mouseClick(curve, Qt.MouseButton.LeftButton, pos=QPoint(0, 10))
    assert view._selection.step == 0
    qtbot.keyClick(curve, Qt.Key.Key_Right)
    assert view._selection.step == 10


def test_that_norms_without_a_logarithm_leave_a_gap_and_no_warning(view: InspectorView) -> None:
    run = a_run(view._document.snapshot)
    norms = run.boundary_norms.copy()
    norms[2:4, 2] = (0.0, np.inf)
    norms[7, 2] = np.nan
    view._selection.select("layer1.2")
    view._runs.put(run._replace(boundary_norms=norms))
    assert view.gradient.sparkline.points == 8
    assert not view.gradient.grab().isNull()
    view._selection.set_step(70)
    assert "NaN" in view.gradient.value.text()


def test_that_a_run_of_another_architecture_is_not_shown(view: InspectorView) -> None:
    view._runs.put(a_run(analyzed(preset("ResNet-101"))))
    view._selection.select("layer1.2")
    assert not view.gradient.sparkline.isVisible()


def test_that_a_hidden_inspector_waits_until_it_is_shown(view: InspectorView) -> None:
    view.hide()
    view._selection.select("layer3.1")
    view._document.open_preset("ResNet-18", "Open")
    assert view.title.text() == "ResNet-50"
    view.show()
    assert view.title.text() == "layer3.1"
    assert view.subtitle.text().startswith("Basic")


def test_that_a_selection_the_network_does_not_have_shows_the_network(view: InspectorView) -> None:
    view._selection.select("layer9.9")
    assert view.title.text() == "ResNet-50"


def test_that_every_text_can_be_selected(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    for label in (view.title, view.parameter_formulas, view.alternative.formula, view.shortcut.reason):
        assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_that_nothing_is_cut_at_the_narrowest_width(view: InspectorView) -> None:
    view._pinned.pin(analyzed(preset("ResNet-101")))
    for selected in ("", "layer3.0", "layer3.0.conv2", "layer4.2"):
        view._selection.select(selected)
        content: Any = view.widget()
        assert content.width() == view.viewport().width()
        for label in content.findChildren(QLabel):
            if label.isVisible() and label.text():
                right = label.mapTo(content, QPoint(label.width(), 0)).x()
                assert right <= content.width(), label.text()
                if label.wordWrap():
                    assert label.height() >= label.heightForWidth(label.width()), label.text()


@pytest.mark.parametrize(
    ("name", "id", "formula", "words"),
    [
        ("ResNet-20", "layer2.0", "H(x) = F(x) + pad(x)", "16 channels of zeros make 32 × 16² of 16 × 32²"),
        ("ResNet-20", "layer2.1", "H(x) = F(x) + x", "32 × 16²"),
        ("Plain-20", "layer2.0", "H(x) = F(x)", "plain"),
        ("ResNet-50", "layer1.0", "H(x) = F(x) + Wₛ·x", "256 × 56² of 64 × 56²"),
        ("PreResNet-164", "layer1.0", "H(x) = F(x) + Wₛ·x", "first ReLU"),
    ],
)
def test_that_the_shortcut_says_what_it_does_and_why(name: str, id: str, formula: str, words: str) -> None:
    graph = build_graph(preset(name))
    block = graph.block_by_id[id]
    assert residual_formula(block) == formula
    assert words in shortcut_reason(graph, block)


def test_that_the_choices_of_a_shortcut_explain_themselves(view: InspectorView) -> None:
    view._selection.select("layer3.1")
    choice = view.findChild(QComboBox, "block_shortcut")
    assert choice.accessibleName()
    assert "zero-padded" in choice.itemData(choice.findData("A"), Qt.ItemDataRole.ToolTipRole)


def test_that_the_inspectors_totals_are_the_reports(view: InspectorView) -> None:
    for name in ("ResNet-20", "WRN-28-10", "Plain-50"):
        view._document.open_preset(name, "Open")
        total = cost_report(build_graph(preset(name))).total
        assert values(view.facts)["parameters"] == f"{total.parameters:,}"
        assert values(view.facts)["activations"] == f"{total.activations:,}"


def test_that_no_number_of_the_inspector_is_cut_off_at_its_least_width(
    view: InspectorView, qtbot: QtBot
) -> None:
    facts = view.facts
    view._selection.select("layer3.0")
    view.resize(view.minimumSizeHint().width(), 300)
    qtbot.waitUntil(view.verticalScrollBar().isVisible)
    assert facts.mapTo(view.viewport(), facts.rect().topRight()).x() < view.viewport().width()
