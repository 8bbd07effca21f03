"""Gives every view its colours and fonts: a light and a dark palette, switchable while running."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

ThemeChoice = Literal["light", "dark", "system"]


class ThemeColors(NamedTuple):
    """One palette as #rrggbb texts; colour-blind eyes tell its data colours apart (after Okabe and Ito)."""

    dark: bool
    window: str
    canvas: str
    raised: str
    hairline: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    warning: str
    identity: str
    projection: str
    zero_pad: str
    block_fill: str
    block_line: str
    parameters: str
    macs: str
    activations: str
    memory: str
    field: str
    intensity: str
    latency: str
    branch: str
    good: str
    norm_fill: str
    relu_fill: str
    attention: str
    attention_fill: str
    series: tuple[str, ...]


LIGHT = ThemeColors(
    dark=False, window="#f3f4f3", canvas="#fcfcfa", raised="#ffffff", hairline="#d9dcdf",
    text="#1d2126", muted="#6a717b", accent="#2462cc", on_accent="#ffffff", selection="#dce8fb",
    warning="#b3400d", identity="#2462cc", projection="#c4511c", zero_pad="#7a5195",
    block_fill="#ffffff", block_line="#4a5058", parameters="#7a8fb1", macs="#a489b0",
    activations="#83a387", memory="#b3986b", field="#6b9ea6", intensity="#b08282", latency="#8f8f9c", branch="#b7791f",
    good="#1b7f5c", norm_fill="#e4e7f1", relu_fill="#dcefe2",
    attention="#0f7c86", attention_fill="#d9eff0",
    series=("#2462cc", "#c4511c", "#1b7f5c", "#8a5aa8", "#a87a00", "#3b8ea5"),
)  # fmt: skip
DARK = ThemeColors(
    dark=True, window="#1b1e22", canvas="#16181b", raised="#23272c", hairline="#363b42",
    text="#e6e8ea", muted="#979fa9", accent="#6aa3ff", on_accent="#0d1420", selection="#22344f",
    warning="#f0925f", identity="#6aa3ff", projection="#ef8a55", zero_pad="#bd93d8",
    block_fill="#23272c", block_line="#a9b0b9", parameters="#7f98c4", macs="#b193c0",
    activations="#8bb290", memory="#c4a877", field="#78b0b9", intensity="#c39292", latency="#9d9dad", branch="#d9a441",
    good="#57c39a", norm_fill="#2d3344", relu_fill="#25392d",
    attention="#4fc3cc", attention_fill="#1b3a3e",
    series=("#6aa3ff", "#ef8a55", "#57c39a", "#bd93d8", "#d9b13b", "#66bfd8"),
)  # fmt: skip


class Theme(QObject):
    """The colours in force; `changed` carries the new ones."""

    changed = Signal(object)

    def __init__(self, choice: ThemeChoice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: ThemeChoice = choice
        QApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self._apply())
        self._colors = self._resolved()

    @property
    def choice(self) -> ThemeChoice:
        """Light, dark, or as the system."""
        return self._choice

    @property
    def colors(self) -> ThemeColors:
        """The palette in force."""
        return self._colors

    def choose(self, choice: ThemeChoice) -> None:
        """Switch while running."""
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        colors = self._resolved()
        if colors is not self._colors:
            self._colors = colors
            self.changed.emit(colors)

    def _resolved(self) -> ThemeColors:
        if self._choice == "system":
            return DARK if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT


def qt_palette(colors: ThemeColors) -> QPalette:
    """Return the Qt palette of a theme, disabled roles included."""
    palette, role = QPalette(), QPalette.ColorRole
    pairs = {
        role.Window: colors.window, role.WindowText: colors.text, role.Base: colors.raised,
        role.AlternateBase: colors.window, role.Text: colors.text, role.Button: colors.raised,
        role.ButtonText: colors.text, role.Highlight: colors.selection, role.HighlightedText: colors.text,
        role.ToolTipBase: colors.raised, role.ToolTipText: colors.text, role.PlaceholderText: colors.muted,
        role.Link: colors.accent, role.Mid: colors.hairline, role.Midlight: colors.hairline,
        role.Dark: colors.hairline, role.Light: colors.raised, role.Shadow: colors.hairline,
        role.BrightText: colors.warning, role.Accent: colors.accent,
    }  # fmt: skip
    for key, value in pairs.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(colors.muted))
    return palette
