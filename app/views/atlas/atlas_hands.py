"""Puts together what hands do in the Atlas beside zooming: edit, drag stages, walk, find, and be read to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from app.views.atlas.atlas_edits import AtlasEdits
from app.views.atlas.atlas_walk import AtlasWalk
from app.views.atlas.edit_strip import EditStrip
from app.views.atlas.find_bar import FindBar
from app.views.atlas.finds import Finds
from app.views.atlas.hands_overlay import HandsOverlay
from app.views.atlas.minimap import FOOTER_HEIGHT
from app.views.atlas.stage_edges import StageEdges
from app.views.atlas.track_drag import TrackDrag
from app.views.atlas.track_words_popup import TrackWordsPopup
from resnet_core.analysis.flow_alerts import FlowAlert
from resnet_core.drawing.reading import Reader
from resnet_core.drawing.tracks.track_rows import TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
_SIDE = 12.0


class AtlasHands(QObject):
    """The parts, each an object of its own; `spoken` carries what a screen reader is told."""

    spoken = Signal(str)

    def __init__(self, atlas: AtlasView) -> None:
        super().__init__(atlas)
        self._atlas = atlas
        self.edits = AtlasEdits(atlas)
        self.walk = AtlasWalk(atlas)
        self.edges = StageEdges(atlas, self.edits)
        self.tracks = TrackDrag(atlas)
        self.finds = Finds(atlas)
        self.overlay = HandsOverlay(atlas, self.edges, self.finds)
        self.strip = EditStrip(atlas, self.edits)
        self._stale = True
        atlas.viewport().installEventFilter(self)
        atlas.selection.changed.connect(self._show_selection)
        atlas.document.changed.connect(lambda _snapshot: self._show_network())
        self.finds.changed.connect(self.overlay.refresh)
        self.edits.refused.connect(self.speak)
        self.edits.made.connect(self.speak)

    @cached_property
    def find_bar(self) -> FindBar:
        """The bar to find with, made when it is first asked for."""
        return FindBar(self._atlas, self.finds)

    @property
    def is_finding(self) -> bool:
        """Whether the bar to find with is open."""
        return "find_bar" in self.__dict__ and self.find_bar.is_open

    def reading(self) -> str:
        """Return the whole structure as text."""
        return self._reader.whole()

    def speak(self, line: str) -> None:
        """Have a screen reader say a line, while it listens to the Atlas."""
        if not line or not self._atlas.isVisible():
            return
        self.spoken.emit(line)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._atlas, line))

    def explain(self, row: TrackRow) -> None:
        """Say beside a track what it shows, and what healthy and sick look like."""
        TrackWordsPopup(self._atlas, row.track).open_beside(self._atlas, row)

    def show_alert(self, alert: FlowAlert) -> None:
        """Go to the step of an alert of the history, and select its block."""
        data, blocks = self._atlas.gradients, self._atlas.snapshot.graph.blocks
        self._atlas.selection.set_step(int(data.steps[alert.row]))
        self._atlas.selection.select(blocks[alert.boundary].id if alert.boundary < len(blocks) else blocks[-1].id)

    # What the pointer and the keys ask for

    def refresh_footer(self) -> None:
        """Have the line under the tracks, which tells of what is under the pointer, painted anew."""
        self._atlas.viewport().update(self._footer().toAlignedRect())

    def hover_edge(self, at: QPointF | None) -> bool:
        """Show the grip of the stage's edge at `at`, and return whether there is one."""
        place = self.edges.edge_at(at) if at is not None else None
        if place != self.edges.hovered:
            self.edges.hovered = place
            self.overlay.refresh()
            self.refresh_footer()
        return place is not None

    def take_edge(self, at: QPointF) -> None:
        """Take hold of the stage's edge at `at`."""
        self.edges.take(at)
        self.overlay.refresh()

    def drag_edge(self, at: QPointF) -> None:
        """Drag the held edge."""
        self.edges.move(at)
        self.overlay.refresh()

    def release_edge(self) -> bool:
        """Make the edit that the drag asks for; return whether it asked for any."""
        asked = self.edges.release()
        self.edges.hovered = None
        self.overlay.refresh()
        return asked

    def let_go(self) -> bool:
        """Let go of a held edge or track without a change; return whether one was held."""
        held = self.edges.cancel() or self.tracks.cancel()
        self.overlay.refresh()
        return held

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the viewport is resized, and let go of what the pointer has left."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        elif event.type() == QEvent.Type.Leave:
            self.hover_edge(None)
            self.refresh_footer()
        return False

    @property
    def _reader(self) -> Reader:
        snapshot = self._atlas.document.snapshot
        return Reader(snapshot.graph, snapshot.report, translate)

    def _place(self) -> None:
        """Put the strip where the footer is, as wide as the whole Atlas."""
        self.strip.place(self._footer())
        self.overlay.refresh()
        if self._stale and self._atlas.isVisible():
            self._show_network()

    def _footer(self) -> QRectF:
        top, width = self._atlas.minimap_rect().top() - FOOTER_HEIGHT, self._atlas.viewport().width()
        return QRectF(_SIDE, top, width - 2 * _SIDE, FOOTER_HEIGHT - 2)

    def _show_network(self) -> None:
        """Offer what the network as it is now can be made; what was held or hovered was the one before."""
        self.edges.cancel()
        self.edges.hovered = None
        self._stale = not self._atlas.isVisible()
        if not self._stale:
            self.strip.refresh()
            self.overlay.refresh()

    def _show_selection(self, id: str) -> None:
        if not self._atlas.isVisible():
            self._stale = True
            return
        self.strip.refresh()
        self.overlay.update()
        focus = self._atlas.window().focusWidget()
        if id and focus is not None and (focus is self._atlas or self._atlas.isAncestorOf(focus)):
            place = f"{self.find_bar.count}. " if self.is_finding and self.finds.place else ""
            self.speak(place + self._reader.selected(id))
