"""Turns a batch of images into one whose images are each shifted at random.

Legend: N images, C channels, H rows, W columns. There is no mirroring here: a mirrored 2 is no digit.
"""

from __future__ import annotations

import torch
from torch import Tensor


def random_shift(
    images_NCHW: Tensor, max_shift_px: int, generator: torch.Generator, background_C: Tensor | float
) -> Tensor:
    """Return the batch, every image moved by whole pixels of its own: dy and dx, each uniform in [-max, max].

    What comes in at the border is `background_C`, a value a channel (or one for all): the value that a
    pixel of zero, no ink or black, has after standardisation (TensorDataSet.background). Padding by 0
    would be the mean grey.

    The draws are made on the generator's device, so that a CPU generator gives the same shifts on every
    device. Shape (N, C, H, W), dtype and device stay. With `max_shift_px` 0 nothing is drawn and the same
    batch comes back.
    """
    if max_shift_px < 0:
        raise ValueError(f"training.max_shift: {max_shift_px} is too small; take at least 0")
    if max_shift_px == 0:
        return images_NCHW
    count = images_NCHW.shape[0]
    shifts_N2 = torch.randint(
        -max_shift_px, max_shift_px + 1, (count, 2), generator=generator, device=generator.device
    ).to(images_NCHW.device)
    return shifted(images_NCHW, shifts_N2, background_C)


def shifted(images_NCHW: Tensor, shifts_N2: Tensor, background_C: Tensor | float) -> Tensor:
    """Return the images moved by `shifts_N2` = (dy, dx), whole pixels, positive downward and to the right.

    One indexing for the whole batch: output row y is input row y - dy; a row or column from outside is
    background.
    """
    count, _, height, width = images_NCHW.shape
    device = images_NCHW.device
    rows_NH = torch.arange(height, device=device) - shifts_N2[:, :1]
    columns_NW = torch.arange(width, device=device) - shifts_N2[:, 1:]
    image_N11 = torch.arange(count, device=device)[:, None, None]
    taken_NHWC = images_NCHW.permute(0, 2, 3, 1)[
        image_N11, rows_NH.clamp(0, height - 1)[:, :, None], columns_NW.clamp(0, width - 1)[:, None, :]
    ]
    inside_NH = (rows_NH >= 0) & (rows_NH < height)
    inside_NW = (columns_NW >= 0) & (columns_NW < width)
    inside_NHW1 = (inside_NH[:, :, None] & inside_NW[:, None, :])[..., None]
    background = torch.as_tensor(background_C, dtype=images_NCHW.dtype, device=device)
    return torch.where(inside_NHW1, taken_NHWC, background).permute(0, 3, 1, 2).contiguous()
