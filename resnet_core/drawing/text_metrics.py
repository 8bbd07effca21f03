"""Estimates how wide a text is, never too narrow for the usual sans-serif fonts, so that no text overlaps another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

ELLIPSIS = "…"

# Advance widths of DejaVu Sans, in thousandths of the size, from U+0020 to U+007E: among the fonts that
# desktops and browsers fall back to, it is one of the widest.
_ASCII = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
_OTHERS = {"·": 318, "²": 401, "³": 401, "×": 838, "→": 838, "⊕": 838, "−": 838, "‖": 500,
           **dict.fromkeys("⁰¹⁴⁵⁶⁷⁸⁹", 440), "⁻": 528}  # fmt: skip
_WIDEST = 1000
_BOLD = 1.14


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return an upper estimate of the width of `text` at `size`, both in pixels."""
    return _em_width(text) * size * (_BOLD if bold else 1.0)


def text_height(size: float) -> float:
    """Return the height of a line, ascent and descent, at `size` pixels."""
    return 1.2 * size


def elided(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return `text` if it fits into `width`, else its beginning with an ellipsis, else an empty text."""
    if text_width(text, size, bold=bold) <= width:
        return text
    for length in range(len(text) - 1, 1, -1):
        shorter = text[:length].rstrip() + ELLIPSIS
        if text_width(shorter, size, bold=bold) <= width:
            return shorter
    return ""


def first_fitting(texts: Sequence[str], width: float, size: float, *, bold: bool = False) -> str:
    """Return the first of `texts`, longest first, that fits into `width`, else an empty text."""
    return next((text for text in texts if text_width(text, size, bold=bold) <= width), "")


@lru_cache(maxsize=4096)
def _em_width(text: str) -> float:
    return sum(_character_width(character) for character in text) / 1000


def _character_width(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _ASCII[code - 32]
    return _OTHERS.get(character, _WIDEST)
