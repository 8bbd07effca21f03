"""Chooses the longest of several texts that fits its room, and remembers the choice for the next frame."""

from __future__ import annotations

from functools import lru_cache

from resnet_core.drawing.display_list import Role, Text
from resnet_core.drawing.text_metrics import first_fitting

_SMALLEST_TEXT_SHARE = 0.85
_AIR = 4.0


@lru_cache(maxsize=4096)
def fitted(texts: tuple[str, ...], room: float, size: float, bold: bool = False) -> str:
    """Return the first of `texts`, longest first, that fits into `room` pixels at `size`; else an empty text."""
    return first_fitting(texts, room, size, bold=bold)


def centered_text(
    fit: float,
    id: str,
    role: Role,
    edges: tuple[float, float],
    y: float,
    texts: tuple[str, ...],
    size: float,
    *,
    bold: bool = False,
    whole: bool = False,
) -> list[Text]:
    """Return the first of `texts` that fits between `edges`, a little smaller if that is what it takes, or nothing.

    With `whole`, the first of them is rather smaller than another one large. `fit` is that of the Placement.
    """
    # Rounded down, so that equal blocks anywhere ask for the same.
    room = (edges[1] - edges[0] - _AIR) / fit * 8 // 1 / 8
    for wanted in (texts[:1], texts) if whole else (texts,):
        for factor in (1.0, _SMALLEST_TEXT_SHARE):
            text = fitted(wanted, room, size * factor, bold)
            if text:
                return [Text(id, role, (edges[0] + edges[1]) / 2, y, text, size * factor, "middle", bold, texts[0])]
    return []
