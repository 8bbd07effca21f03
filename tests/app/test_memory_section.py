"""Drives the memory of the inspector: its parts by batch, optimiser and precision, and the peaks after the paint."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from app.state.architecture_document import Snapshot, analyzed
from app.views.inspector.memory_section import MemorySection
from app.views.inspector.memory_words import UNKNOWN
from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.forward_peak import forward_peak
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.step_peak import step_peak
from resnet_core.configuration.presets import preset
from resnet_core.number_text import byte_text


@pytest.fixture
def section(qtbot: QtBot) -> Iterator[MemorySection]:
    made = MemorySection()
    qtbot.addWidget(made)
    made.resize(230, 300)
    made.show()
    qtbot.waitExposed(made)
    made.show_snapshot(network(), None)
    yield made


def network() -> Snapshot:
    return analyzed(preset("ResNet-50"))


def values(section: MemorySection) -> dict[str, str]:
    return {fact.name: fact.value for fact in section.facts.facts}


def choose(section: MemorySection, name: str, value: object) -> None:
    box = section.findChild(QComboBox, name)
    assert box is not None
    box.setCurrentIndex(box.findData(value))


def test_that_the_parts_are_those_of_the_report(section: MemorySection) -> None:
    memory = network().report.memory
    assert values(section)["together"] == byte_text(memory.total_bytes)
    assert values(section)["kept for backward"] == "86.1 MB"
    assert "copies of weights" not in values(section)


def test_that_the_peaks_come_after_the_paint(section: MemorySection, qtbot: QtBot) -> None:
    section.show_snapshot(network(), None)
    assert values(section)["peak of a step"] == UNKNOWN
    graph = network().graph
    expected = byte_text(step_peak(graph, MemoryRecipe()).bytes), byte_text(forward_peak(graph, 1).bytes)
    qtbot.waitUntil(lambda: values(section)["peak of a step"] == expected[0])
    assert values(section)["peak of a forward pass"] == expected[1]
    assert "reached at" in section.facts.facts[-1].tip


def test_that_batch_optimiser_and_precision_change_what_is_forecast(section: MemorySection, qtbot: QtBot) -> None:
    batch = section.findChild(QSpinBox, "memory_batch")
    assert batch is not None
    batch.setValue(32)
    choose(section, "memory_optimizer", "adamw")
    choose(section, "memory_precision", "mixed")
    recipe = MemoryRecipe(32, "adamw", "mixed")
    counted = cost_report(network().graph, batch=recipe.batch, optimizer=recipe.optimizer, precision=recipe.precision)
    memory = counted.memory
    assert section.recipe == recipe
    assert values(section)["together"] == byte_text(memory.total_bytes)
    assert values(section)["copies of weights"] == byte_text(memory.weight_copy_bytes)
    for part in ("mixed", "AdamW", "batch 32", "workspace is left out"):
        assert part in section.convention.text()
    expected = byte_text(step_peak(network().graph, recipe).bytes)
    qtbot.waitUntil(lambda: values(section)["peak of a step"] == expected)


def test_that_the_reference_is_forecast_under_the_same_recipe(section: MemorySection) -> None:
    choose(section, "memory_precision", "bfloat16")
    section.show_snapshot(network(), analyzed(preset("ResNet-101")))
    ours, theirs = (cost_report(analyzed(preset(f"ResNet-{n}")).graph, precision="bfloat16").memory for n in (50, 101))
    fact = next(fact for fact in section.facts.facts if fact.name == "together")
    assert byte_text(theirs.total_bytes) in fact.tip
    assert fact.value == byte_text(ours.total_bytes)
