"""Finds where a block's branch and shortcut part, and where F(x) is made, from the block's layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from resnet_core.architecture.layers import ENTRY, Layer, Unit

Arm = Literal["branch", "shortcut"]


class Fork(NamedTuple):
    """The parting of one block.

    `source` is the layer whose output both arms read, `ENTRY` where that is the block's input x. A projection of a
    pre-activation block reads x behind norm and activation (He et al. 2016, arXiv 1603.05027), so there the arms part
    behind them. `readings` are the calls that read it, (layer, place among its inputs), with the arm they lie on.
    `branch_output` is the layer that puts out F(x) as it is added, `shortcut_output` the one that puts out what it is
    added to: `ENTRY` where that is x itself.
    """

    source: str
    readings: Mapping[tuple[str, int], Arm]
    branch_output: str
    shortcut_output: str

    def readers(self, arm: Arm) -> int:
        """Return how often an arm reads the source: more than once where an attention takes its weights from it."""
        return sum(found == arm for found in self.readings.values())


def find_fork(unit: Unit) -> Fork | None:
    """Return the fork of a block's layout; None for a plain block, which adds nothing."""
    addition = next((layer for layer in unit.layers if layer.kind == "add"), None)
    if addition is None:
        return None
    by_name = {layer.name: layer for layer in unit.layers}
    branch, way = addition.inputs
    on_branch, on_shortcut = _before(branch, by_name), _before(way, by_name)
    common = on_branch & on_shortcut
    order = [ENTRY, *by_name]
    source = max(common, key=order.index)
    readings: dict[tuple[str, int], Arm] = {
        (layer.name, place): "branch" if layer.name in on_branch else "shortcut"
        for layer in unit.layers
        for place, name in enumerate(layer.inputs)
        if name == source and layer.name not in common
    }
    return Fork(source, readings, branch, way)


def _before(name: str, by_name: dict[str, Layer]) -> set[str]:
    """Return the layer `name` and everything that it follows from, the unit's input included."""
    found, waiting = set[str](), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].inputs if name else ()
    return found
