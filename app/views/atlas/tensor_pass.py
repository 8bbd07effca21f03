"""Puts a pass through the network on the Atlas when it is asked for, and lets the view follow it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QMargins, QObject, Signal
from PySide6.QtWidgets import QStyle

from app.services.theme import Theme
from app.views.atlas.tensor_pass_bar import TensorPassBar
from app.views.atlas.tensor_pass_overlay import TensorPassOverlay
from app.views.atlas.tensor_pass_player import PassPlayer
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.pass_norms import PassNorms
from resnet_core.drawing.pass_pace import Detail, word_detail
from resnet_core.drawing.pass_sentences import NO_NORMS
from resnet_core.drawing.pass_words import caption
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.structure_pass_track import PassMoment, StructurePassTrack
from resnet_core.drawing.tracks.track_rows import TrackRow
from resnet_core.number_text import exact

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
_EDGE_SHARE, _LANDING_SHARE = 0.03, 0.12


class TensorPass(QObject):
    """The pass of one Atlas; nothing of it exists until it is first opened.

    `opened_changed` tells that the bar is opened or closed.
    """

    opened_changed = Signal(bool)

    def __init__(self, atlas: AtlasView, theme: Theme) -> None:
        super().__init__(atlas)
        self._atlas, self._theme = atlas, theme
        self._parts: _Parts | None = None

    @property
    def is_open(self) -> bool:
        """Whether the bar is there."""
        return self._parts is not None and self._parts.is_open

    @property
    def player(self) -> PassPlayer:
        """What plays the pass."""
        return self._made().player

    @property
    def bar(self) -> TensorPassBar:
        """The controls."""
        return self._made().bar

    @property
    def overlay(self) -> TensorPassOverlay:
        """What paints the pass."""
        return self._made().overlay

    def on_rows(self, rows: Sequence[TrackRow]) -> tuple[TrackRow, ...]:
        """Return the rows of a picture: with the pass on the structure, as it is on the screen."""
        if self._parts is None or not self._parts.is_open:
            return tuple(rows)
        track = StructurePassTrack(self._parts.now())
        return tuple(row._replace(track=track) if row.track.key == track.key else row for row in rows)

    def open(self) -> None:
        """Show the bar and play, unless animations are switched off in the system: then it waits to be stepped."""
        parts = self._made()
        parts.open()
        self.opened_changed.emit(True)
        duration = self._atlas.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._atlas)
        if duration > 0:
            parts.player.play()

    def close(self) -> None:
        """Take the pass away."""
        if self._parts is not None and self._parts.is_open:
            self._parts.close()
            self.opened_changed.emit(False)

    def toggle(self) -> None:
        """Open, or close."""
        (self.close if self.is_open else self.open)()

    def _made(self) -> _Parts:
        if self._parts is None:
            self._parts = _Parts(self._atlas, self._theme, self)
            self._parts.bar.closed.connect(self.close)
        return self._parts


class _Parts(QObject):
    """Player, sheet and bar, kept in step with the Atlas."""

    def __init__(self, atlas: AtlasView, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._atlas = atlas
        self.player = PassPlayer(atlas.depth_view.axis, self)
        self.overlay = TensorPassOverlay(atlas, self.player)
        self.bar = TensorPassBar(self.player, theme, atlas)
        self.bar.hide()
        self._last_view: DepthView | None = None
        self._follows = True
        self._norms = PassNorms()
        self.player.moved.connect(self._show_moment)
        self.player.changed.connect(self._show_state)
        atlas.document.changed.connect(lambda _snapshot: self._show_network())
        atlas.installEventFilter(self)
        atlas.viewport().installEventFilter(self)

    @property
    def is_open(self) -> bool:
        return not self.bar.isHidden()

    def open(self) -> None:
        self._show_structure()
        self.bar.show()
        self._make_room()
        self.overlay.setGeometry(self._atlas.viewport().rect())
        self.overlay.lower()
        self.overlay.show()
        self.player.show(self._atlas.depth_view.axis)
        self._show_state()
        self.bar.focus_play()

    def close(self) -> None:
        self.player.pause()
        had_focus = self.bar.isAncestorOf(self.bar.window().focusWidget() or self._atlas)
        self.overlay.hide()
        self.bar.hide()
        self._make_room()
        if had_focus:
            self._atlas.setFocus()

    def now(self) -> PassMoment:
        """Return the pass as it is."""
        return PassMoment(self.player.timeline, self.player.moment, self._norms)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the bar and the sheet where the Atlas is, and take what has changed whenever it is painted."""
        if not self.is_open:
            return False
        if event.type() == QEvent.Type.Resize:
            if watched is self._atlas:
                self._make_room()
            else:
                self.overlay.setGeometry(self._atlas.viewport().rect())
        elif event.type() == QEvent.Type.Paint and watched is not self._atlas:
            self._take_norms()
            self._take_detail()
        elif event.type() == QEvent.Type.LanguageChange and watched is self._atlas:
            self.bar.retranslate()
            self._say()
        return False

    def _show_structure(self) -> None:
        """Bring back the track that the pass runs on, where it was taken away."""
        if "structure" not in self._atlas.layout_record.shown:
            self._atlas.set_layout_record(self._atlas.layout_record.toggled("structure"))

    def _make_room(self) -> None:
        """Give the bar its lines under the viewport, or take them back."""
        height = self.bar.sizeHint().height() if self.is_open else 0
        margins = self._atlas.viewportMargins()
        self._atlas.setViewportMargins(QMargins(margins.left(), margins.top(), margins.right(), height))
        self.bar.setGeometry(0, self._atlas.height() - height, self._atlas.width(), height)

    # What has changed

    def _show_network(self) -> None:
        """Begin anew with an edited or another network."""
        self.player.pause()
        if self._atlas.isVisible():
            self.player.show(self._atlas.depth_view.axis)
            self._show_state()

    def _show_state(self) -> None:
        self._follows = True
        self._take_norms()
        self._take_detail()
        self._show_moment()

    def _show_moment(self) -> None:
        if self.is_open:
            self._follow()
            self._say()

    def _take_detail(self) -> None:
        level = self.overlay.level
        detail: Detail = level if level in ("block", "layer") else "stage"
        if detail != self.player.detail:
            self.player.detail = detail
            self._say()

    def _take_norms(self) -> None:
        flow = self._atlas.gradients
        norms = pass_norms(flow)
        if norms != self._norms:
            self._norms = norms
            self.overlay.set_norms(norms)
            self._say()
        self.bar.set_norms(self._norms_text(flow))

    def _norms_text(self, flow: FlowData) -> str:
        """Return whose norms the way back shows; nothing on the way there."""
        if self.player.direction == "forward":
            return ""
        if not flow.has_rows or flow.run is None:
            return translate("Drawing", NO_NORMS)
        if self._atlas.tracks.shows_probe:
            return translate("Atlas", "Norms of the probe, before any training")
        text = translate("Atlas", "Norms of “%1”, step %2")
        return text.replace("%1", flow.run.summary.name).replace("%2", exact(flow.shown_step))

    def _say(self) -> None:
        player = self.player
        detail = word_detail(player.timeline, player.detail, is_playing=player.is_playing)
        words = caption(player.timeline, player.moment, detail, self._norms, translate)
        is_new = words.text != self.bar.caption
        self.bar.set_caption(words.text)
        if is_new and not player.is_playing:
            self._atlas.hands.speak(words.text)

    def _follow(self) -> None:
        """Turn the page where the pass leaves what is shown, unless a person has looked away from it."""
        view = self._atlas.depth_view
        if view.is_fitted:
            return
        if self._last_view is not None and _stretch(view) != _stretch(self._last_view):
            self._follows = self._shows_front(view)
        elif self._shows_front(view):
            self._follows = True
        if self._follows and not self._shows_front(view):
            x = self.overlay.front_x()
            if x is not None:
                share = _LANDING_SHARE if self.player.direction == "forward" else 1 - _LANDING_SHARE
                self._atlas.set_depth_view(view.panned(x - view.left - share * view.width))
        self._last_view = self._atlas.depth_view

    def _shows_front(self, view: DepthView) -> bool:
        x = self.overlay.front_x()
        edge = _EDGE_SHARE * view.width
        return x is None or view.left + edge <= x <= view.right - edge or self._at_end(view, x)

    def _at_end(self, view: DepthView, x: float) -> bool:
        """Whether the pass is near an end of the network, where there is nothing more to turn to."""
        near_start, near_end = view.first <= 1e-9, view.last >= view.axis.length - 1e-9
        return (near_start and x <= view.left + view.width / 2) or (near_end and x >= view.left + view.width / 2)


def _stretch(view: DepthView) -> tuple[float, float]:
    """Return what a person moves of a view; its level of detail settles by itself."""
    return view.first, view.scale


def pass_norms(flow: FlowData) -> PassNorms:
    """Return the norms of the capture that is looked at, as far as they were measured."""
    if not flow.has_rows:
        return PassNorms()
    branch, skip, cosine = (_row(flow, name) for name in ("branch_norm", "shortcut_norm", "branch_shortcut_cosine"))
    return PassNorms(_plain(flow.norms().tolist()), branch, skip, cosine)


def _row(flow: FlowData, name: str) -> tuple[float, ...]:
    rows = flow.quantity(name)
    return _plain(rows[flow.row].tolist()) if rows is not None else ()


def _plain(values: list[float]) -> tuple[float, ...]:
    """Return the values with one and the same NaN, so that what is missing compares equal to what is missing."""
    return tuple(math.nan if math.isnan(value) else value for value in values)
