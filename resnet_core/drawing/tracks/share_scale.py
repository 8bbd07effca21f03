"""Places shares from 0 to 1 on the height of a track, as `Decades` does powers of ten."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.drawing.display_list import Item, Polyline
from resnet_core.drawing.text_metrics import text_height
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.track import TrackFrame, scale_number
from resnet_core.number_text import decimal


class ShareScale(Decades):
    """From 0 at the foot of a track to 1 at its top: a share takes the place of an exponent."""

    def grid(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield a hairline a named share."""
        for share in self._named(frame):
            y = round(self.y(frame, share))
            yield Polyline("", "grid", ((frame.rect.left, y), (frame.rect.right, y)))

    def numbers(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the named shares."""
        for share in self._named(frame):
            yield scale_number(frame, self.y(frame, share), decimal(share, 0 if share in (0, 1) else 1))

    def _named(self, frame: TrackFrame) -> tuple[float, ...]:
        """Return both ends, and the middle where there is room for its number."""
        return (0.0, 0.5, 1.0) if frame.height > 4 * text_height(frame.small) else (0.0, 1.0)


SHARES = ShareScale(0, 1)
"""The one such scale."""
