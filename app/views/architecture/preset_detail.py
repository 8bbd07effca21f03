"""Shows under the tree what is known about the preset it stands on: paper, our counts, what was published."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.fonts import number_font
from app.views.architecture.preset_words import counts_line, preset_text, published_line
from resnet_core.configuration.presets import find_preset

_SHARE = 0.9


class PresetDetail(QWidget):
    """Three quiet lines; the tooltip of each has everything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preset_detail")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(0)
        self.lines = tuple(ElidedLabel(self) for _ in range(3))
        for line in self.lines:
            line.setProperty("role", "muted")
            line.setFont(number_font(self.font().pointSizeF() * _SHARE))
            column.addWidget(line)

    def show_preset(self, name: str) -> None:
        """Tell of the preset `name`; an empty name leaves the last one there."""
        entry = find_preset(name) if name else None
        if entry is None:
            return
        everything = preset_text(entry)
        for line, text in zip(self.lines, (entry.source, counts_line(entry), published_line(entry)), strict=True):
            line.set_text(text)
            line.setToolTip(everything)
