"""Shows several architectures one under the other on one axis of depth, with the tracks that compare them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.painting.row_pictures import FRAME_S, RowLook, RowPictures
from app.services.theme import Theme
from app.views.comparison.canvas_pointer import CanvasPointer
from app.views.comparison.value_tooltip import tooltip
from resnet_core.drawing.comparison.alignment import Alignment
from resnet_core.drawing.comparison.comparison_rows import ROW_GAP, least_height, placed_rows
from resnet_core.drawing.comparison.comparison_scene import Scene, comparison_drawing, ground_items, row_items
from resnet_core.drawing.comparison.comparison_tracks import COUNTS, TrackChoice, comparison_tracks
from resnet_core.drawing.comparison.gradient_profiles_track import CapturedNorms, GradientProfilesTrack
from resnet_core.drawing.comparison.run_chart import RunChart
from resnet_core.drawing.comparison.value_table import column_values
from resnet_core.drawing.depth_axis import Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Box, Drawing
from resnet_core.drawing.tracks.scene import SceneStyle
from resnet_core.drawing.tracks.track import Track
from resnet_core.drawing.tracks.track_rows import TrackRow

_KEY_ZOOM = 1.4
_ZOOMED_SHARE = 0.35
_WALKS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}
_ZOOMS = {Qt.Key.Key_Plus: _KEY_ZOOM, Qt.Key.Key_Equal: _KEY_ZOOM, Qt.Key.Key_Minus: 1 / _KEY_ZOOM}


class ComparisonCanvas(QWidget):
    """The strips and tracks; `id_chosen` carries the block or layer a person clicks on (empty: none).

    `menu_wanted` asks for the menu of a track (None: of the page) at a global position.
    """

    id_chosen = Signal(str)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style: PaintStyle | None = None
        self._alignment: Alignment | None = None
        self._choice = TrackChoice()
        self._tracks: tuple[Track, ...] = ()
        self._gradient: GradientProfilesTrack | None = None
        self._view: DepthView | None = None
        self._selected = ""
        self._pointer = CanvasPointer(self)
        self._pictures = RowPictures()
        self._moving = False
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(0)
        self._settling.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # It fills itself; what lies behind it need not be painted first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._adopt_colors)

    @property
    def alignment(self) -> Alignment | None:
        """What is shown."""
        return self._alignment

    @property
    def gradient(self) -> GradientProfilesTrack | None:
        """The track of the gradients, where any architecture has a run."""
        return self._gradient

    @property
    def depth_view(self) -> DepthView | None:
        """Which stretch of depth is shown, and where; None where nothing is compared."""
        if self._view is None and self._alignment is not None:
            columns = self.scene().columns(self.width())
            self._view = DepthView.fitted(self._alignment.open_axis, columns.left, columns.width)
        return self._view

    @property
    def is_moving(self) -> bool:
        """Whether rows are still to be drawn anew after a movement along depth."""
        return self._moving

    @property
    def highlighted(self) -> str:
        """The id of the column that is highlighted, or an empty text."""
        column = self._selected_column()
        return column.id if column else ""

    def show_alignment(self, alignment: Alignment, choice: TrackChoice) -> None:
        """Show architectures; the zoom stays where the axis is as long as before."""
        before, self._alignment, self._choice = self._alignment, alignment, choice
        self._tracks = comparison_tracks(alignment, choice)
        self._gradient = None
        if self._view is not None and before is not None and before.length == alignment.length:
            self._view = self._view._replace(axis=alignment.open_axis)
        else:
            self._view = None
        self._adopt_tracks()

    def show_captured(self, captured: Sequence[CapturedNorms | None]) -> None:
        """Show the gradient norms of the runs there are; the track is away while no architecture has a run."""
        if self._alignment is None:
            return
        had_track = self._gradient is not None
        shown = self._choice.gradients and any(entry is not None for entry in captured)
        self._gradient = GradientProfilesTrack(self._alignment, captured) if shown else None
        if had_track and shown:
            self.update(self._gradient_area())
        elif had_track or shown:
            self._adopt_tracks()

    def show_selection(self, id: str) -> None:
        """Highlight the column of a block or layer."""
        self._selected = id
        column, view = self._selected_column(), self.depth_view
        if column is not None and view is not None:
            self._view = view.revealing(column)
        self.update()

    def scene(self) -> Scene:
        """Return what is drawn, and how."""
        assert self._alignment is not None
        style = self._ready_style()
        sizes = SceneStyle(style.text_size, style.fit, self.devicePixelRatioF(), QCoreApplication.translate)
        return Scene(self._alignment, self.tracks(), self._choice.scale, sizes)

    def picture(self, whole: bool, charts: Sequence[RunChart] = ()) -> Drawing:
        """Return the shown stretch of depth, or all of it, with every shown track and with `charts` under them."""
        return comparison_drawing(self.scene(), None if whole else self.depth_view, self.width(), charts)

    def tracks(self) -> tuple[Track, ...]:
        """Return the tracks that are shown, top to bottom."""
        return (*self._tracks, self._gradient) if self._gradient is not None else self._tracks

    def rows(self) -> tuple[TrackRow, ...]:
        """Return the shown tracks with their places, squeezed together or spread to the height there is."""
        if self._alignment is None:
            return ()
        return placed_rows(self.tracks(), self.scene().columns(self.width()), self.height())

    def row_at(self, y: float) -> TrackRow | None:
        """Return the row at a height."""
        return next((row for row in self.rows() if row.rect.top <= y <= row.rect.bottom), None)

    def column_at(self, x: float) -> Span | None:
        """Return the column at x, or None beside the tracks."""
        view = self.depth_view
        if view is None or self._alignment is None or not view.left <= x <= view.right:
            return None
        return self._alignment.column_at(view.depth(x))

    def sizeHint(self) -> QSize:
        """Return the least room: what is left over in the window goes to the canvas anyway."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return room for every track at its least height."""
        return QSize(460, round(least_height(self.tracks())))

    def tooltip_at(self, place: QPoint) -> str:
        """Return what every architecture has at a place, or what the track beside it shows."""
        column = self.column_at(place.x())
        if column is not None and self._alignment is not None:
            counts = [key for key in COUNTS if key in self._choice.differences | self._choice.overlays]
            rows = column_values(self._alignment, column.id, counts, self._gradient)
            return tooltip(column.id, rows, counts)
        row = self.row_at(place.y())
        if row is None:
            return ""
        say = QCoreApplication.translate
        texts = say("Atlas", row.track.title()), row.track.subtitle(say), say("Atlas", row.track.explanation())
        return "\n".join(filter(None, texts))

    def id_at(self, position: QPointF) -> str:
        """Return what to select at a position: a layer where a strip shows layers, else the block; only open ones."""
        column, view, alignment = self.column_at(position.x()), self.depth_view, self._alignment
        if column is None or view is None or alignment is None or not alignment.has(alignment.open, column.id):
            return ""
        row = self.row_at(position.y())
        place = getattr(row.track, "member", None) if row is not None else None
        if row is not None and place is not None and row.track.key.startswith("structure"):
            axis = alignment.axes[place]
            if view._replace(axis=axis).layer_opacity() > 0.5 and alignment.has(place, column.id):
                id = axis.layer_at(view.depth(position.x())).id
                if id in alignment.open_axis.graph.node_by_id:
                    return id
        return self._selectable(column.id)

    def move_to(self, view: DepthView) -> None:
        """Show another stretch of depth."""
        if view != self._view:
            self._view, self._moving = view, True
            self.update()

    def show_whole(self) -> None:
        """Show the whole of all networks."""
        self._view = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that the event touches; while depth moves, those there is no time for catch up right after."""
        view, dirty = self.depth_view, event.rect()
        painter = QPainter(self)
        painter.fillRect(dirty, QColor(self._theme.colors.canvas))
        if view is not None:
            style, scene, rows = self._ready_style(), self.scene(), self.rows()
            self._paint_selection(painter, view, style)
            paint_items(painter, ground_items(scene, rows, view), style)
            seen = [row for row in rows if self._area(row).intersects(dirty)]
            looks = [self._look(row, view) for row in seen]
            self._moving = not self._pictures.paint(painter, looks, None, FRAME_S if self._moving else None)
            if self._moving:
                self._settling.start()
        if self.hasFocus():
            painter.setPen(QColor(self._theme.colors.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the same stretch of depth in sight."""
        super().resizeEvent(event)
        self._fit_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Shift or sideways, pan; over the names, scroll the page."""
        self._pointer.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while the button is down."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what was clicked."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole of all networks."""
        self.show_whole()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the track under the pointer."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = None if by_key else self.row_at(event.pos().y())
        self.menu_wanted.emit(row.track if row is not None else None, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End walk through the blocks, Enter zooms to the selected one, + - 0 zoom, Escape clears."""
        view, key = self.depth_view, event.key()
        if view is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in _WALKS:
            self._walk(_WALKS[Qt.Key(key)])
        elif key in _ZOOMS:
            self.move_to(view.zoomed(_ZOOMS[Qt.Key(key)], view.left + view.width / 2))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.highlighted:
            column = self._selected_column()
            self.move_to(view.showing(column, _ZOOMED_SHARE) if column else view)
        elif key == Qt.Key.Key_0:
            self.show_whole()
        elif key == Qt.Key.Key_Escape and self._selected:
            self.id_chosen.emit("")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show what all have at the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip_at(event.pos()), self)
            return True
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange, QEvent.Type.LanguageChange):
            self._style = None
            self._fit_view()
        return super().event(event)

    def _adopt_tracks(self) -> None:
        """Take other tracks: their names may need another gutter, and they another height."""
        self._pictures.forget()
        self._fit_view()
        self.updateGeometry()
        self.update()

    def _fit_view(self) -> None:
        if self._view is None or self._alignment is None:
            return
        if self._view.is_fitted:
            self._view = None
            return
        columns = self.scene().columns(self.width())
        scale = self._view.scale * columns.width / self._view.width
        self._view = self._view._replace(left=columns.left, width=columns.width, scale=scale).clamped()

    def _walk(self, step: int) -> None:
        """Select the column `step` further on among those that the open architecture has, or the last on that way."""
        assert self._alignment is not None
        ids = [column.id for column in self._alignment.open_axis.columns]
        here = self.highlighted
        start = ids.index(here) if here in ids else (-1 if step > 0 else len(ids))
        self.id_chosen.emit(self._selectable(ids[min(max(start + step, 0), len(ids) - 1)]))

    def _selectable(self, column_id: str) -> str:
        """Return the id that the shared selection knows: a block's own, the weighted layer of stem or head."""
        assert self._alignment is not None
        axis = self._alignment.open_axis
        column = axis.column_of(column_id)
        return axis.selectable_id(column) if column is not None else ""

    def _selected_column(self) -> Span | None:
        return self._alignment.column_of(self._selected) if self._alignment and self._selected else None

    def _paint_selection(self, painter: QPainter, view: DepthView, style: PaintStyle) -> None:
        column = self._selected_column()
        if column is None:
            return
        left, right = (min(max(x, view.left), view.right) for x in view.edges(column))
        if right > left:
            painter.fillRect(QRectF(left, 0, max(right - left, 2.0), self.height()), style.color("selection"))

    def _ready_style(self) -> PaintStyle:
        if self._style is None:
            self._style = PaintStyle(self._theme.colors, self.font())
        return self._style

    def _adopt_colors(self) -> None:
        self._style = None
        self.update()

    def _look(self, row: TrackRow, view: DepthView) -> RowLook:
        scene, style = self.scene(), self._ready_style()
        area = Box(0.0, row.rect.top - ROW_GAP, float(self.width()), row.rect.bottom + ROW_GAP)
        return RowLook(
            row.track.key, area, view, (row.track, row.gutter, style, scene.scale, scene.style),
            lambda painter: paint_items(painter, row_items(scene, (row,), view), style),
        )  # fmt: skip

    def _area(self, row: TrackRow) -> QRect:
        """Return the whole width of a row."""
        return QRectF(0, row.rect.top - ROW_GAP, self.width(), row.rect.height + 2 * ROW_GAP).toAlignedRect()

    def _gradient_area(self) -> QRect:
        row = next((row for row in self.rows() if row.track is self._gradient), None)
        return self._area(row) if row else self.rect()
