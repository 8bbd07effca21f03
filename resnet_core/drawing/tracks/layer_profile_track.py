"""Draws a quantity of blocks along depth, and near by the same quantity of each layer that has parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Group, Item, Role
from resnet_core.drawing.tracks.decades import Decades
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_words import layer_value_words
from resnet_core.drawing.tracks.profile import ShownColumns, dot_items, line_items, odd_items
from resnet_core.drawing.tracks.profile_track import EARLIER, ProfileLine, ProfileTrack, level_guide_items
from resnet_core.drawing.tracks.track import LegendEntry, TrackFrame, shown_span
from resnet_core.runs.run_events import LayerQuantity

WEIGHTED = frozenset({"conv", "linear", "channel_conv"})
_ROOM_PX = 40.0
"""Layers are shown where there is room for them."""


class LayerProfileTrack(ProfileTrack):
    """One quantity of blocks, and of layers as soon as the structure shows those: convolutions and linear layers on one
    line, what else has parameters on a second one.
    """

    layer_quantity: LayerQuantity

    def __init__(self, data: FlowData, line: ProfileLine) -> None:
        super().__init__(data, (line,))

    def items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the line of the blocks or those of the layers."""
        if not self._shows_layers(frame):
            yield from super().items(frame)
            return
        plot, decades = self.plot(frame), self._layer_decades()
        yield from decades.grid(plot)
        if self.guide is not None:
            yield from level_guide_items(plot, decades, self.guide)
        rect = plot.rect
        weighted, others = self._spans(frame.view)
        lines = (
            *self._layer_items(plot, others, decades, ("second_profile", "second_dot")),
            *self._layer_items(plot, weighted, decades, ("profile", "profile_dot")),
        )
        yield Group("", lines, "", 1.0, Box(rect.left, rect.top - 4, rect.right, rect.bottom + 4))

    def scale_items(self, frame: TrackFrame) -> Iterator[Item]:
        """Yield the powers of ten of what is shown."""
        if self._shows_layers(frame):
            yield from self._layer_decades().numbers(self.plot(frame))
        else:
            yield from super().scale_items(frame)

    def value_at(self, frame: TrackFrame, x: float, y: float) -> str:
        """Return the value of the block at `x`, or of the layer."""
        if not self._shows_layers(frame):
            return super().value_at(frame, x, y)
        span, data = shown_span(frame.view, x), self._data
        if span is None or not data.knows_layer(span.id):
            return ""
        value = float(data.layer_values(self.layer_quantity, data.row, (span.id,))[0])
        return layer_value_words(data, self.layer_quantity, span.id, value, frame.say)

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what the two lines are, where layers are known."""
        if not self.has_rows or not self._data.has_layers(self.layer_quantity):
            return ()
        return (
            LegendEntry("profile", N_("Drawing", "blocks; convolutions")),
            LegendEntry("second_profile", N_("Drawing", "norms, near by")),
        )

    def _shows_layers(self, frame: TrackFrame) -> bool:
        near = frame.view.layer_opacity() > 0.5
        return near and self.has_rows and self._data.has_layers(self.layer_quantity)

    def _layer_decades(self) -> Decades:
        holding = () if self.guide is None else (self.guide - 1, self.guide + 1)
        return Decades(*self._data.layer_decades(self.layer_quantity, holding))

    def _spans(self, view: DepthView) -> tuple[list[Span], list[Span]]:
        """Return the layers with parameters of the columns that are shown and their neighbours: weighted, others."""
        axis, data = view.axis, self._data
        shown = [axis.number_of(column.id) for column in view.columns()]
        columns = axis.columns[max(shown[0] - 1, 0) : shown[-1] + 2]
        found: tuple[list[Span], list[Span]] = ([], [])
        for column in columns:
            for span in axis.layers_of(column):
                if data.knows_layer(span.id):
                    found[axis.graph.node_by_id[span.id].kind not in WEIGHTED].append(span)
        return found

    def _layer_items(
        self, plot: TrackFrame, spans: Sequence[Span], decades: Decades, roles: tuple[Role, Role]
    ) -> Iterator[Item]:
        """Yield the line and the dots of some layers; the way round a block has dots alone."""
        data, name, nodes = self._data, self.layer_quantity, plot.view.axis.graph.node_by_id
        on_way = np.array([not nodes[span.id].on_shortcut for span in spans], np.bool_)
        everyone = _columns(plot.view, spans)
        main = _columns(plot.view, [span for span, on in zip(spans, on_way, strict=True) if on])
        ids = tuple(span.id for span in spans)

        def logs_at(row: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.log10(data.layer_values(name, row, ids))

        if roles[1] == "profile_dot":
            for share, opacity in EARLIER:
                if (earlier := int(data.row * share)) < data.row:
                    ys = decades.y(plot, logs_at(earlier)[on_way])
                    yield Group("", tuple(line_items(main, ys, "profile_earlier", _ROOM_PX)), "", opacity)
        logs = logs_at(data.row)
        ys = decades.y(plot, logs)
        yield from line_items(main, ys[on_way], roles[0], _ROOM_PX)
        yield from dot_items(everyone, ys, roles[1], _ROOM_PX)
        yield from odd_items(plot, everyone, logs, np.ones(len(spans), np.bool_))


def _columns(view: DepthView, spans: Sequence[Span]) -> ShownColumns:
    return ShownColumns(0, spans, np.array([view.x(span.middle) for span in spans], np.float64))
