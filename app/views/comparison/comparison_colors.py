"""Says in which colours differences and the compared architectures are written."""

from __future__ import annotations

from app.services.theme import ThemeColors


def difference_color(colors: ThemeColors, difference: float) -> str:
    """Return warm ink for more than the reference, cool for less, quiet ink for the same."""
    if difference == 0:
        return colors.muted
    return colors.projection if difference > 0 else colors.accent
