"""Fills the menus of the comparison: what can be done with each architecture, and which tracks are shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.state.architecture_document import Snapshot
from app.state.pinned_state import PinnedState
from app.views.comparison.compared import Compared
from resnet_core.drawing.comparison.comparison_tracks import COUNTS, TrackChoice
from resnet_core.drawing.tracks.titles import TITLES
from resnet_core.drawing.tracks.track import Track

translate = QCoreApplication.translate
Choose = Callable[[TrackChoice], None]
Open = Callable[[Snapshot], None]


def fill_pins(menu: QMenu, compared: Compared, pinned: PinnedState, open_pin: Open) -> None:
    """Add a menu of its own for each architecture."""
    for place, name in enumerate(compared.names):
        inner = menu.addMenu(name.replace("&", "&&"))
        inner.setObjectName(f"comparison_pin_{place}")
        add_member(inner, compared, place, pinned, open_pin)


def add_member(menu: QMenu, compared: Compared, place: int, pinned: PinnedState, open_pin: Open) -> None:
    """Add what can be done with one architecture: make it the reference, move, open, pin or remove it."""
    snapshot, pins = compared.members[place], pinned.pinned
    is_pin, last = pinned.is_pinned(snapshot), len(pins) - 1
    for key, text, work, enabled in (
        ("reference", translate("Comparison", "Make it the reference"), pinned.make_reference, place > 0),
        ("up", translate("Comparison", "Move up"), partial(pinned.move, by=-1), is_pin and place > 0),
        ("down", translate("Comparison", "Move down"), partial(pinned.move, by=1), is_pin and place < last),
        ("open", translate("Comparison", "Open it"), open_pin, place != compared.open),
    ):
        _add(menu, f"comparison_{key}", text, partial(work, snapshot)).setEnabled(enabled)
    if is_pin:
        _add(menu, "comparison_unpin", translate("Comparison", "Remove the pin"), partial(pinned.unpin, snapshot))
    else:
        _add(menu, "comparison_pin_open", translate("Comparison", "Pin it"), partial(pinned.pin, snapshot))


def fill_tracks(menu: QMenu, choice: TrackChoice, choose: Choose) -> None:
    """Add every kind of track with a tick where it is shown, and the scale of the overlays."""
    add_heading(menu, translate("Comparison", "Difference to the reference"))
    for key in COUNTS:
        shown = key in choice.differences
        changed = choice.with_difference(key, shown=not shown)
        _add_tick(
            menu, f"comparison_difference_{key}", translate("Atlas", TITLES[key]), shown, partial(choose, changed)
        )
    add_heading(menu, translate("Comparison", "All together"))
    for key in COUNTS:
        shown = key in choice.overlays
        changed = choice.with_overlay(key, shown=not shown)
        _add_tick(menu, f"comparison_overlay_{key}", translate("Atlas", TITLES[key]), shown, partial(choose, changed))
    gradients = choice._replace(gradients=not choice.gradients)
    text = translate("Atlas", TITLES["gradient_norm"])
    _add_tick(menu, "comparison_gradients", text, choice.gradients, partial(choose, gradients))
    menu.addSeparator()
    is_log = choice.scale == "log"
    changed = choice._replace(scale="linear" if is_log else "log")
    _add_tick(menu, "comparison_log", translate("Atlas", "Logarithmic scale"), is_log, partial(choose, changed))
    _add(menu, "comparison_reset", translate("Atlas", "Reset tracks"), partial(choose, TrackChoice()))


def add_heading(menu: QMenu, text: str) -> None:
    """Add a name of what follows: not every style shows that of a section."""
    if menu.actions():
        menu.addSeparator()
    heading = menu.addAction(text)
    heading.setEnabled(False)
    heading.setObjectName("comparison_heading")


def add_hide(menu: QMenu, track: Track, choice: TrackChoice, choose: Choose) -> None:
    """Add that tracks like this one are hidden, where they can be."""
    hidden = choice.without(track)
    if hidden != choice:
        text = translate("Atlas", "Hide “%1”").replace("%1", translate("Atlas", track.title()))
        _add(menu, "comparison_hide", text, partial(choose, hidden))


def _add(menu: QMenu, name: str, text: str, work: Callable[[], None]) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(name)
    action.triggered.connect(lambda *_checked: work())
    return action


def _add_tick(menu: QMenu, name: str, text: str, shown: bool, work: Callable[[], None]) -> None:
    action = _add(menu, name, text, work)
    action.setCheckable(True)
    action.setChecked(shown)
