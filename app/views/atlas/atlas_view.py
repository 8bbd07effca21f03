"""Shows the open architecture as tracks on one axis of depth, in one painted widget."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app.painting.paint_style import PaintStyle
from app.painting.render_drawing import image_of
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.measured import Measured
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.atlas import atlas_keys, atlas_painting, atlas_words
from app.views.atlas.atlas_hands import AtlasHands
from app.views.atlas.atlas_menu import atlas_menu
from app.views.atlas.atlas_pointer import AtlasPointer
from app.views.atlas.atlas_sheet import AtlasSheet
from app.views.atlas.atlas_tracks import AtlasTracks
from app.views.atlas.atlas_zoom import AtlasZoom
from app.views.atlas.minimap import FOOTER_HEIGHT, MINIMAP_HEIGHT
from app.views.atlas.tensor_pass import TensorPass
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.display_list import Drawing
from resnet_core.drawing.kept_view import kept_view
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.gradient_history_track import HANDLE_ROOM
from resnet_core.drawing.tracks.titles import FRESH
from resnet_core.drawing.tracks.track import TrackFrame, shown_span
from resnet_core.drawing.tracks.track_rows import Frame, TrackRow, stacked

_COPY_SCALE = 2.0


class AtlasView(QAbstractScrollArea):
    """The Atlas.

    It paints what the states hold and sends back two intents: `SelectionState.select` and `SelectionState.set_step`.
    `layout_changed` tells that a person has shown, hidden, moved or resized a track.
    """

    layout_changed = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        pinned: PinnedState,
        runs: RunsState,
        measured: Measured,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.selection, self._pinned, self._runs = document, selection, pinned, runs
        self.tracks = AtlasTracks(document, selection, pinned, runs, measured)
        self._theme = theme
        self.style_of_paint = PaintStyle(theme.colors, self.font())
        self._view = DepthView.fitted(DepthAxis(self.snapshot.graph), 0.0, 1.0)
        self._rows: tuple[TrackRow, ...] = ()
        self.sheet = AtlasSheet(self)
        self.zoom = AtlasZoom(self)
        self._stale = True
        self._hovered: Span | None = None
        self._pointer = AtlasPointer(self)
        self._set_up_widget()
        self._listen(theme)
        self.hands = AtlasHands(self)
        self.tensor_pass = TensorPass(self, theme)

    # What others ask of the view

    @property
    def depth_view(self) -> DepthView:
        """The stretch of depth that is shown."""
        return self._view

    @property
    def rows(self) -> tuple[TrackRow, ...]:
        """Where each shown track stands, in pixels of the viewport before scrolling."""
        return self._rows

    @property
    def snapshot(self) -> Snapshot:
        """The architecture that is shown."""
        return self.tracks.snapshot

    @property
    def gradients(self) -> FlowData:
        """The run of the architecture, and the step of it that is looked at."""
        return self.tracks.flow

    @property
    def layout_record(self) -> Arrangement:
        """Which tracks are shown, in which order, how high and on which scale."""
        return self.tracks.arrangement

    @property
    def hovered(self) -> Span | None:
        """The column or layer under the pointer."""
        return self._hovered

    @property
    def scroll_offset(self) -> float:
        """How far the tracks are scrolled up."""
        return float(self.verticalScrollBar().value())

    def layout_state(self) -> dict[str, object]:
        """Return the tracks' order, heights and which are hidden, as plain values."""
        return self.layout_record.to_dict()

    def restore_layout(self, state: Mapping[str, object]) -> None:
        """Take what `layout_state` returned, from any version; what is unknown is left out."""
        self.set_layout_record(Arrangement.from_dict(state, FRESH))

    @property
    def has_picture(self) -> bool:
        """Whether there is a drawing to export: always."""
        return True

    def picture(self, whole: bool) -> Drawing:
        """Return the shown stretch of depth with every shown track, or the whole network at this zoom, as a drawing."""
        self._refresh()
        return atlas_painting.picture(self, whole)

    def copy_image(self) -> None:
        """Put the Atlas on the clipboard as an image."""
        QGuiApplication.clipboard().setImage(image_of(self.picture(False), self._theme.colors, _COPY_SCALE))

    def copy_text(self) -> None:
        """Put the numbers of every block on the clipboard, tab-separated."""
        self._refresh()
        norms = self.gradients.norms() if self.gradients.has_rows else None
        QGuiApplication.clipboard().setText(atlas_words.table(self.snapshot, norms))

    # What the pointer, the keys and the menu do

    def set_depth_view(self, view: DepthView) -> None:
        """Show another stretch of depth."""
        if view != self._view:
            self._view = view
            self._hovered = None
            self.sheet.move()
            self.viewport().update()

    def settle(self) -> None:
        """Show one level of detail, now that the view is at rest."""
        self._view = self._view.settled()
        self._repaint_all()

    def set_layout_record(self, record: Arrangement) -> None:
        """Show other tracks, in another order, of another height or on another scale."""
        if record != self.layout_record:
            self.tracks.arrangement = record
            self._lay_out()
            self.layout_changed.emit()

    def set_hovered(self, span: Span | None) -> None:
        """Mark what is under the pointer."""
        if span != self._hovered:
            before, self._hovered = self._hovered, span
            for changed in (before, span):
                if changed is not None:
                    self.viewport().update(self._band_rect(changed))

    def span_at(self, x: float) -> Span | None:
        """Return the block, stem, head or layer at x, by the level of detail."""
        return shown_span(self._view, x) if self._view.left <= x <= self._view.right else None

    def select_span(self, span: Span) -> None:
        """Select a block or a layer; the stem and the head stand for their one weighted layer."""
        self.selection.select(self._view.axis.selectable_id(span))

    def selected_span(self) -> Span | None:
        """Return the column to highlight: a layer's own where layers are shown, else its block's."""
        axis, id = self._view.axis, self.selection.selected
        return axis.span_of(id) if self._view.layer_opacity() > 0.5 else axis.column_of(id)

    def frame_of(self, row: TrackRow) -> TrackFrame:
        """Return the frame that a row's track draws itself into."""
        return atlas_painting.frame(row, self)

    def minimap_rect(self) -> QRectF:
        """Return where the overview stands."""
        bottom = float(self.viewport().height())
        return QRectF(self._view.left, bottom - MINIMAP_HEIGHT - 6, self._view.width, MINIMAP_HEIGHT)

    # States

    def _listen(self, theme: Theme) -> None:
        self.document.changed.connect(lambda _snapshot: self._refresh_when_shown())
        self._pinned.changed.connect(self._refresh_when_shown)
        self.tracks.measured.latency.changed.connect(self._refresh_when_shown)
        self.tracks.measured.probed.changed.connect(self._refresh_run)
        self.tracks.measured.studies.changed.connect(self._refresh_when_shown)
        self._runs.advanced.connect(lambda _key: self._refresh_run())
        self._runs.current_changed.connect(self._refresh_run)
        self._runs.shown_changed.connect(self._refresh_run)
        self.selection.changed.connect(self._show_selection)
        self.selection.step_changed.connect(self._show_step)
        theme.changed.connect(lambda _colors: self._restyle())
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._repaint_all())

    def _refresh_when_shown(self) -> None:
        self._stale = True
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        """Take the document, the reference and the run as they are now."""
        if not self._stale:
            return
        self._stale = False
        if self.tracks.refresh():
            self._view = kept_view(self._view, DepthAxis(self.snapshot.graph), self.selection.selected)
            self._hovered = None
        self._lay_out()
        self.setAccessibleDescription(atlas_words.summary(self.snapshot, self.selection.selected))

    def _refresh_run(self) -> None:
        if self._stale or not self.isVisible():
            self._stale = True
            return
        had_rows = self.gradients.has_rows
        if self.tracks.take_run():
            self._lay_out()
        elif had_rows or self.gradients.has_rows:
            self._repaint_live()

    def _show_step(self, step: object) -> None:
        self.tracks.follow_step()
        self._repaint_live()

    def _show_selection(self, id: str) -> None:
        if self._stale or not self.isVisible():
            return
        span = self.selected_span()
        if span is not None:
            self.set_depth_view(self._view.revealing(span))
        self.setAccessibleDescription(atlas_words.summary(self.snapshot, id))
        self.viewport().update()

    def _restyle(self) -> None:
        self.style_of_paint = PaintStyle(self._theme.colors, self.font())
        self._repaint_all()

    # Geometry and painting

    def _set_up_widget(self) -> None:
        self.setObjectName("atlas")
        self.setAccessibleName(self.tr("Atlas: the network along its depth"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(360, 220)
        viewport = self.viewport()
        viewport.setMouseTracking(True)
        viewport.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def _lay_out(self) -> None:
        """Place the tracks in the viewport and make the scroll bar fit."""
        shown = self.tracks.shown()
        left = atlas_painting.SIDE_MARGIN + atlas_painting.gutter_px(self)
        width = max(self.viewport().width() - left - HANDLE_ROOM, 60.0)
        room = self.viewport().height() - MINIMAP_HEIGHT - FOOTER_HEIGHT - 6
        frame = Frame(atlas_painting.SIDE_MARGIN, left, width, room)
        self._rows, height = stacked(shown, dict(self.layout_record.heights), frame)
        self._view = self._view.resized(left, width).settled()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(round(height - room), 0))
        bar.setPageStep(round(room))
        self._repaint_all()

    def _band_rect(self, span: Span) -> QRect:
        x0, x1 = self._view.edges(span)
        return QRectF(x0 - 2, 0, x1 - x0 + 4, self.viewport().height()).toAlignedRect()

    def _repaint_all(self) -> None:
        self.sheet.forget()
        self.viewport().update()

    def _repaint_live(self) -> None:
        """Repaint the tracks that show the run, and nothing else."""
        self.sheet.forget_run()
        if not self.isVisible():
            return
        for row in self._rows:
            if row.track.live:
                self.viewport().update(atlas_painting.row_area(row, self).toAlignedRect())

    # Qt's events, which arrive for the viewport

    def paintEvent(self, event: QPaintEvent) -> None:
        self._refresh()
        painter = QPainter(self.viewport())
        self.sheet.paint(painter, event.rect())
        atlas_painting.paint_marks(painter, self)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        self._refresh()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange) and hasattr(self, "_pointer"):
            self.setAccessibleName(self.tr("Atlas: the network along its depth"))
            self._restyle()
            self._lay_out()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), atlas_words.tooltip(self, event.pos()), self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self.set_hovered(None)
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.set_depth_view(self._view.zoomed(1 + event.value(), event.position().x()))
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointer.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not atlas_keys.press(self, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = atlas_menu(self, event.pos(), by_key=event.reason() == QContextMenuEvent.Reason.Keyboard)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
