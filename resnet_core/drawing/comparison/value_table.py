"""Collects what every compared network has in one column: its block, its counts and how they differ, its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.architecture.graph import Block
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.gradient_profiles_track import GradientProfilesTrack
from resnet_core.number_text import byte_difference, compact_difference, percent_difference


class CountCell(NamedTuple):
    """A count as a person reads it, and how far it is from the reference's; both empty where there is no such block."""

    value: str
    difference: str


class MemberValues(NamedTuple):
    """What one network has: `block` is None for stem and head, and where `there` says that it has no such block."""

    name: str
    there: bool
    block: Block | None
    counts: tuple[CountCell, ...]
    norm: float | None


def column_values(
    alignment: Alignment, column_id: str, counts: Sequence[str], gradients: GradientProfilesTrack | None = None
) -> tuple[MemberValues, ...]:
    """Return a row a network, the reference first, with a cell for each of `counts`."""
    return tuple(
        MemberValues(
            alignment.name(place),
            alignment.has(place, column_id),
            member.graph.block_by_id.get(column_id),
            tuple(_cell(alignment, place, key, column_id) for key in counts),
            gradients.nearest(place, column_id) if gradients is not None else None,
        )
        for place, member in enumerate(alignment.members)
    )


def _cell(alignment: Alignment, place: int, key: str, column_id: str) -> CountCell:
    value, reference = alignment.value(place, key, column_id), alignment.value(0, key, column_id) or 0
    mine = value or 0
    write = byte_difference if key == "training_memory" else compact_difference
    differs = place > 0 and mine != reference
    text = f"{write(mine, reference)}  {percent_difference(mine, reference)}".strip() if differs else ""
    return CountCell("" if value is None else alignment.quantity(place, key).exact(mine), text)
