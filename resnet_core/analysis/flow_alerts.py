"""Finds where the gradients of a run explode, vanish or stop being numbers, and where its units die."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

AlertKind = Literal["not_finite", "exploding", "vanishing", "dead"]
FAR = 1e3
"""A norm this many times larger or smaller than that of the last block's output is called exploding or vanishing."""

DEAD = 0.9
"""A block is called dead where one of its ReLUs has no more than a tenth of its channels left: whatever lies behind it
on the branch sees next to nothing of the input. Less than that is shown, and not called wrong."""


class FlowAlert(NamedTuple):
    """Something is wrong at `boundary` (0 to N) of capture `row`: the place where it begins on the way back.

    Of "dead" units it is the number of the block, the first of those there are.
    """

    kind: AlertKind
    row: int
    boundary: int


def alerts_in(norms_SN: NDArray[np.float64], first_row: int = 0) -> tuple[FlowAlert, ...]:
    """Return the first alert of each kind in S captures of N+1 norms; the captures are numbered from `first_row`.

    Of the boundaries of that capture it is the one nearest to the output: there, going back, it begins. A norm of zero
    has vanished.
    """
    last_S1 = norms_SN[:, -1:]
    with np.errstate(invalid="ignore", over="ignore"):
        found: tuple[tuple[AlertKind, NDArray[np.bool_]], ...] = (
            ("not_finite", ~np.isfinite(norms_SN)),
            ("exploding", (norms_SN >= FAR * last_S1) & np.isfinite(norms_SN) & (norms_SN > 0)),
            ("vanishing", (FAR * norms_SN <= last_S1) | (norms_SN == 0)),
        )
    return tuple(alert for kind, where_SN in found if (alert := _first(kind, where_SN, first_row)) is not None)


def dead_blocks_in(shares_SN: NDArray[np.float64], first_row: int = 0) -> tuple[FlowAlert, ...]:
    """Return the first block, if there is one, of the first of S captures of N shares of dead units that has one."""
    with np.errstate(invalid="ignore"):
        rows, blocks = np.nonzero(shares_SN >= DEAD)
    return (FlowAlert("dead", first_row + int(rows[0]), int(blocks[0])),) if len(rows) else ()


class AlertLog:
    """The first alert of each kind in a run that grows, in the order in which they came."""

    def __init__(self, find: Callable[[NDArray[np.float64], int], tuple[FlowAlert, ...]] = alerts_in) -> None:
        """`find` looks for alerts in captures, which are numbered from the number it is given."""
        self._find = find
        self.count = 0
        self.first: tuple[FlowAlert, ...] = ()

    def append(self, rows_SN: NDArray[np.float64]) -> None:
        """Take in new captures."""
        known = {alert.kind for alert in self.first}
        new = tuple(alert for alert in self._find(rows_SN, self.count) if alert.kind not in known)
        self.first += tuple(sorted(new, key=lambda alert: alert.row))
        self.count += len(rows_SN)


def _first(kind: AlertKind, where_SN: NDArray[np.bool_], first_row: int) -> FlowAlert | None:
    rows = where_SN.any(axis=1)
    if not rows.any():
        return None
    row = int(rows.argmax())
    return FlowAlert(kind, first_row + row, int(np.flatnonzero(where_SN[row])[-1]))
