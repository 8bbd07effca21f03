"""Turns numbers from 0 to 1 into the colours of viridis, whose lightness grows evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Ten evenly spaced colours of viridis (Smith, van der Walt and Firing 2015, CC0), between which it is nearly straight.
_CONTROL_POINTS = (
    "440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89", "35b779", "6dcd59", "b4de2c", "fde725",
)  # fmt: skip
_STEPS = 256
_OPAQUE = 0xFF000000


def viridis_table() -> NDArray[np.uint32]:
    """Return 256 colours as 0xffRRGGBB, from 0 (dark) to 1 (light)."""
    points = np.array([[int(text[i : i + 2], 16) for i in (0, 2, 4)] for text in _CONTROL_POINTS], dtype=np.float64)
    positions = np.linspace(0, len(points) - 1, _STEPS)
    places = np.arange(len(points))
    red, green, blue = (np.rint(np.interp(positions, places, points[:, c])).astype(np.uint32) for c in range(3))
    return np.uint32(_OPAQUE) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue


def packed(color: str) -> int:
    """Return "#rrggbb" as 0xffRRGGBB."""
    return _OPAQUE | int(color.removeprefix("#"), 16)


def colored(
    values: NDArray[np.float32], bounds: tuple[float, float], table: NDArray[np.uint32], odd_color: int
) -> NDArray[np.uint32]:
    """Return the colour of each of `values`, linear from bounds[0] to bounds[1]; NaN and +inf get `odd_color`."""
    low, high = bounds
    with np.errstate(invalid="ignore"):
        share = (values - np.float32(low)) * np.float32((len(table) - 1) / max(high - low, 1e-9))
        odd = ~(values < np.inf)
        share[odd] = 0
        np.clip(share, 0, len(table) - 1, out=share)
    colors = table[share.astype(np.uint8)]
    colors[odd] = odd_color
    return colors
