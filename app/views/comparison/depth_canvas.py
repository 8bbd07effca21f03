"""Shows two architectures one under the other on one axis of depth, with the tracks that compare them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.painting.paint_style import PaintStyle
from app.painting.track import Track
from app.services.theme import Theme
from app.views.comparison.aligned_pair import AlignedPair, Column
from app.views.comparison.canvas_rows import (
    RIGHT,
    Row,
    gutter_of,
    least_height,
    paint_background,
    paint_row,
    placed_rows,
)
from app.views.comparison.gradient_profile_track import GradientProfileTrack
from app.views.comparison.pair_tracks import BothTrack, DifferenceTrack, SideTrack, column_at
from app.views.comparison.paired_runs import PairedRuns
from resnet_core.drawing.depth_view import DepthView

_DRAG_PX = 4
_ZOOM_STEP = 1.0015
_KEY_ZOOM = 1.4
_ZOOMED_SHARE = 0.35
_WALKS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}


class ComparisonCanvas(QWidget):
    """The strips and tracks; `id_chosen` carries the block or layer a person clicks on (empty: none)."""

    id_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style: PaintStyle | None = None
        self._pair: AlignedPair | None = None
        self._view: DepthView | None = None
        self._selected = ""
        self._pressed_at: QPointF | None = None
        self._dragged = False
        self._has_runs = False
        self._strips = (SideTrack("reference"), SideTrack("open"))
        self._counts = (BothTrack("parameters"), BothTrack("macs"))
        self._differences = (DifferenceTrack("parameters"), DifferenceTrack("macs"))
        self.gradient = GradientProfileTrack()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # It fills itself; what lies behind it need not be painted first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._adopt_colors)

    @property
    def pair(self) -> AlignedPair | None:
        """What is shown."""
        return self._pair

    @property
    def depth_view(self) -> DepthView | None:
        """Which stretch of depth is shown, and where; None where nothing is compared."""
        return self._ready_view()

    @property
    def highlighted(self) -> str:
        """The id of the column that is highlighted, or an empty text."""
        column = self._pair.column_of(self._selected) if self._pair and self._selected else None
        return column.span.id if column else ""

    def show_pair(self, pair: AlignedPair) -> None:
        """Show two architectures; the zoom stays where the axis is the same."""
        same_axis = self._pair is not None and self._pair.length == pair.length
        self._pair = pair
        for track in (*self._strips, *self._counts, *self._differences):
            track.set_pair(pair)
        if self._view is not None and same_axis:
            self._view = self._view._replace(axis=pair.open_axis)
        else:
            self._view = None
        self.update()

    def show_runs(self, runs: PairedRuns, step: int | None) -> None:
        """Show the gradient profiles of the runs of both at `step`; the track is away while neither has a run."""
        if self._pair is None:
            return
        had_runs, self._has_runs = self._has_runs, bool(runs.keys)
        self.gradient.set_runs(self._pair, runs, step)
        if had_runs == self._has_runs:
            self.update(self._gradient_area())
        else:
            self.updateGeometry()
            self.update()

    def show_selection(self, id: str) -> None:
        """Highlight the column of a block or layer."""
        self._selected = id
        column = self._pair.column_of(id) if self._pair and id else None
        view = self._ready_view()
        if column is not None and view is not None:
            self._view = view.revealing(column.span)
        self.update()

    def tracks(self) -> tuple[Track, ...]:
        """Return the tracks that are shown, top to bottom."""
        (reference, other), (parameters, macs) = self._strips, self._counts
        more_parameters, more_macs = self._differences
        shown: tuple[Track, ...] = (reference, other, parameters, more_parameters, macs, more_macs)
        return (*shown, self.gradient) if self._has_runs else shown

    def rows(self) -> tuple[Row, ...]:
        """Return the shown tracks with their places, squeezed together or spread to the height there is."""
        return placed_rows(self.tracks(), self.width(), self.height())

    def sizeHint(self) -> QSize:
        """Return the least room: what is left over in the window goes to the canvas anyway."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return room for every track at its least height."""
        return QSize(460, round(least_height(self.tracks())))

    def value_texts(self, x: float) -> list[tuple[str, str]]:
        """Return (track, value) of every track at x, as the tooltip shows them."""
        view = self._ready_view()
        if view is None:
            return []
        tracks = [(row.track, QPointF(x, row.rect.center().y()), row.rect) for row in self.rows()]
        values = [(track.title(), track.value_at(at, rect, view)) for track, at, rect in tracks]
        return [(title, value) for title, value in values if value]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that the event touches."""
        view = self._ready_view()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.colors.canvas))
        if view is not None and self._pair is not None:
            style = self._ready_style()
            paint_background(painter, self._pair, self.highlighted, view, style)
            dirty = QRectF(event.rect())
            for row in self.rows():
                if row.area.intersects(dirty):
                    paint_row(painter, row, view, style)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the same stretch of depth in sight."""
        super().resizeEvent(event)
        if self._view is not None:
            if self._view.is_fitted:
                self._view = None
            else:
                width = max(self._width(), 1.0)
                scale = self._view.scale * width / self._view.width
                self._view = self._view._replace(left=gutter_of(self.width()), width=width, scale=scale).clamped()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Shift or sideways, pan."""
        view, delta = self._ready_view(), event.angleDelta()
        if view is None:
            return
        sideways = delta.x() if abs(delta.x()) > abs(delta.y()) else 0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = delta.y() or delta.x()
        if sideways:
            self._move_to(view.panned(-sideways))
        else:
            self._move_to(view.zoomed(_ZOOM_STEP ** delta.y(), event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while the button is down."""
        view = self._view
        if self._pressed_at is None or view is None:
            return
        moved = event.position().x() - self._pressed_at.x()
        if self._dragged or abs(moved) > _DRAG_PX:
            self._dragged = True
            self._pressed_at = event.position()
            self._move_to(view.panned(-moved))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what was clicked."""
        if self._pressed_at is not None and not self._dragged:
            self.id_chosen.emit(self._id_at(event.position()))
        self._pressed_at = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole of both networks."""
        self._show_whole()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End walk through the blocks, Enter zooms to the selected one, + - 0 zoom, Escape clears."""
        view, key = self._ready_view(), event.key()
        zooms = {Qt.Key.Key_Plus: _KEY_ZOOM, Qt.Key.Key_Equal: _KEY_ZOOM, Qt.Key.Key_Minus: 1 / _KEY_ZOOM}
        if view is None or self._pair is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in _WALKS:
            self._walk(_WALKS[Qt.Key(key)])
        elif key in zooms:
            self._move_to(view.zoomed(zooms[Qt.Key(key)], view.left + view.width / 2))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.highlighted:
            column = self._pair.column_of(self.highlighted)
            self._move_to(view.showing(column.span, _ZOOMED_SHARE) if column else view)
        elif key == Qt.Key.Key_0:
            self._show_whole()
        elif key == Qt.Key.Key_Escape and self._selected:
            self.id_chosen.emit("")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show what both have at the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_values(event.pos(), event.globalPos())
            return True
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self._style = None
        return super().event(event)

    def _show_whole(self) -> None:
        self._view = None
        self.update()

    def _walk(self, step: int) -> None:
        """Select the column `step` further on among those that the open architecture has, or the last on that way."""
        assert self._pair is not None
        ids = [column.span.id for column in self._pair.columns if column.difference.other is not None]
        here = self.highlighted
        start = ids.index(here) if here in ids else (-1 if step > 0 else len(ids))
        self.id_chosen.emit(self._selectable(ids[min(max(start + step, 0), len(ids) - 1)]))

    def _selectable(self, column_id: str) -> str:
        """Return the id that the shared selection knows: a block's own, the weighted layer of stem or head."""
        assert self._pair is not None
        axis = self._pair.open_axis
        column = axis.column_of(column_id)
        return axis.selectable_id(column) if column is not None else ""

    def _id_at(self, position: QPointF) -> str:
        """Return what to select at a position: a layer where layers are shown, else the block."""
        column, view = self._column_at(position), self._view
        if column is None or view is None or self._pair is None or column.difference.other is None:
            return ""
        row = next((row for row in self.rows() if row.rect.contains(position)), None)
        if row is not None and row.track is self._strips[1] and view.layer_opacity() > 0.5:
            return self._pair.open_axis.layer_at(view.depth(position.x())).id
        return self._selectable(column.span.id)

    def _column_at(self, position: QPointF) -> Column | None:
        view = self._ready_view()
        inside = view is not None and view.left <= position.x() <= view.right
        return column_at(self._pair, view, position.x()) if inside and self._pair is not None and view else None

    def _show_values(self, place: QPoint, global_place: QPoint) -> None:
        column = self._column_at(QPointF(place))
        if column is None:
            row = next((row for row in self.rows() if row.rect.top() <= place.y() <= row.rect.bottom()), None)
            text = f"{row.track.title()}\n{row.track.subtitle()}" if row else ""
            QToolTip.showText(global_place, text, self)
            return
        lines = [column.span.id, *(f"{title}: {value}" for title, value in self.value_texts(place.x()))]
        QToolTip.showText(global_place, "\n".join(lines), self)

    def _move_to(self, view: DepthView) -> None:
        self._view = view
        self.update()

    def _width(self) -> float:
        return max(self.width() - gutter_of(self.width()) - RIGHT, 1.0)

    def _ready_view(self) -> DepthView | None:
        if self._view is None and self._pair is not None:
            self._view = DepthView.fitted(self._pair.open_axis, gutter_of(self.width()), self._width())
        return self._view

    def _ready_style(self) -> PaintStyle:
        if self._style is None:
            self._style = PaintStyle(self._theme.colors, self.font())
        return self._style

    def _adopt_colors(self) -> None:
        self._style = None
        self.update()

    def _gradient_area(self) -> QRect:
        row = next((row for row in self.rows() if row.track is self.gradient), None)
        return row.area.toAlignedRect() if row else self.rect()
