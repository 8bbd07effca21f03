"""Offers which tracks are shown in which variant and on which scale, in a menu of the window or of the Atlas itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.titles import FRESH
from resnet_core.drawing.tracks.track_rows import TrackRow
from resnet_core.drawing.tracks.value_scale import ScaleKind

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
_SCALE_NAMES: dict[ScaleKind, str] = {"linear": N_("Atlas", "Linear scale"), "log": N_("Atlas", "Logarithmic scale")}


def add_track_choices(menu: QMenu, atlas: AtlasView) -> None:
    """Add every track with a tick where it is shown, and the way back to the arrangement of a new window."""
    for key, title in atlas.tracks.titles().items():
        action = menu.addAction(translate("Atlas", title))
        action.setObjectName(f"atlas_show_{key}")
        action.setCheckable(True)
        action.setChecked(key not in atlas.layout_record.hidden)
        action.triggered.connect(_setter(atlas, atlas.layout_record.toggled(key)))
    menu.addSeparator()
    _add(menu, "reset_tracks", translate("Atlas", "Reset tracks"), _setter(atlas, FRESH))


def add_row_choices(menu: QMenu, atlas: AtlasView, row: TrackRow) -> None:
    """Add what can be done with one shown track: move it, hide it, choose what it shows and its scale."""
    key, name, record = row.track.key, translate("Atlas", row.track.title()), atlas.layout_record
    for id, text, changed in (
        ("move_up", translate("Atlas", "Move “%1” up"), record.moved(key, -1)),
        ("move_down", translate("Atlas", "Move “%1” down"), record.moved(key, 1)),
        ("hide", translate("Atlas", "Hide “%1”"), record.toggled(key)),
    ):
        action = _add(menu, id, text.replace("%1", name), _setter(atlas, changed))
        action.setEnabled(changed != record)
    if row.track.words() is not None:
        text = translate("Atlas", "What “%1” shows…").replace("%1", name)
        _add(menu, "explain", text, lambda *_checked: atlas.hands.explain(row))
    if len(row.track.variants) > 1:
        _add_variants(menu, atlas, row)
    if len(row.track.scales) > 1:
        now, group = atlas.frame_of(row).scale, QActionGroup(menu)
        for scale in row.track.scales:
            text = translate("Atlas", _SCALE_NAMES[scale])
            action = _add(menu, f"scale_{scale}", text, _setter(atlas, record.scaled(key, scale)))
            action.setCheckable(True)
            action.setChecked(scale == now)
            group.addAction(action)
    menu.addSeparator()


def _add_variants(menu: QMenu, atlas: AtlasView, row: TrackRow) -> None:
    """Add what the track can show instead, the one it shows ticked."""
    group = QActionGroup(menu)
    for variant in row.track.variants:
        changed = atlas.layout_record.varied(row.track.key, variant.key)
        text = translate("Atlas", "Show: %1").replace("%1", translate("Atlas", variant.name))
        action = _add(menu, f"variant_{variant.key}", text, _setter(atlas, changed))
        action.setCheckable(True)
        action.setChecked(variant.key == row.track.variant)
        group.addAction(action)


def _add(menu: QMenu, name: str, text: str, triggered: Callable[[], None]) -> QAction:
    action = menu.addAction(text)
    action.setObjectName(f"atlas_{name}")
    action.triggered.connect(triggered)
    return action


def _setter(atlas: AtlasView, record: Arrangement) -> Callable[[], None]:
    return lambda *_checked: atlas.set_layout_record(record)
