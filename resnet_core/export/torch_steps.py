"""Turns the layers of a unit into the statements of a forward pass, each with the module it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from resnet_core.architecture.layers import ENTRY, NORM_KINDS, Layer, NodePath, Unit

ATTENTIONS = ("se", "eca", "cbam")
_VARIABLES: Mapping[NodePath, str] = {"main": "out", "shortcut": "shortcut", "gate": "gate"}
_OWN_VARIABLES = {"avgpool": "mean", "globalmaxpool": "peak"}


class Step(NamedTuple):
    """One statement: the module `name` (or arithmetic) on the tensors that the layers `reads` have made.

    `layers` are one, or those of a container: of a chain such as `downsample`, or of an attention such as `se`.
    `makes` is the layer whose output the statement's result is.
    """

    name: str
    layers: tuple[Layer, ...]
    reads: tuple[str, ...]
    makes: str

    @property
    def is_attention(self) -> bool:
        """Whether a container of an attention is called."""
        return self.name in ATTENTIONS

    @property
    def is_chain(self) -> bool:
        """Whether a container is called whose layers are numbered, one after another."""
        return self.layers[0].name != self.name and not self.is_attention

    @property
    def is_arithmetic(self) -> bool:
        """Whether no module is called."""
        layer = self.layers[0]
        constant = layer.kind == "scale" and not layer.operation.learned
        return self.layers[0].name == self.name and (constant or layer.kind in ("add", "mean", "flatten"))


def steps_of(unit: Unit) -> tuple[Step, ...]:
    """Return the statements of `unit` in execution order."""
    steps = []
    for name, run in groupby(unit.layers, key=lambda layer: layer.name.partition(".")[0]):
        layers = tuple(run)
        inside = {layer.name for layer in layers}
        read = dict.fromkeys(source for layer in layers for source in layer.inputs if source not in inside)
        steps.append(Step(name, layers, tuple(read), layers[-1].name))
    return tuple(steps)


def forward_lines(
    steps: Sequence[Step], output: str, notes: Mapping[str, str] | None = None, entry: str = "x"
) -> list[str]:
    """Return the statements that make the unit's `output` of the variable `entry`, and a `return` of it.

    `notes` are comments by the layer whose output a statement computes.
    """
    names, lines = _variables(steps, entry), []
    for step in steps:
        note = notes.get(step.makes, "") if notes else ""
        line = f"{names[step.makes]} = {_expression(step, [names[source] for source in step.reads])}"
        lines.append(f"{line}  # {note}" if note else line)
    return [*lines, f"return {names[output]}"]


def _variables(steps: Sequence[Step], entry: str) -> dict[str, str]:
    """Return the variable of each tensor: one for all of a path, but for a tensor still to be read when it is taken."""
    names = {ENTRY: entry}
    for place, step in enumerate(steps):
        variable = _VARIABLES[step.layers[-1].path]
        rivals = [later for later, other in enumerate(steps) if _shares_variable(step, other) and later > place]
        read = [later for later, other in enumerate(steps) if step.makes in other.reads]
        if rivals and read and max(read) > rivals[0]:
            variable = _OWN_VARIABLES.get(step.name, _kept_name(step))
        names[step.makes] = variable
    return names


def _shares_variable(step: Step, other: Step) -> bool:
    return _VARIABLES[step.layers[-1].path] == _VARIABLES[other.layers[-1].path]


def _kept_name(step: Step) -> str:
    return "normalized" if step.layers[-1].kind in NORM_KINDS else "active"


def _expression(step: Step, read: list[str]) -> str:
    layer = step.layers[0]
    if not step.is_arithmetic:
        return f"self.{step.name}({', '.join(read)})"
    if layer.kind == "add":
        return " + ".join(read if len(read) > 1 else read * 2)
    if layer.kind == "mean":
        return f"0.5 * ({' + '.join(read)})"
    if layer.kind == "flatten":
        return f"{read[0]}.flatten(1)"
    return f"{layer.operation.factor!r} * {read[0]}"
