"""Computes all scalar products between the rows of a large tensor, in float64 and in bounded memory."""

from __future__ import annotations

import torch
from torch import Tensor

from resnet_core.training.exact_norms import precise_dtype

VALUES_AT_ONCE = 2**21
"""Values that are widened to float64 at a time: 16 MiB."""


def gram(rows: Tensor, *, centred: bool = False) -> Tensor:
    """Return X X^T (B, B) of `rows` (B, ...), each row flattened; float64, on MPS float32.

    `centred` takes the mean row from each first.
    """
    x_BD = rows.detach().flatten(1)
    dtype = precise_dtype(x_BD.device)
    total_BB = torch.zeros(len(x_BD), len(x_BD), dtype=dtype, device=x_BD.device)
    for part_BD in x_BD.split(max(1, VALUES_AT_ONCE // max(1, len(x_BD))), dim=1):
        wide_BD = part_BD.to(dtype)
        if centred:
            wide_BD = wide_BD - wide_BD.mean(0)
        total_BB.addmm_(wide_BD, wide_BD.T)
    return total_BB


def cosines(rows: Tensor) -> Tensor:
    """Return the cosine between every two rows (B, B), as `gram`; nan where a row is zero or not finite."""
    x_BD = rows.detach().flatten(1)
    if precise_dtype(x_BD.device) == torch.float32:  # squares of small gradients would leave its range
        x_BD = x_BD / x_BD.abs().amax(1, keepdim=True)
    gram_BB = gram(x_BD)
    norms_B = gram_BB.diagonal().sqrt()
    return gram_BB / norms_B / norms_B[:, None]
