"""Finds where the gradient norms of a run explode, vanish or stop being numbers, by step and boundary."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

AlertKind = Literal["not_finite", "exploding", "vanishing"]
FAR = 1e3
"""A norm this many times larger or smaller than that of the last block's output is called exploding or vanishing."""


class FlowAlert(NamedTuple):
    """Something is wrong at `boundary` (0 to N) of capture `row`: the place where it begins on the way back."""

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


class AlertLog:
    """The first alert of each kind in a run that grows, in the order in which they came."""

    def __init__(self) -> None:
        self.count = 0
        self.first: tuple[FlowAlert, ...] = ()

    def append(self, norms_SN: NDArray[np.float64]) -> None:
        """Take in new captures."""
        known = {alert.kind for alert in self.first}
        new = tuple(alert for alert in alerts_in(norms_SN, self.count) if alert.kind not in known)
        self.first += tuple(sorted(new, key=lambda alert: alert.row))
        self.count += len(norms_SN)


def _first(kind: AlertKind, where_SN: NDArray[np.bool_], first_row: int) -> FlowAlert | None:
    rows = where_SN.any(axis=1)
    if not rows.any():
        return None
    row = int(rows.argmax())
    return FlowAlert(kind, first_row + row, int(np.flatnonzero(where_SN[row])[-1]))
