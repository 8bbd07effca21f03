"""Tells from the gradients at each block's fork how much came through its branch, and how deep that makes a network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def branch_shares(branch_norms: FloatArray, shortcut_norms: FloatArray) -> FloatArray:
    """Return p = ||g_F||^2 / (||g_F||^2 + ||g_S||^2) of each fork, any shape: 1 where all came through the branch.

    NaN where there is no shortcut, where neither brought anything, and where a norm is NaN or both are infinite. Norms
    whose squares would leave float64 are no trouble.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: FloatArray = (branch_norms / np.hypot(branch_norms, shortcut_norms)) ** 2
    return shares


def effective_depth(shares_N: FloatArray, has_shortcut_N: NDArray[np.bool_]) -> float:
    """Return the sum of p over N blocks: how many branches the gradient passes through on average.

    After Veit et al. 2016 (arXiv 1605.06431), who find the paths that carry the gradient to be short. A block without
    a shortcut has p = 1: every path goes through it. NaN where the share of a block with one is.
    """
    return float(np.where(has_shortcut_N, shares_N, 1.0).sum())
