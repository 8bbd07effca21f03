"""Writes an array of colours as a PNG image, so that a drawing without Qt can hold one."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = bytes((8, 2, 0, 0, 0))


def png_bytes(colors: NDArray[np.uint32]) -> bytes:
    """Return `colors` [rows, columns], each 0xffRRGGBB, as an 8-bit RGB image (PNG, ISO/IEC 15948)."""
    rows, columns = colors.shape
    pixels = np.zeros((rows, 1 + 3 * columns), np.uint8)  # each row begins with its filter: none
    for place, shift in enumerate((16, 8, 0)):
        pixels[:, 1 + place :: 3] = (colors >> np.uint32(shift)) & np.uint32(0xFF)
    header = struct.pack(">II", columns, rows) + _EIGHT_BIT_RGB
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
