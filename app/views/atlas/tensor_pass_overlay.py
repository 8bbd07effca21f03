"""Paints a pass over the structure's track: what lies behind is painted once and kept, what is on its way each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.views.atlas.tensor_pass_player import PassPlayer
from resnet_core.drawing.display_list import Level
from resnet_core.drawing.pass_norms import PassNorms
from resnet_core.drawing.pass_picture import PassPicture, pass_picture
from resnet_core.drawing.pass_sight import PassSight
from resnet_core.drawing.tracks.structure_track import placement_of
from resnet_core.drawing.tracks.track_rows import TRACK_GAP, TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

_PAD = 4.0
_SIDE = 3.0


class TensorPassOverlay(QWidget):
    """A sheet over the viewport that lets every event through and repaints only where the structure stands."""

    def __init__(self, atlas: AtlasView, player: PassPlayer) -> None:
        super().__init__(atlas.viewport())
        self.setObjectName("tensor_pass_overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._atlas, self._player = atlas, player
        self._norms = PassNorms()
        self._kept: _Kept | None = None
        player.moved.connect(self.refresh)
        player.changed.connect(self.refresh)
        self.hide()

    def set_norms(self, norms: PassNorms) -> None:
        """Show other norms."""
        if norms != self._norms:
            self._norms = norms
            self.refresh()

    def refresh(self) -> None:
        """Repaint the band of the structure."""
        if self.isVisible():
            self.update(self._band())

    @property
    def level(self) -> Level:
        """The level of detail that most is seen of."""
        return max(self._atlas.depth_view.levels(), key=lambda level: level[1])[0]

    def front_x(self) -> float | None:
        """Return where on the viewport the pass is, or None where the structure is not shown."""
        row = self._row()
        return self._atlas.depth_view.x(self._sight(row).picture.front_depth(self._player.moment)) if row else None

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        self._player.pause()
        self._kept = None
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pass as it is at the player's moment."""
        row = self._row()
        if row is None or not event.rect().intersects(self._band()):
            return
        painter = QPainter(self)
        view = self._atlas.depth_view
        top = row.rect.top - self._atlas.scroll_offset
        painter.setClipRect(QRectF(view.left - _SIDE, top - TRACK_GAP / 2, view.width + 2 * _SIDE,
                                   row.rect.height + TRACK_GAP))  # fmt: skip
        painter.translate(0, -self._atlas.scroll_offset)
        kept, moment = self._sight(row), self._player.moment
        for pixmap, at, source in kept.behind(moment):
            painter.drawPixmap(at, pixmap, source)
        for number in kept.picture.behind(moment)[1]:
            paint_items(painter, kept.picture.partial(number, moment), kept.style)
        paint_items(painter, kept.picture.travellers(moment), kept.style)
        painter.end()

    def _row(self) -> TrackRow | None:
        return next((row for row in self._atlas.rows if row.track.key == "structure"), None)

    def _band(self) -> QRect:
        row = self._row()
        if row is None:
            return QRect()
        top = row.rect.top - self._atlas.scroll_offset - TRACK_GAP / 2
        return QRectF(0, top, self.width(), row.rect.height + TRACK_GAP).toAlignedRect()

    def _sight(self, row: TrackRow) -> _Kept:
        """Return the picture of what is seen now, the same one until it is another."""
        placement = placement_of(self._atlas.frame_of(row))
        self._player.show(placement.axis)
        sight = PassSight(self._player.timeline, placement, self.level, self._norms, QCoreApplication.translate)
        style, ratio = self._atlas.style_of_paint, self.devicePixelRatioF()
        kept = self._kept
        if kept is None or kept.sight != sight or kept.style is not style or kept.ratio != ratio:
            kept = self._kept = _Kept(sight, style, ratio)
        return kept


class _Source(NamedTuple):
    """A kept picture, where it goes on the track, and which part of it."""

    pixmap: QPixmap
    at: QPointF
    source: QRectF


class _Kept:
    """What lies behind in one sight, painted as it is first needed.

    Neighbouring stretches touch: every second one is kept apart from the others, so that either picture can be shown up
    to the last stretch that lies behind, with the breadth of its lines and without any of the next.
    """

    def __init__(self, sight: PassSight, style: PaintStyle, ratio: float) -> None:
        self.sight, self.style, self.ratio = sight, style, ratio
        self.picture: PassPicture = pass_picture(sight)
        self._stretches = self.picture.stretches
        placement = sight.placement
        self._area = QRectF(
            placement.x(placement.first) - _SIDE, placement.top - _PAD,
            (placement.last - placement.first) * placement.scale + 2 * _SIDE, placement.height + 2 * _PAD,
        )  # fmt: skip
        self._pixmaps = (self._blank(), self._blank())
        self._painted: set[int] = set()

    def behind(self, moment: float) -> Iterator[_Source]:
        """Yield what lies wholly behind at `moment`."""
        done, _ = self.picture.behind(moment)
        self._paint([number for number in done if number not in self._painted])
        for parity, pixmap in enumerate(self._pixmaps):
            numbers = [number for number in done if number % 2 == parity]
            if numbers:
                yield self._part(pixmap, self._stretches[numbers[0]].left, self._stretches[numbers[-1]].right)

    def _part(self, pixmap: QPixmap, left: float, right: float) -> _Source:
        area = self._area
        left, right = max(left - _PAD, area.left()), min(right + _PAD, area.right())
        # Whole pixels, so that nothing is resampled.
        first = round((left - area.left()) * self.ratio)
        count = max(round((right - area.left()) * self.ratio) - first, 0)
        source = QRectF(first, 0, count, pixmap.height())
        return _Source(pixmap, QPointF(area.left() + first / self.ratio, area.top()), source)

    def _paint(self, numbers: list[int]) -> None:
        for parity, pixmap in enumerate(self._pixmaps):
            own = [number for number in numbers if number % 2 == parity]
            if not own:
                continue
            painter = QPainter(pixmap)
            painter.translate(-self._area.left(), -self._area.top())
            for number in own:
                paint_items(painter, self.picture.whole(number), self.style)
            painter.end()
        self._painted.update(numbers)

    def _blank(self) -> QPixmap:
        size = self._area.size() * self.ratio
        pixmap = QPixmap(round(size.width()), round(size.height()))
        pixmap.setDevicePixelRatio(self.ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap
