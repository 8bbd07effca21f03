"""Gathers what stands on the page: the pinned architectures and the open one, aligned, and pairs of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.state.architecture_document import Snapshot
from resnet_core.analysis.report_diff import ReportDiff, report_diff
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.tracks.catalog import Counted


class ComparedPair(NamedTuple):
    """Two architectures and how their counts differ, with the names by which the page tells them apart.

    `is_open` tells that the other one is open, not only pinned.
    """

    reference: Snapshot
    other: Snapshot
    diff: ReportDiff
    names: tuple[str, str]
    is_open: bool = True


class Compared(NamedTuple):
    """The architectures, the reference first, `open` the place of the open one, and all on one axis of depth."""

    members: tuple[Snapshot, ...]
    open: int
    alignment: Alignment

    @property
    def names(self) -> tuple[str, ...]:
        """Their names in order, each but once."""
        return self.alignment.names

    @property
    def foremost(self) -> int:
        """The place of the one that the reference is compared with first: the open one, or the next."""
        return self.open or 1

    def pair(self, place: int) -> ComparedPair:
        """Return the reference and the one at `place`."""
        pair = compared_pair(self.members[0], self.members[place])
        return pair._replace(names=(self.names[0], self.names[place]), is_open=place == self.open)


def compared(pinned: Sequence[Snapshot], opened: Snapshot) -> Compared:
    """Return the pinned architectures in their order, and the open one where it is pinned, else last."""
    places = [place for place, pin in enumerate(pinned) if pin.config == opened.config]
    members = tuple(pinned) if places else (*pinned, opened)
    open_place = places[0] if places else len(members) - 1
    counted = [Counted(snapshot.graph, snapshot.report) for snapshot in members]
    return Compared(members, open_place, Alignment(counted, open_place))


def compared_pair(reference: Snapshot, other: Snapshot) -> ComparedPair:
    """Return the reference and the open architecture with the differences of the other against the reference."""
    names = reference.config.name, other.config.name
    return ComparedPair(reference, other, report_diff(reference.report, other.report), names)
