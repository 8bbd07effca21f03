"""Adds up what is held at each moment of a computation, as bytes that are fixed and bytes an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from resnet_core.analysis.saved_tensors import Bytes


class Span(NamedTuple):
    """Something that is held from moment `first` to moment `last`, both included."""

    size: Bytes
    first: int
    last: int


class Peak(NamedTuple):
    """The most that is held at once, and the name of the first moment at which it is."""

    bytes: int
    moment: str


class MemoryTimeline(NamedTuple):
    """What is held at each moment: its name, bytes that do not depend on the batch, and bytes an image.

    At every moment the bytes grow linearly with the batch, so that their peak, and the largest batch that stays below
    a limit, are arithmetic.
    """

    moments: tuple[str, ...]
    fixed_bytes: tuple[int, ...]
    image_bytes: tuple[int, ...]

    def peak(self, batch: int) -> Peak:
        """Return the peak for `batch` images."""
        held = [fixed + batch * image for fixed, image in zip(self.fixed_bytes, self.image_bytes, strict=True)]
        most = max(held)
        return Peak(most, self.moments[held.index(most)])

    def largest_batch(self, limit_bytes: int) -> int:
        """Return the largest batch whose peak is at most `limit_bytes`; 0 where not even one image fits."""
        if any(fixed > limit_bytes for fixed in self.fixed_bytes):
            return 0
        pairs = zip(self.fixed_bytes, self.image_bytes, strict=True)
        return min((limit_bytes - fixed) // image for fixed, image in pairs if image)


def timeline(moments: Sequence[str], spans: Iterable[Span]) -> MemoryTimeline:
    """Return what `spans` hold at each of `moments`."""
    fixed, image = [0] * (len(moments) + 1), [0] * (len(moments) + 1)
    for size, first, last in spans:
        fixed[first] += size.fixed
        fixed[last + 1] -= size.fixed
        image[first] += size.image
        image[last + 1] -= size.image
    return MemoryTimeline(tuple(moments), tuple(accumulate(fixed[:-1])), tuple(accumulate(image[:-1])))
