"""Colours the values of rasters, those that do not change only once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from resnet_core.drawing.color_map import colored, packed, viridis_table
from resnet_core.drawing.display_list import Raster

_MOST_KEPT = 4


class _Kept(NamedTuple):
    """An image with the values it was made of, and the colours that it does not own itself."""

    values: NDArray[np.float32]
    bounds: tuple[float, float]
    colors: NDArray[np.uint32]
    image: QImage


class RasterImages:
    """Images of RGB32, which scale several times faster than indexed ones.

    Values that cannot be written to are taken for unchanging: their image is kept as long as they are shown.
    """

    def __init__(self, odd_color: str) -> None:
        self._table, self._odd = viridis_table(), packed(odd_color)
        self._kept: list[_Kept] = []
        self._last: _Kept | None = None

    def image(self, raster: Raster) -> QImage:
        """Return the image of all of a raster's values."""
        bounds = (raster.low, raster.high)
        for kept in self._kept:
            if kept.values is raster.values and kept.bounds == bounds:
                return kept.image
        made = self._made(raster.values, bounds)
        if not raster.values.flags.writeable:
            self._kept = [made, *self._kept][:_MOST_KEPT]
        self._last = made  # the image does not own its colours, which must outlive the painting
        return made.image

    def _made(self, values: NDArray[np.float32], bounds: tuple[float, float]) -> _Kept:
        colors = np.ascontiguousarray(colored(values, bounds, self._table, self._odd))
        rows, columns = values.shape
        image = QImage(colors.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        return _Kept(values, bounds, colors, image)
