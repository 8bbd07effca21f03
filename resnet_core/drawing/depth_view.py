"""Maps the axis of depth to pixels: which stretch is shown, and how zooming and panning change it."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.display_list import LEVELS, Level
from resnet_core.drawing.structure import BLOCK_FROM_PX, LAYER_FROM_PX, STAGE_FROM_PX, level_for

MOST_BLOCK_PX = 3000.0
"""Beyond this width of a block there is nothing more to see."""

_FADE_FROM = 0.9


class DepthView(NamedTuple):
    """The stretch of `axis` from depth `first` on, `scale` pixels a block, in `width` pixels from x = `left`."""

    axis: DepthAxis
    first: float
    scale: float
    left: float
    width: float
    level: Level | None = None
    """The one level of detail to show, as pictures and views at rest do; None: one level fades into the next."""

    @classmethod
    def fitted(cls, axis: DepthAxis, left: float, width: float) -> DepthView:
        """Return the view of the whole axis."""
        return cls(axis, 0.0, max(width, 1.0) / axis.length, left, width)

    @property
    def last(self) -> float:
        """The depth at the right edge."""
        return self.first + self.width / self.scale

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.left + self.width

    @property
    def is_fitted(self) -> bool:
        """Whether the whole axis is shown."""
        return self.scale <= self.width / self.axis.length * 1.000001

    def x(self, depth: float) -> float:
        """Return the x of a depth."""
        return self.left + (depth - self.first) * self.scale

    def depth(self, x: float) -> float:
        """Return the depth at x."""
        return self.first + (x - self.left) / self.scale

    def edges(self, span: Span) -> tuple[float, float]:
        """Return the left and right x of a span."""
        return self.x(span.start), self.x(span.stop)

    def columns(self) -> tuple[Span, ...]:
        """Return the columns that are at least partly shown."""
        return tuple(self.axis.columns_between(self.first, self.last - 1e-9))

    def zoomed(self, factor: float, at_x: float) -> DepthView:
        """Return the view magnified by `factor`, the depth at `at_x` staying where it is."""
        least = self.width / self.axis.length
        scale = min(max(self.scale * factor, least), max(MOST_BLOCK_PX, least))
        fixed = self.depth(at_x)
        return self._replace(scale=scale, first=fixed - (at_x - self.left) / scale, level=None).clamped()

    def panned(self, pixels: float) -> DepthView:
        """Return the view moved so that what is shown shifts left by `pixels`."""
        return self._replace(first=self.first + pixels / self.scale).clamped()

    def showing(self, span: Span, share: float) -> DepthView:
        """Return the view with `span` in its centre, as wide as `share` of it, or wider where its layers need that.

        What needs more than the whole view to show its layers begins at the left.
        """
        layers = LAYER_FROM_PX / self.axis.layer_share * span.width * 1.001
        wanted = max(self.width * share, min(layers * 1.3, self.width), layers)
        scale = max(min(wanted / span.width, MOST_BLOCK_PX), self.width / self.axis.length)
        seen = self.width / scale
        first = span.start if seen < span.width else span.middle - seen / 2
        return self._replace(scale=scale, first=first, level=None).clamped()

    def revealing(self, span: Span) -> DepthView:
        """Return the view panned just as far as `span` needs to be seen."""
        if span.start < self.first:
            return self._replace(first=span.start).clamped()
        if span.stop > self.last:
            return self._replace(first=max(span.stop - self.width / self.scale, 0)).clamped()
        return self

    def resized(self, left: float, width: float) -> DepthView:
        """Return the view in another width: whole if this one is whole, else from the same depth on."""
        if self.is_fitted:
            return DepthView.fitted(self.axis, left, width)
        scale = max(self.scale, width / self.axis.length)
        return self._replace(left=left, width=width, scale=scale, level=None).clamped()

    def clamped(self) -> DepthView:
        """Return the view kept within the axis."""
        room = self.axis.length - self.width / self.scale
        return self._replace(first=min(max(self.first, 0.0), max(room, 0.0)))

    def settled(self) -> DepthView:
        """Return the view at rest: at the one level of detail that there is room for."""
        return self if self.is_fitted else self._replace(level=level_for(self.axis, self.scale))

    def levels(self) -> tuple[tuple[Level, float], ...]:
        """Return the levels of detail to draw, coarse first, with their opacity; two while one fades into the next."""
        layers, blocks, stages = self.layer_opacity(), self.block_opacity(), self.stage_opacity()
        levels: tuple[tuple[Level, float], ...] = (
            ("network", 1.0 - stages),
            ("stage", min(stages, 1.0 - blocks)),
            ("block", min(blocks, 1.0 - layers)),
            ("layer", layers),
        )
        return tuple((level, opacity) for level, opacity in levels if opacity > 0)

    def layer_opacity(self) -> float:
        """Return how far the layers have faded in, 0 to 1, by the room of the narrowest convolution."""
        return self._opacity("layer", self.scale * self.axis.layer_share, LAYER_FROM_PX)

    def block_opacity(self) -> float:
        """Return how far the blocks have faded in over the stages' summaries, 0 to 1."""
        return self._opacity("block", self.scale, BLOCK_FROM_PX)

    def stage_opacity(self) -> float:
        """Return how far the runs inside the stages have faded in over whole stages, 0 to 1."""
        return self._opacity("stage", self.scale * self.axis.widest_stage, STAGE_FROM_PX)

    def _opacity(self, level: Level, room: float, needed: float) -> float:
        """Return how far a level has faded in that needs so much room; a whole network is always at rest."""
        shown = self.level or (level_for(self.axis, self.scale) if self.is_fitted else None)
        if shown is not None:
            return float(LEVELS.index(shown) >= LEVELS.index(level))
        return _ramp(room, needed)


def _ramp(room: float, needed: float) -> float:
    """Return how far a level has faded in that needs so much room; it begins to at nine tenths of it."""
    start = _FADE_FROM * needed
    return min(max((room - start) / (needed - start), 0.0), 1.0)
