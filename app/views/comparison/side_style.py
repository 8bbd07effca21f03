"""Says how the two sides of a comparison look: the reference is grey and hollow, the open architecture full."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPen

from app.services.theme import ThemeColors
from app.views.comparison.aligned_pair import Side

SIDES: tuple[Side, Side] = ("reference", "open")


def side_color(colors: ThemeColors, side: Side) -> str:
    """Return the ink of a side's lines and numbers."""
    return colors.muted if side == "reference" else colors.accent


def curve_pen(colors: ThemeColors, side: Side) -> QPen:
    """Return the pen of a side's curves."""
    return QPen(QColor(side_color(colors, side)), 1.2 if side == "reference" else 1.5)


def difference_color(colors: ThemeColors, difference: float) -> str:
    """Return warm ink for more than the reference, cool for less, quiet ink for the same."""
    if difference == 0:
        return colors.muted
    return colors.series[1] if difference > 0 else colors.series[0]
