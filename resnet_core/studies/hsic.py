"""Computes how alike representations are from their Gram matrices, by unbiased estimates of HSIC over minibatches.

Linear centred kernel alignment is Kornblith et al. 2019 (arXiv 1905.00414); the estimator that can be averaged over
minibatches is that of Nguyen et al. 2021 (arXiv 2010.15327), after Song et al. 2012.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEAST_IMAGES = 4
"""The estimator divides by n - 3."""


def unbiased_hsic(grams_MNN: FloatArray) -> FloatArray:
    """Return the unbiased HSIC_1 of every pair of M Gram matrices of the same N inputs (M, M).

    HSIC_1(K, L) = [tr(K L) + sum(K) sum(L) / ((N - 1) (N - 2)) - 2 / (N - 2) 1'K L 1] / (N (N - 3)), all with zeros on
    the diagonals. The traces of all pairs are one product of the flattened matrices with themselves. Raises ValueError
    below 4 inputs.
    """
    count, inputs = grams_MNN.shape[:2]
    if inputs < LEAST_IMAGES:
        raise ValueError(f"HSIC is estimated from at least {LEAST_IMAGES} inputs, not {inputs}")
    hollow_MNN = grams_MNN * (1 - np.eye(inputs))
    rows_MN = hollow_MNN.sum(2)
    totals_M = rows_MN.sum(1)
    flat_MV = hollow_MNN.reshape(count, -1)
    traces_MM = flat_MV @ flat_MV.T
    means_MM = np.outer(totals_M, totals_M) / ((inputs - 1) * (inputs - 2))
    crossed_MM = 2 / (inputs - 2) * (rows_MN @ rows_MN.T)
    return np.asarray((traces_MM + means_MM - crossed_MM) / (inputs * (inputs - 3)))


def alignment(hsic_MM: FloatArray) -> FloatArray:
    """Return CKA of every pair (M, M), HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)).

    nan where a representation's own estimate is not above 0: it is the same for all inputs, or not finite. As an
    estimate, it may leave 0 to 1 by its scatter.
    """
    own_M = np.diagonal(hsic_MM)
    with np.errstate(invalid="ignore"):
        scale_M = np.sqrt(np.where(own_M > 0, own_M, np.nan))
        return np.asarray(hsic_MM / scale_M / scale_M[:, None])
