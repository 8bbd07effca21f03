"""Holds the Krylov basis to matrices whose eigenvalues are known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from resnet_core.studies import lanczos
from resnet_core.studies.lanczos import KrylovBasis, random_start

SIZE = 200


def matrix_of(values: Tensor) -> Tensor:
    """A symmetric matrix with these eigenvalues, its eigenvectors drawn."""
    generator = torch.Generator().manual_seed(0)
    draws = torch.randn(len(values), len(values), generator=generator, dtype=torch.float64)
    vectors: Tensor = torch.linalg.qr(draws).Q
    return vectors @ torch.diag(values) @ vectors.T


def grown(matrix: Tensor, products: int, most: int, wanted: int = 1) -> KrylovBasis:
    basis = KrylovBasis(random_start(len(matrix), 0, matrix), most, wanted)
    for _ in range(products):
        if basis.exhausted:
            break
        assert basis.grow(matrix @ basis.direction)
    return basis


def spectrum() -> Tensor:
    bulk = torch.linspace(-1, 1, SIZE - 4, dtype=torch.float64)
    return torch.cat((torch.tensor([-7.0, 10.0, 9.9, 5.0], dtype=torch.float64), bulk))


@pytest.mark.parametrize("most", [60, 16], ids=["whole", "restarted"])
def test_that_close_and_negative_ends_are_found_with_or_without_restarts(most: int) -> None:
    matrix = matrix_of(spectrum())
    basis = grown(matrix, 60, most, wanted=3)
    assert basis.pairs.values[::-1][:3].tolist() == pytest.approx([10.0, 9.9, 5.0], rel=1e-9)
    assert basis.pairs.values[0] == pytest.approx(-7.0, rel=1e-9)
    assert len(basis.pairs.values) <= most
    top = basis.top_vector()
    assert float((matrix @ top - 10 * top).norm()) < 1e-6
    assert float(top.norm()) == pytest.approx(1)


@pytest.mark.parametrize("products", [5, 20, 33])
def test_that_a_residual_is_that_of_its_vector(products: int) -> None:
    matrix = matrix_of(spectrum())
    basis = grown(matrix, products, 16)
    top = basis.top_vector()
    rest = matrix @ top - basis.pairs.values[-1] * top
    assert float(rest.norm()) == pytest.approx(basis.pairs.residuals[-1], rel=1e-6, abs=1e-12)


def test_that_no_copies_of_a_converged_eigenvalue_come_back() -> None:
    found = grown(matrix_of(spectrum()), 120, 120).pairs.values
    assert sum(found > 9.95) == 1
    assert sum(found < -6) == 1


def test_that_it_ends_where_nothing_is_left_to_find() -> None:
    few = grown(matrix_of(torch.tensor([3.0, 3.0, 1.0, 1.0, 0.0], dtype=torch.float64)), 60, 60)
    assert few.exhausted
    assert few.pairs.values.tolist() == pytest.approx([0, 1, 3], abs=1e-9)
    zero = grown(torch.zeros(7, 7), 60, 60)
    assert zero.exhausted and zero.pairs.values.tolist() == [0]
    assert zero.pairs.residuals.tolist() == [0]


def test_that_weights_of_the_quadrature_end_with_the_first_restart() -> None:
    basis = grown(matrix_of(spectrum()), 40, 16)
    assert len(basis.quadrature.weights) == 16
    assert basis.quadrature.weights.sum() == pytest.approx(1)


def test_that_the_basis_takes_no_more_memory_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanczos, "BASIS_BYTES", 20 * SIZE * 8)
    basis = grown(matrix_of(spectrum()), 50, 50)
    assert len(basis.pairs.values) <= 20
    assert basis.pairs.values[-1] == pytest.approx(10, rel=1e-6)


def test_that_a_product_beyond_numbers_changes_nothing() -> None:
    basis = grown(matrix_of(spectrum()), 3, 10)
    before = basis.pairs
    assert not basis.grow(torch.full((SIZE,), torch.nan, dtype=torch.float64))
    assert basis.pairs is before


def test_that_starts_are_signs_that_follow_from_the_seed() -> None:
    like = torch.zeros(1)
    assert set(random_start(50, 3, like).tolist()) == {-1.0, 1.0}
    assert torch.equal(random_start(50, 3, like), random_start(50, 3, like))
    assert not torch.equal(random_start(50, 3, like), random_start(50, 4, like))
