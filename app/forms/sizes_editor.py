"""Edits a list of small odd numbers, the sizes of a block's kernels, as a text such as `3,1,3`."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QCoreApplication, QRegularExpression, Qt
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QWidget

from app.forms.field_kinds import inherited, is_optional
from app.forms.text_editors import TextEditor
from app.services.fonts import number_font
from resnet_core.configuration.fields import FieldFacts

_SIZE = re.compile(r"([0-9]+)(?:\s*[×x]\s*\1)?")
"""A size, as `3` or as `3×3`."""
_TYPED = QRegularExpression(r"[0-9 ,;.×x()B]{0,40}")
"""What may be typed: the sizes, and what papers put between them, as in B(3,1,3)."""
LARGEST_STEP_TO = 31


class SizesEditor(TextEditor):
    """The sizes in their order; nothing means the field's default, or for an optional field None.

    Up and Down make the size at the cursor larger and smaller by two, so that it stays odd.
    """

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(facts, parent)
        self._optional = is_optional(facts)
        self.setValidator(QRegularExpressionValidator(_TYPED, self))
        self.setFont(number_font(self.font().pointSizeF()))
        self.setPlaceholderText(nothing_chosen(facts))

    def show_value(self, value: Any) -> None:
        """Show `value` without telling anyone."""
        super().show_value(sizes_text(value))

    def entered(self) -> tuple[int, ...] | None:
        """Return the sizes that are typed."""
        sizes = tuple(int(size) for size in _SIZE.findall(self.text()))
        return None if self._optional and not sizes else sizes

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 2, Qt.Key.Key_Down: -2}.get(Qt.Key(event.key()))
        if step is None or not self._step(step):
            super().keyPressEvent(event)

    def _step(self, step: int) -> bool:
        """Change the size the cursor is at; return whether there is one."""
        place = self.cursorPosition()
        for found in re.finditer(r"[0-9]+", self.text()):
            if found.start() <= place <= found.end():
                size = min(max(int(found.group()) + step, 1), LARGEST_STEP_TO)
                text = self.text()
                self.setText(f"{text[: found.start()]}{size}{text[found.end() :]}")
                self.setCursorPosition(found.start())
                self.setModified(True)
                self._commit()
                return True
        return False


def sizes_text(sizes: Any) -> str:
    """Return `(3, 1, 3)` as "3,1,3"; no sizes are an empty text."""
    return ",".join(str(size) for size in sizes or ())


def nothing_chosen(facts: FieldFacts) -> str:
    """Return what stands for a list of no sizes: "inherited", or "the kind's own"."""
    return inherited() if is_optional(facts) else QCoreApplication.translate("ArchitectureForm", "of the kind")
