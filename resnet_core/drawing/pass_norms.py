"""Holds the gradient norms that a pass backward can show, and how wide a road each of them makes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

_LEAST_PX, _MOST_PX, _UNKNOWN_PX = 1.6, 7.0, 3.2
_LEAST_DECADES = 1.0


class BlockNorms(NamedTuple):
    """What is known of a block's gradient: its L2 norm at output and input, and what came to the input by each road.

    The gradient at the input is the sum of two vectors, that of the branch and that of the skip; its norm is theirs
    only where they point the same way (`cosine` 1). None stands for what was not measured.
    """

    at_output: float | None = None
    at_input: float | None = None
    branch: float | None = None
    skip: float | None = None
    cosine: float | None = None


class PassNorms(NamedTuple):
    """Norms of one step: `boundaries` [N+1]; `branch`, `skip` and `cosine` [N], or empty where none were measured."""

    boundaries: tuple[float, ...] = ()
    branch: tuple[float, ...] = ()
    skip: tuple[float, ...] = ()
    cosine: tuple[float, ...] = ()

    def of_block(self, number: int) -> BlockNorms:
        """Return what is known of the block `number`, from 0."""
        return BlockNorms(
            _known(self.boundaries, number + 1), _known(self.boundaries, number), _known(self.branch, number),
            _known(self.skip, number), _known(self.cosine, number),
        )  # fmt: skip

    def scale(self) -> WidthScale:
        """Return how norms become widths: from the least to the greatest of all of them."""
        return WidthScale.over((*self.boundaries, *self.branch, *self.skip))


class WidthScale(NamedTuple):
    """Widths of roads in pixels, even in log10 of the norm between two decades."""

    low: float
    high: float

    @classmethod
    def over(cls, norms: Iterable[float]) -> WidthScale:
        """Return the scale over `norms`; one decade is the least it spans, so that nearly equal norms look so."""
        exponents = [math.log10(norm) for norm in norms if norm > 0 and math.isfinite(norm)]
        if not exponents:
            return cls(0.0, 0.0)
        low, high = min(exponents), max(exponents)
        spare = max(_LEAST_DECADES - (high - low), 0.0) / 2
        return cls(low - spare, high + spare)

    def width(self, norm: float | None) -> float:
        """Return the width for `norm`; a plain one that tells nothing where it is not known."""
        if norm is None or math.isnan(norm) or self.high <= self.low:
            return _UNKNOWN_PX
        if norm <= 0:
            return _LEAST_PX
        share = (math.log10(norm) - self.low) / (self.high - self.low) if math.isfinite(norm) else 1.0
        return _LEAST_PX + (_MOST_PX - _LEAST_PX) * min(max(share, 0.0), 1.0)


def _known(values: tuple[float, ...], place: int) -> float | None:
    if place >= len(values) or math.isnan(values[place]):
        return None
    return values[place]
