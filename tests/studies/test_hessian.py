"""Holds the Hessian study to whole Hessians, to finite differences, and to leaving the network as it was."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from pydantic import ValidationError
from torch import Tensor
from torch.func import functional_call

from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig, StemConfig
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.findings.hessian import HessianFindings, HessianOptions
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.studies import hessian as study
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.hessian import hessian_study, stability_edges
from resnet_core.studies.hessian_products import LossHessian, second_derivatives
from resnet_core.studies.lanczos import KrylovBasis, kept_vectors
from resnet_core.studies.subject import StudySubject, initial_subject
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_data, tiny_run

LEAST: dict[str, Any] = {
    "stem": StemConfig(kind="cifar", width=2),
    "stages": (StageConfig(blocks=1, width=2), StageConfig(blocks=1, width=3, stride=2)),
}


def subject_of(config: ArchitectureConfig | None = None, **training: Any) -> StudySubject:
    subject = initial_subject(tiny_run(config or tiny_architecture(**LEAST), **training), lambda _facts: tiny_data())
    subject.model.double()
    return subject


def found_of(subject: StudySubject, **options: Any) -> HessianFindings:
    *_, last = hessian_study(subject, HessianOptions(**options))
    assert isinstance(last, HessianFindings)
    return last


def whole_hessian(model: ResNet, parts: list[tuple[Tensor, Tensor]]) -> Tensor:
    """The matrix itself, column by column of what torch's own function makes, in training mode."""
    twin = copy.deepcopy(model)
    names = [name for name, _ in twin.named_parameters()]
    sizes = [parameter.numel() for parameter in twin.parameters()]

    def loss(flat: Tensor) -> Tensor:
        pieces = zip(names, flat.split(sizes), twin.parameters(), strict=True)
        weights = {name: piece.view_as(parameter) for name, piece, parameter in pieces}
        losses = [F.cross_entropy(functional_call(twin, weights, (x.to(flat.dtype),)), labels) for x, labels in parts]
        return torch.stack(losses).mean()

    start = torch.cat([parameter.detach().reshape(-1) for parameter in twin.parameters()])
    found = torch.autograd.functional.hessian(loss, start)
    assert isinstance(found, Tensor)
    return found


def gradient(model: ResNet, part: tuple[Tensor, Tensor], moved: Tensor) -> Tensor:
    """The gradient where the parameters are moved by a flat vector."""
    twin = copy.deepcopy(model).train()
    with torch.no_grad():
        for parameter, piece in zip(
            twin.parameters(), moved.split([p.numel() for p in twin.parameters()]), strict=True
        ):
            parameter.add_(piece.view_as(parameter))
    logits = twin(part[0].double())
    assert isinstance(logits, Tensor)
    found = torch.autograd.grad(F.cross_entropy(logits, part[1]), tuple(twin.parameters()), materialize_grads=True)
    return torch.cat([piece.reshape(-1) for piece in found])


@pytest.fixture(scope="module")
def studied() -> tuple[StudySubject, HessianFindings, Tensor]:
    subject = subject_of(batch_size=16)
    found = found_of(subject, images=16, eigenvalues=3, tolerance=1e-6, iterations=200)
    return subject, found, whole_hessian(subject.model, list(subject.batches.fixed_batches(16)))


def test_that_eigenvalues_are_those_of_the_whole_matrix(
    studied: tuple[StudySubject, HessianFindings, Tensor],
) -> None:
    _, found, matrix = studied
    values = torch.linalg.eigvalsh(matrix)
    assert found.converged and found.images == 16 and found.parameters == len(matrix)
    assert found.eigenvalues == pytest.approx(values.flip(0)[:3].tolist(), rel=1e-6)
    assert found.lowest == pytest.approx(float(values[0]), rel=1e-6)
    assert found.highest_by_product[-1] == found.eigenvalues[0]
    assert all(rest <= 1e-6 * abs(value) for rest, value in zip(found.residuals, found.eigenvalues, strict=True))


