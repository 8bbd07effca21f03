"""Says which key makes which edit of the selected block or its stage, and how the key is written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from resnet_core.configuration.key_edits import KeyEditName

KEYS: Mapping[KeyEditName, tuple[str, ...]] = MappingProxyType({
    "add_block": ("Ins", "A"),
    "remove_block": ("Del", "Backspace"),
    "kind": ("K",),
    "shortcut": ("S",),
    "narrower": ("<", ","),
    "wider": (">", "."),
    "stride": ("T",),
    "stage_kind": ("Shift+K",),
})  # fmt: skip
"""The keys of each edit, the one that is shown first; keyboards that lack it have the other."""

_SIGNS = frozenset("<>,.")


def edit_of(event: QKeyEvent) -> KeyEditName | None:
    """Return the edit that a key press asks for, or None."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return None
    key = QKeySequence(event.key()).toString(QKeySequence.SequenceFormat.PortableText)
    # Whether a sign needs Shift is the keyboard's affair.
    pressed = f"Shift+{key}" if modifiers and key not in _SIGNS else key
    return next((name for name, keys in KEYS.items() if pressed in keys), None)


def key_text(name: KeyEditName) -> str:
    """Return the key of an edit as this system writes it: "Del", "⇧K"."""
    return QKeySequence(KEYS[name][0]).toString(QKeySequence.SequenceFormat.NativeText)
