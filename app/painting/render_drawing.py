"""Writes a drawing into an SVG, PNG or PDF file, or paints it into an image."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QIODevice, QMarginsF, QSaveFile, QSize, QSizeF
from PySide6.QtGui import QColor, QFont, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle, palette_of
from app.services.theme import ThemeColors
from resnet_core.drawing.display_list import Drawing
from resnet_core.drawing.svg import to_svg

PNG_SCALE = 2.0
MOST_PIXELS = 32_000
"""The longest side of a PNG, beyond which it is written smaller."""

_POINTS_A_PIXEL = 0.75
_PDF_DPI = 96


class RenderError(Exception):
    """A drawing cannot be written; the text says why and how to mend it."""


def render_to_file(drawing: Drawing, path: Path, colors: ThemeColors, scale: float = PNG_SCALE) -> None:
    """Write `drawing` as SVG, PDF or PNG (`scale` pixels a unit, fewer if it is very large), by the suffix of `path`.

    Needs a QGuiApplication. Raises RenderError for another suffix or a file that cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".svg":
        _write_svg(drawing, path, colors)
    elif suffix == ".png":
        _write_png(drawing, path, colors, scale)
    elif suffix == ".pdf":
        _write_pdf(drawing, path, colors)
    else:
        raise RenderError(f"{path}: a drawing is written as .svg, .png or .pdf, not as {suffix or 'a bare name'}")


def image_of(drawing: Drawing, colors: ThemeColors, scale: float) -> QImage:
    """Return `drawing` painted with `scale` pixels a unit, fewer where it is very large; null where memory is short."""
    image = QImage(_size_in_pixels(drawing, scale), QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    image.fill(QColor(colors.canvas))
    painter = QPainter(image)
    painter.scale(image.width() / drawing.width, image.height() / drawing.height)
    _paint(painter, drawing, colors)
    painter.end()
    return image


def _size_in_pixels(drawing: Drawing, scale: float) -> QSize:
    scale = min(scale, MOST_PIXELS / max(drawing.width, drawing.height))
    return QSizeF(drawing.width * scale, drawing.height * scale).toSize()


def _write_svg(drawing: Drawing, path: Path, colors: ThemeColors) -> None:
    try:
        path.write_text(to_svg(drawing, palette_of(colors)), encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise RenderError(f"{path}: {reason}; choose a folder that exists and can be written to") from error


def _write_png(drawing: Drawing, path: Path, colors: ThemeColors, scale: float) -> None:
    image = image_of(drawing, colors, scale)
    if image.isNull():
        size = _size_in_pixels(drawing, scale)
        pixels = f"{size.width()} × {size.height()} pixels"
        raise RenderError(f"{path}: {pixels} are too many for memory; write .svg instead")
    if not image.save(str(path)):
        raise RenderError(f"{path}: cannot be written; choose a folder that exists and can be written to")


def _write_pdf(drawing: Drawing, path: Path, colors: ThemeColors) -> None:
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise RenderError(f"{path}: {file.errorString()}; choose a folder that exists and can be written to")
    writer = QPdfWriter(file)
    points = QSizeF(drawing.width * _POINTS_A_PIXEL, drawing.height * _POINTS_A_PIXEL)
    page = QPageSize(points, QPageSize.Unit.Point, drawing.title, QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(_PDF_DPI)
    writer.setTitle(drawing.title)
    painter = QPainter(writer)
    painter.fillRect(0, 0, round(drawing.width), round(drawing.height), QColor(colors.canvas))
    _paint(painter, drawing, colors)
    painter.end()
    if not file.commit():
        raise RenderError(f"{path}: {file.errorString()}; choose a place with room for it")


def _paint(painter: QPainter, drawing: Drawing, colors: ThemeColors) -> None:
    paint_items(painter, drawing.items, PaintStyle(colors, QFont()))
