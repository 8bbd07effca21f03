"""Turns the memory of training and of a forward pass into lines of text, under a recipe that a person chooses."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication

from app.state.architecture_document import Snapshot
from app.views.inspector.facts import Fact, byte_fact
from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.forward_peak import forward_peak
from resnet_core.analysis.memory import MemoryRecipe, Optimizer, Precision, TrainingMemory
from resnet_core.analysis.memory_timeline import Peak
from resnet_core.analysis.step_peak import step_peak
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.number_text import exact

translate = QCoreApplication.translate
UNKNOWN = "…"

OPTIMIZER_NAMES: Final[dict[Optimizer, str]] = {
    "sgd": N_("Inspector", "SGD"),
    "sgd_momentum": N_("Inspector", "SGD with momentum"),
    "adam": N_("Inspector", "Adam"),
    "adamw": N_("Inspector", "AdamW"),
}
PRECISION_NAMES: Final[dict[Precision, str]] = {
    "float32": N_("Inspector", "float32"),
    "mixed": N_("Inspector", "mixed (autocast)"),
    "bfloat16": N_("Inspector", "bfloat16"),
}


class Peaks(NamedTuple):
    """The most that is held at once: in a training step, and in a forward pass without gradients."""

    step: Peak
    forward: Peak


def memory_under(snapshot: Snapshot, recipe: MemoryRecipe) -> TrainingMemory:
    """Return the parts of training memory under `recipe`; those of the report where it is the report's own."""
    memory = snapshot.report.memory
    if (memory.batch, memory.optimizer, memory.precision) == (recipe.batch, recipe.optimizer, recipe.precision):
        return memory
    return cost_report(
        snapshot.graph, batch=recipe.batch, optimizer=recipe.optimizer, precision=recipe.precision
    ).memory


def peaks_under(snapshot: Snapshot, recipe: MemoryRecipe) -> Peaks:
    """Return the peaks under `recipe`; linear in the layers, some milliseconds for 50 of them."""
    forward = forward_peak(snapshot.graph, recipe.batch, precision=recipe.precision)
    return Peaks(step_peak(snapshot.graph, recipe), forward)


def memory_facts(snapshot: Snapshot, reference: Snapshot | None, recipe: MemoryRecipe) -> tuple[Fact, ...]:
    """Return the parts of training memory and their sum, in the order in which they are needed."""
    memory = memory_under(snapshot, recipe)
    theirs = memory_under(reference, recipe) if reference else None
    parts = [
        (translate("Inspector", "weights"), "parameter_bytes"),
        (translate("Inspector", "buffers"), "buffer_bytes"),
        (translate("Inspector", "gradients"), "gradient_bytes"),
        (translate("Inspector", "optimiser state"), "optimizer_bytes"),
        (translate("Inspector", "kept for backward"), "saved_bytes"),
        (translate("Inspector", "copies of weights"), "weight_copy_bytes"),
        (translate("Inspector", "together"), "total_bytes"),
    ]
    return tuple(
        byte_fact(name, getattr(memory, field), getattr(theirs, field) if theirs else None, reference)
        for name, field in parts
        if field != "weight_copy_bytes" or recipe.precision == "mixed"
    )


def peak_facts(peaks: Peaks | None) -> tuple[Fact, ...]:
    """Return the peaks as lines; while they are not known yet, the lines stand there without a value."""
    names = (translate("Inspector", "peak of a step"), translate("Inspector", "peak of a forward pass"))
    if peaks is None:
        return tuple(Fact(name, UNKNOWN) for name in names)
    where = translate("Inspector", "reached at {moment}")
    facts = (byte_fact(name, peak.bytes, None, None) for name, peak in zip(names, peaks, strict=True))
    return tuple(
        fact._replace(tip=f"{fact.tip}, {where.format(moment=peak.moment)}")
        for fact, peak in zip(facts, peaks, strict=True)
    )


def memory_convention(recipe: MemoryRecipe) -> str:
    """Return under which convention the memory is counted, and what it leaves out."""
    text = translate(
        "Inspector", "{precision}, {optimizer}, batch {batch}; the convolution library's workspace is left out."
    )
    return text.format(
        precision=translate("Inspector", PRECISION_NAMES[recipe.precision]),
        optimizer=translate("Inspector", OPTIMIZER_NAMES[recipe.optimizer]),
        batch=exact(recipe.batch),
    )
