"""Turns an image file into a square of 8-bit RGB pixels."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from resnet_core.configuration.data_errors import DataSetError


def read_image(path: Path, height: int, width: int) -> Tensor:
    """Return the image as uint8 (3, height, width): turned upright, scaled to cover, cut at the centre.

    Transparency is laid over black, 16-bit grey brought to 8 bits; of an animation the first frame is taken.
    Raises DataSetError, naming the file, where it is missing or no image.
    """
    from PIL import Image, ImageOps  # Pillow comes with torchvision; only image folders need it

    broken = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened)
            scaled = ImageOps.fit(_as_rgb(upright), (width, height), Image.Resampling.BILINEAR)
    except broken as error:
        reason = getattr(error, "strerror", None) or str(error).split(" <")[0] or type(error).__name__
        raise DataSetError(str(path), "broken_image", {"reason": reason}) from None
    return torch.from_numpy(np.array(scaled, dtype=np.uint8)).permute(2, 0, 1).contiguous()


def _as_rgb(image: Any) -> Any:
    from PIL import Image

    if image.mode.startswith("I"):  # 16-bit grey: convert() would cut at 255 instead of scaling
        grey = np.clip(np.asarray(image, dtype=np.int64) // 256, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", layered.size)
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image.convert("RGB")
