"""Turns numbers into colours whose lightness changes evenly: viridis, and a map with a neutral middle about 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Ten evenly spaced colours of viridis (Smith, van der Walt and Firing 2015, CC0), between which it is nearly straight.
_CONTROL_POINTS = (
    "440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89", "35b779", "6dcd59", "b4de2c", "fde725",
)  # fmt: skip
_STEPS = 256
_OPAQUE = 0xFF000000
_BLUE_HUE, _RED_HUE = 255.0, 40.0


def viridis_table() -> NDArray[np.uint32]:
    """Return 256 colours as 0xffRRGGBB, from 0 (dark) to 1 (light)."""
    points = np.array([[int(text[i : i + 2], 16) for i in (0, 2, 4)] for text in _CONTROL_POINTS], dtype=np.float64)
    positions = np.linspace(0, len(points) - 1, _STEPS)
    places = np.arange(len(points))
    red, green, blue = (np.rint(np.interp(positions, places, points[:, c])).astype(np.uint32) for c in range(3))
    return np.uint32(_OPAQUE) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue


def diverging_table(*, dark: bool) -> NDArray[np.uint32]:
    """Return 256 colours as 0xffRRGGBB, from blue over a neutral grey in the middle to red.

    Lightness changes evenly with the distance from the middle, as in OKLab (Ottosson 2020), and is the same for both
    signs; the middle is near the background, so that it is dark in a `dark` theme.
    """
    middle, end, chroma = (0.36, 0.75, 0.12) if dark else (0.93, 0.45, 0.13)
    signed = np.linspace(-1.0, 1.0, _STEPS)
    lightness = middle + (end - middle) * np.abs(signed)
    hues = np.radians(np.where(signed < 0, _BLUE_HUE, _RED_HUE))
    linear = _from_oklab(lightness, *(chroma * np.abs(signed) * part for part in (np.cos(hues), np.sin(hues))))
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.abs(linear) ** (1 / 2.4) - 0.055)
    levels: NDArray[np.uint32] = np.rint(np.clip(coded, 0, 1) * 255).astype(np.uint32)
    shifts = np.array([[16], [8], [0]], np.uint32)
    colors: NDArray[np.uint32] = np.uint32(_OPAQUE) | np.bitwise_or.reduce(levels << shifts)
    return colors


def _from_oklab(light: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear sRGB [3, n] of colours in OKLab (bottosson.github.io/posts/oklab)."""
    to_cones = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728],
                         [1, -0.0894841775, -1.2914855480]])  # fmt: skip
    to_rgb = np.array([[4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965],
                       [-0.0041960863, -0.7034186147, 1.7076147010]])  # fmt: skip
    linear: NDArray[np.float64] = to_rgb @ (to_cones @ np.stack([light, a, b])) ** 3
    return linear


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
