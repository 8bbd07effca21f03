"""Grows an orthonormal basis by products with a symmetric matrix, and reads the matrix's outer eigenvalues in it.

This is the method of Lanczos (1950) with full reorthogonalisation. Power iteration needs a product for every constant
factor of accuracy, (l2/l1) a product, finds one end of the spectrum only, and that of the larger magnitude; the top
eigenvalues of a loss lie close together. Without reorthogonalisation rounding lets converged eigenvalues come back as
copies. Where the basis would take too much memory it is restarted with the Ritz vectors of both ends, which loses none
of what has converged (thick restart: Wu and Simon 2000, doi 10.1137/S0895479898334605).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from resnet_core.training.exact_norms import precise_dtype

FloatArray = NDArray[np.float64]

CHUNK_LENGTH = 2**20
"""Values that are widened to float64 at a time."""
BASIS_BYTES = 2**30
"""What the basis may take; more vectors than this holds are never kept, but at least `LEAST_VECTORS` are."""
LEAST_VECTORS = 16
KEPT_LOW, KEPT_MORE = 2, 2
"""Ritz vectors kept at a restart: at the low end, and at the high end beyond those that are asked for."""


class RitzPairs(NamedTuple):
    """Eigenvalues of the matrix within the basis, rising, and how far each is from one of the matrix itself.

    `residuals[i]` is ||A x - l x|| of the unit vector x that belongs to l: A has an eigenvalue no further from l.
    `weights[i]` is the squared cosine between x and the start, as the quadrature of a spectral density takes it.
    """

    values: FloatArray
    residuals: FloatArray
    weights: FloatArray


class KrylovBasis:
    """The basis; multiply `direction` by the matrix and hand the product to `grow`, again and again."""

    def __init__(self, start: Tensor, most: int, wanted: int) -> None:
        """Begin with the vector `start` (n,), for at most `most` products; `wanted` eigenvalues at the high end count.

        `most` bounds the memory that is taken, together with `BASIS_BYTES`.
        """
        self._wanted = wanted
        self._basis = start.new_empty((kept_vectors(start.numel(), start.element_size(), most), start.numel()))
        self._matrix = np.zeros((len(self._basis), len(self._basis)))
        self._coefficients = np.zeros((0, 0))
        self._size = 0
        self._restarted = False
        self.direction = start / _norm(start)
        self.exhausted = False
        self.pairs = RitzPairs(np.zeros(0), np.zeros(0), np.zeros(0))
        self.quadrature = self.pairs
        """The pairs before the first restart; after it no weight refers to the start any more."""

    def grow(self, product: Tensor) -> bool:
        """Take in A · `direction`; return False, and stay as before, where it is not finite."""
        if not bool(torch.isfinite(product).all()):
            return False
        if self._size == len(self._basis):
            self._restart()
        self._basis[self._size] = self.direction
        self._size += 1
        rest = product.clone()
        shares = self._take_out(rest)
        shares += self._take_out(rest)  # twice is enough (Kahan; Parlett 1998, section 6.9)
        last = self._size - 1
        self._matrix[: self._size, last] = self._matrix[last, : self._size] = shares
        self._solve(_norm(rest), rest)
        return True

    def top_vector(self) -> Tensor:
        """Return the unit vector (n,) of the largest eigenvalue."""
        return self._combined(self._coefficients[:, -1:])[0]

    def release(self) -> None:
        """Let the vectors go; what was read in them stays, and nothing can be grown or combined any more."""
        self._basis = self._basis[:0].clone()

    def _solve(self, rest_norm: float, rest: Tensor) -> None:
        values, self._coefficients = np.linalg.eigh(self._matrix[: self._size, : self._size])
        residuals = rest_norm * np.abs(self._coefficients[-1])
        self.pairs = RitzPairs(values, residuals, self._coefficients[0] ** 2)
        if not self._restarted:
            self.quadrature = self.pairs
        scale = float(np.abs(values).max())
        rounding = torch.finfo(rest.dtype).eps * math.sqrt(len(rest))
        self.exhausted = rest_norm <= rounding * scale or rest_norm == 0 or self._size == len(rest)
        if not self.exhausted:
            self.direction = rest / rest_norm

    def _restart(self) -> None:
        """Keep the Ritz vectors of both ends in place of the basis."""
        high = min(self._wanted + KEPT_MORE, self._size - KEPT_LOW - 1)
        kept = [*range(KEPT_LOW), *range(self._size - high, self._size)]
        self._basis[: len(kept)] = self._combined(self._coefficients[:, kept])
        self._matrix[:] = 0
        self._matrix[range(len(kept)), range(len(kept))] = self.pairs.values[kept]
        self._size = len(kept)
        self._restarted = True

    def _take_out(self, rest: Tensor) -> FloatArray:
        """Make `rest` orthogonal to the basis, in place; return what each vector of the basis had of it."""
        vectors = self._basis[: self._size]
        shares = _products(vectors, rest)
        rest -= torch.from_numpy(shares).to(rest) @ vectors
        return shares

    def _combined(self, coefficients: FloatArray) -> Tensor:
        """Return (k, n) combinations of the basis, one a column of `coefficients`."""
        weights = torch.from_numpy(coefficients.T.copy()).to(self._basis)
        return torch.cat([weights @ part for part in self._basis[: self._size].split(CHUNK_LENGTH, dim=1)], dim=1)


def kept_vectors(size: int, element_bytes: int, most: int) -> int:
    """Return how many vectors of `size` values a basis for at most `most` products keeps."""
    return min(most, max(LEAST_VECTORS, BASIS_BYTES // (size * element_bytes)), size)


def random_start(size: int, seed: int, like: Tensor) -> Tensor:
    """Return (size,) values of +1 and -1, drawn on the CPU from `seed`, of the type and on the device of `like`.

    The mean of v'Av over such v is the trace of A (Hutchinson 1990), with the least variance of all such draws.
    """
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.randint(0, 2, (size,), generator=generator) - 1).to(like)


def _norm(values: Tensor) -> float:
    return math.sqrt(_products(values[None], values)[0])


def _products(vectors: Tensor, other: Tensor) -> FloatArray:
    """Return the scalar products (k,) of the rows (k, n) with `other` (n,), summed in float64 where there is one."""
    precise = precise_dtype(other.device)
    total = torch.zeros(len(vectors), dtype=precise, device=other.device)
    for some, part in zip(vectors.split(CHUNK_LENGTH, dim=1), other.split(CHUNK_LENGTH), strict=True):
        total += some.to(precise) @ part.to(precise)
    return total.cpu().double().numpy()
