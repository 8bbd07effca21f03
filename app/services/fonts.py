"""Brings the shipped typeface into the application, so that it looks the same, and has every sign, on every machine."""

from __future__ import annotations

import sys

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from resources import resource_bytes

FAMILY = "Inter"
FILES = ("Inter-Regular.otf", "Inter-Bold.otf")
POINTS = 13.0 if sys.platform == "darwin" else 10.0
"""The size of text: macOS counts 72 points an inch, the others 96."""


def install_fonts(application: QApplication) -> None:
    """Load the typeface and make it the application's; a person's system font stays the fallback for other scripts."""
    for name in FILES:
        QFontDatabase.addApplicationFontFromData(resource_bytes("fonts", name))
    font = application.font()
    font.setFamilies([FAMILY, *font.families()])
    font.setPointSizeF(POINTS)
    application.setFont(font)


def number_font(size: float) -> QFont:
    """Return the typeface with figures of one width, so that digits align; `size` in points."""
    font = QFont(QApplication.font())
    font.setPointSizeF(size)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