def test_that_shares_are_those_of_the_top_eigenvector_block_by_block(
    studied: tuple[StudySubject, HessianFindings, Tensor],
) -> None:
    subject, found, matrix = studied
    top = torch.linalg.eigh(matrix).eigenvectors[:, -1].square()
    names = dict(subject.model.named_parameters())
    pieces = dict(zip(names, top.split([parameter.numel() for parameter in names.values()]), strict=True))

    def share(prefix: tuple[str, ...]) -> float:
        return sum(float(piece.sum()) for name, piece in pieces.items() if name.startswith(prefix))

    assert found.blocks == ("layer1.0", "layer2.0")
    assert found.shares == pytest.approx([share(("layer1.0.",)), share(("layer2.0.",))], rel=1e-4)
    assert found.stem_share == pytest.approx(share(("conv1.", "bn1.")), rel=1e-4)
    assert found.head_share == pytest.approx(share(("fc.",)), rel=1e-4)
    assert sum(found.shares) + found.stem_share + found.head_share == pytest.approx(1)


def test_that_trace_and_quadrature_are_those_of_the_random_directions(
    studied: tuple[StudySubject, HessianFindings, Tensor],
) -> None:
    subject, _, matrix = studied
    found = found_of(subject, images=16, probes=3, seed=5)
    assert len(found.probes) == 3
    vectors, values = torch.linalg.eigh(matrix).eigenvectors, torch.linalg.eigvalsh(matrix)
    traces = []
    for number, probe in enumerate(found.probes):
        generator = torch.Generator().manual_seed(5 + number)
        signs = (2 * torch.randint(0, 2, (len(matrix),), generator=generator) - 1).double()
        traces.append(float(signs @ matrix @ signs))
        masses = (vectors.T @ signs / len(signs) ** 0.5).square()
        assert sum(probe.weights) == pytest.approx(1)
        for power in (1, 2, 3):  # a quadrature of k nodes is right for polynomials up to degree 2k - 1 (Gauss)
            moment = float(np.array(probe.values) ** power @ np.array(probe.weights))
            assert moment == pytest.approx(float(values**power @ masses), rel=1e-6)
    assert found.trace == pytest.approx(sum(traces) / 3, rel=1e-6)


KINDS: dict[str, dict[str, Any]] = {
    **{kind: {"activation": {"kind": kind}} for kind in ("relu", "leaky_relu", "gelu", "silu", "elu", "identity")},
    **{f"norm {kind}": {"norm": {"kind": kind, "groups": 2}} for kind in ("group", "layer", "none")},
    **{f"shortcut {option}": {"shortcut": {"option": option}} for option in "ABCD"},
    **{f"attention {kind}": {"attention": {"kind": kind}} for kind in ("se", "eca", "cbam")},
    **{f"anti-aliasing {kind}": {"anti_aliasing": {"kind": kind}} for kind in ("blur", "average")},
    **{f"stem {pool}": {"stem": {"kind": "imagenet", "width": 4, "pool": pool}} for pool in ("max", "conv", "blur")},
    **{f"head {pool}": {"head": {"classes": 10, "pool": pool}} for pool in ("max", "average_max")},
    **{kind: {"norm": {"kind": "none"}, "initialization": {"scheme": kind}} for kind in ("fixup", "skipinit")},
    "standardised": {"norm": {"kind": "batch", "standardize": True}},
}


