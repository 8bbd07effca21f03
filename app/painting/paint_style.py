"""Holds the pens, brushes and fonts of one theme, made once, for painting drawings and tracks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QFontMetricsF, QPen, QStaticText, QTransform

from app.painting.raster_images import RasterImages
from app.painting.sprites import ArchSprites
from app.services.theme import ThemeColors
from resnet_core.drawing.display_list import Role
from resnet_core.drawing.styles import STYLES, Palette
from resnet_core.drawing.text_metrics import text_width

_MOST_TEXTS = 4_000
_BROAD_PX = 4.0
_SAMPLES = ("3×3 /2", "1024→256", "ReLU", "BN", "Bottleneck", "0123456789")


class PaintStyle:
    """The look of one theme: `colors`, fonts in pixels, and a pen and brush for every role of a drawing."""

    def __init__(self, colors: ThemeColors, font: QFont) -> None:
        self.colors = colors
        self.text_size = max(float(QFontInfo(font).pixelSize()), 9.0)
        self.small_size = max(round(self.text_size * 0.87), 9.0)
        self._family = QFont(font)
        self._fonts: dict[tuple[float, bool, bool], QFont] = {}
        # The fonts live as long as the style does, so their identity is a key.
        self._metrics: dict[int, QFontMetricsF] = {}
        self._widths: dict[tuple[int, str], float] = {}
        self._laid_out: dict[tuple[int, str], QStaticText] = {}
        self.arches = ArchSprites()
        self.font = self.sized(self.text_size)
        self.bold = self.sized(self.text_size, bold=True)
        self.small = self.sized(self.small_size)
        self.numbers = self.sized(self.small_size, tabular=True)
        self.rasters = RasterImages(colors.warning)
        self.palette: Palette = palette_of(colors)
        self._pens = {role: self._pen(role) for role in STYLES}
        self._brushes = {role: self._brush(role) for role in STYLES}
        self.fit = self._fit()

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """Return a palette colour by name, `alpha` 0 to 1."""
        color = QColor(self.palette[name])
        color.setAlphaF(alpha)
        return color

    def line(self, name: str, width: float = 1.0, alpha: float = 1.0) -> QPen:
        """Return a solid pen of a palette colour."""
        return QPen(self.color(name, alpha), width)

    def pen(self, role: Role) -> QPen:
        """Return the outline of a role."""
        return self._pens[role]

    def brush(self, role: Role) -> QBrush:
        """Return the fill of a role."""
        return self._brushes[role]

    def text_color(self, role: Role) -> QColor:
        """Return the colour of a text's role."""
        return self.color(STYLES[role].fill)

    def sized(self, size: float, *, bold: bool = False, tabular: bool = False) -> QFont:
        """Return the text font at `size` pixels, rounded to whole ones; a `tabular` one has digits of one width."""
        key = (max(round(size), 1), bold, tabular)
        if key not in self._fonts:
            font = QFont(self._family)
            font.setPixelSize(int(key[0]))
            font.setBold(bold)
            if tabular:
                font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
            self._metrics[id(font)] = QFontMetricsF(font)
        return self._fonts[key]

    def metrics(self, font: QFont) -> QFontMetricsF:
        """Return the metrics of one of the style's fonts."""
        return self._metrics.get(id(font)) or QFontMetricsF(font)

    def width_of(self, text: str, font: QFont) -> float:
        """Return the width of a text in one of the style's fonts, measured once."""
        key = (id(font), text)
        width = self._widths.get(key)
        if width is None:
            width = self._widths[key] = self.metrics(font).horizontalAdvance(text)
        return width

    def laid_out(self, text: str, font: QFont) -> QStaticText:
        """Return a text in one of the style's fonts, laid out once: shaping it takes longer than painting it."""
        key = (id(font), text)
        laid_out = self._laid_out.get(key)
        if laid_out is None:
            if len(self._laid_out) >= _MOST_TEXTS:
                self._laid_out.clear()
            laid_out = self._laid_out[key] = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            laid_out.prepare(QTransform(), font)
        return laid_out

    def _fit(self) -> float:
        """Return how wide the font is beside the estimate that drawings are laid out by, at most 1."""
        widest = max(
            self.width_of(text, font) / text_width(text, font.pixelSize(), bold=font.bold())
            for text in _SAMPLES
            for font in (self.bold, self.small)
        )
        return min(widest * 1.03, 1.0)

    def _pen(self, role: Role) -> QPen:
        style = STYLES[role]
        if not style.stroke:
            return QPen(Qt.PenStyle.NoPen)
        pen = QPen(self.color(style.stroke, style.alpha), style.width)
        if style.dash or style.width > _BROAD_PX:  # whose ends would be seen to reach too far
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if style.dash:
            pen.setDashPattern([length / style.width for length in style.dash])
        return pen

    def _brush(self, role: Role) -> QBrush:
        style = STYLES[role]
        return QBrush(self.color(style.fill, style.alpha)) if style.fill else QBrush(Qt.BrushStyle.NoBrush)


def palette_of(colors: ThemeColors) -> Palette:
    """Return the theme's colours by the names that drawings use; a series' colours are numbered from 0."""
    named = {name: value for name, value in colors._asdict().items() if isinstance(value, str)}
    return named | {f"series_{number}": value for number, value in enumerate(colors.series)}
