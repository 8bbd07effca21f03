"""Dresses the whole application in a theme: the palette, and the style sheet filled with its colours."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.services.theme import ThemeColors, qt_palette
from resources import resource_text

STYLE = "Fusion"
"""The one style that takes every colour from the palette on every system."""


def apply_theme(application: QApplication, colors: ThemeColors) -> None:
    """Show every widget, open or yet to come, in `colors`."""
    application.setPalette(qt_palette(colors))
    application.setStyleSheet(style_sheet(colors))


def style_sheet(colors: ThemeColors) -> str:
    """Return the shipped style sheet with the colours of a theme; KeyError for an unknown name in it."""
    names = {name: value for name, value in colors._asdict().items() if isinstance(value, str)}
    names["accent_hover"] = _mixed(colors.accent, colors.text, 0.12)
    names["hover"] = _mixed(colors.window, colors.text, 0.06)
    return Template(resource_text("themes", "skipscope.qss")).substitute(names)


def _mixed(first: str, second: str, share: float) -> str:
    """Return `first` with a `share` of `second` in it."""
    one, other = QColor(first), QColor(second)
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs)).name()