@pytest.mark.parametrize("changes", KINDS.values(), ids=list(KINDS))
def test_that_a_product_is_the_change_of_the_gradient_whatever_the_layers(changes: dict[str, Any]) -> None:
    small = {"stages": [{"blocks": 1, "width": 4}, {"blocks": 1, "width": 6, "stride": 2}]}
    config = ArchitectureConfig.model_validate({**tiny_architecture().model_dump(), **small, **changes})
    model = build_model(config, seed=3).double()
    with torch.no_grad():
        for parameter in model.parameters():  # away from zeros, where fixup's branches begin
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    part = (tiny_data().train_images_NCHW[:6], tiny_data().train_labels[:6])
    hessian = LossHessian(model, [part])
    direction = torch.randn(hessian.size, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    hessian.prepare(0)
    reach = 1e-6 * direction / direction.norm()  # too short to carry a rectifier over its kink, nearly always
    change = (gradient(model, part, reach) - gradient(model, part, -reach)) / 2e-6 * direction.norm()
    product = hessian.product(direction)
    assert float((product - change).norm() / change.norm()) < 1e-5


def test_that_a_linear_classifier_has_the_eigenvalues_of_its_closed_form() -> None:
    """Softmax regression: the Hessian is the mean of (diag(p) - pp') x xx', here by the head alone."""
    images_NCHW, labels_N = tiny_data().train_images_NCHW[:20].double(), tiny_data().train_labels[:20]
    head = torch.nn.Linear(64, 10).double()
    flat_NP = torch.cat((images_NCHW.flatten(1), torch.ones(20, 1)), 1).double()
    p_NK = head(images_NCHW.flatten(1)).softmax(1).detach()
    curves_NKK = torch.diag_embed(p_NK) - p_NK[:, :, None] * p_NK[:, None, :]
    matrix = sum(torch.kron(curve, torch.outer(x, x)) for curve, x in zip(curves_NKK, flat_NP, strict=True)) / 20
    assert isinstance(matrix, Tensor)
    network = torch.nn.Sequential(torch.nn.Flatten(), head)
    hessian = LossHessian(network, [(images_NCHW, labels_N)])  # type: ignore[arg-type]
    hessian.prepare(0)
    columns = torch.stack([hessian.product(row) for row in torch.eye(hessian.size, dtype=torch.float64)[::65]])
    order = torch.cat((torch.arange(650).view(10, 65)[:, :64].reshape(-1), torch.arange(64, 650, 65)))
    assert torch.allclose(columns, matrix[order][:, order][::65], rtol=1e-9, atol=1e-12)


def test_that_images_in_parts_have_the_mean_of_the_parts_products() -> None:
    subject = subject_of(batch_size=8)
    parts = list(subject.batches.fixed_batches(24))
    together = LossHessian(subject.model, parts)
    direction = torch.linspace(-1, 1, together.size, dtype=torch.float64)
    alone, summed = torch.zeros_like(direction), torch.zeros_like(direction)
    for number, part in enumerate(parts):
        together.prepare(number)
        summed += together.product(direction)
        single = LossHessian(subject.model, [part])
        single.prepare(0)
        alone += single.product(direction) / 3
    assert torch.allclose(alone, summed, rtol=1e-12)


def test_that_weights_buffers_modes_and_gradients_stay_when_a_study_ends_or_is_given_up() -> None:
    subject = subject_of(tiny_architecture(regularization={"dropout": 0.2, "stochastic_depth": 0.2}))
    model = subject.model
    model.blocks["layer1.1"].eval()
    next(model.parameters()).requires_grad_(False)
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    course = hessian_study(subject, HessianOptions(images=16, iterations=4))
    for _ in range(5):
        assert isinstance(next(course), StudyProgress)
    course.close()  # type: ignore[attr-defined]
    found_of(subject, images=16, iterations=3)
    assert same_bits(before, model.state_dict())
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not next(model.parameters()).requires_grad


def test_that_a_study_is_the_same_again_by_its_seed_even_where_layers_drop() -> None:
    config = tiny_architecture(**LEAST, regularization={"dropout": 0.5, "stochastic_depth": 0.5})
    first, again = (found_of(subject_of(config), images=16, iterations=5) for _ in range(2))
    other = found_of(subject_of(config), images=16, iterations=5, seed=1)
    assert first == again
    assert other.highest_by_product[0] != first.highest_by_product[0]
    assert not first.converged


def test_that_progress_rises_to_its_total_or_ends_before() -> None:
    *progress, _ = hessian_study(subject_of(batch_size=8), HessianOptions(images=16, iterations=3, probes=2))
    steps = [state.done for state in progress if isinstance(state, StudyProgress)]
    assert steps == sorted(steps) and steps[0] == 1 and steps[-1] == 24


def test_that_a_network_beyond_numbers_is_found_without_curvature() -> None:
    subject = subject_of()
    with torch.no_grad():
        next(subject.model.parameters()).fill_(math.inf)
    found = found_of(subject, images=16)
    assert all(math.isnan(value) for value in (*found.eigenvalues, found.lowest, found.trace, *found.shares))
    assert not found.converged and not found.probes and not found.highest_by_product


def test_that_what_cannot_fit_the_device_is_refused_with_the_most_images_that_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = sum(weight.numel() * weight.element_size() for weight in subject_of().model.parameters()) * 60
    monkeypatch.setattr(study, "free_bytes", lambda _device: held + 300_000)
    with pytest.raises(ConfigurationError) as refused:
        found_of(subject_of(batch_size=64), images=64)
    (problem,) = refused.value.problems
    assert problem.path == ("study", "images")
    (fix,) = problem.fixes
    assert isinstance(fix.value, int) and 2 <= fix.value < 64
    assert found_of(subject_of(batch_size=64), images=fix.value, iterations=2).images == fix.value


def test_that_the_vectors_that_are_kept_count_among_what_must_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = list(subject_of().model.parameters())
    size = sum(weight.numel() for weight in weights)
    vectors_bytes = kept_vectors(size, weights[0].element_size(), 2000) * size * weights[0].element_size()
    monkeypatch.setattr(study, "free_bytes", lambda _device: vectors_bytes)
    assert found_of(subject_of(), images=16, iterations=2).images == 16
    with pytest.raises(ConfigurationError, match="too little for a single image"):
        found_of(subject_of(), images=16, iterations=2000)


def test_that_no_vectors_of_a_probe_are_kept_beside_those_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    bases: list[KrylovBasis] = []
    made = KrylovBasis.__init__

    def note(basis: KrylovBasis, *arguments: Any) -> None:
        assert all(len(other._basis) == 0 for other in bases)
        bases.append(basis)
        made(basis, *arguments)

    monkeypatch.setattr(KrylovBasis, "__init__", note)
    found = found_of(subject_of(), images=16, iterations=3, probes=3)
    assert len(bases) == len(found.probes) == 3
    assert sum(found.shares) + found.stem_share + found.head_share == pytest.approx(1)


def test_that_edges_are_those_of_gradient_descent_on_a_quadratic() -> None:
    """One step beyond the edge the iterates grow, one short of it they shrink."""
    training = TrainingConfig(learning_rate=0.1, momentum=0.9)
    for momentum, edge in ((0.0, stability_edges(training)[0]), (0.9, stability_edges(training)[1])):
        for factor, grows in ((1.02, True), (0.98, False)):
            weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
            optimizer = torch.optim.SGD([weight], lr=0.1, momentum=momentum, nesterov=momentum > 0)
            for _ in range(600):
                weight.grad = factor * edge * weight.detach()
                optimizer.step()
            assert (abs(float(weight.detach())) > 1) is grows
    assert all(math.isnan(edge) for edge in stability_edges(TrainingConfig(learning_rate=0.0)))


@pytest.mark.parametrize(
    "options", [{"images": 1}, {"eigenvalues": 0}, {"eigenvalues": 6}, {"iterations": 1}, {"tolerance": 0.0}]
)
def test_that_options_out_of_bounds_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HessianOptions(**options)


def test_that_an_operation_without_a_second_derivative_is_named_in_one_line() -> None:
    with pytest.raises(ConfigurationError, match="differentiate this network twice"), second_derivatives():
        raise NotImplementedError("The operator 'aten::x_backward_backward' is not currently implemented for MPS")
    with pytest.raises(RuntimeError, match="out of memory"), second_derivatives():
        raise RuntimeError("out of memory")
