"""Finds the layers of a network that have parameters of their own, and the block that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from torch import nn


class ParameterLayer(NamedTuple):
    """A layer with parameters: its id in the graph, and the number of its block; None in the stem and the head."""

    id: str
    parameters: tuple[nn.Parameter, ...]
    block: int | None


def layers_with_parameters(blocks: Sequence[nn.Module], model: nn.Module | None = None) -> list[ParameterLayer]:
    """Return the layers of `model`, in order of depth; where there is no model those of the blocks, without an id."""
    numbers = {id(part): number for number, block in enumerate(blocks) for part in block.modules()}
    found = _named(blocks) if model is None else model.named_modules()
    return [
        ParameterLayer(name, own, numbers.get(id(part)))
        for name, part in found
        if (own := tuple(part.parameters(recurse=False)))
    ]


def _named(blocks: Sequence[nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    return (("", part) for block in blocks for part in block.modules())
