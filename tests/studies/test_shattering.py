"""Holds the gradients of neighbouring inputs to naive twins, to networks whose answer is known, and to the paper."""

from __future__ import annotations

import copy
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_core.configuration.architecture_config import (
    ActivationConfig,
    ArchitectureConfig,
    NormConfig,
    ShortcutConfig,
    StageConfig,
)
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.findings.catalog import read_report
from resnet_core.findings.shattering import BoundaryAgreement, ShatteringFindings, ShatteringOptions
from resnet_core.process.messages import Study
from resnet_core.process.study_job import run_study_job
from resnet_core.studies.gradient_correlation import MeanByLag, gradient_cosines, mean_absolute
from resnet_core.studies.input_path import angle_between, arc_between
from resnet_core.studies.settled_network import settled_copy
from resnet_core.studies.shattering import readout, shattering_study
from resnet_core.studies.subject import StudySubject, initial_subject
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_data, tiny_run


def subject(architecture: ArchitectureConfig | None = None, **training: Any) -> StudySubject:
    run = tiny_run(architecture, **{"batch_size": 48, **training})
    return initial_subject(run, lambda _facts: tiny_data())


def found(of: StudySubject, **options: Any) -> ShatteringFindings:
    *_, last = shattering_study(of, ShatteringOptions(**options))
    assert isinstance(last, ShatteringFindings)
    return last


def naive_cosines(of: StudySubject, inputs_NCHW: Tensor, statistics_NCHW: Tensor, readout_K: Tensor) -> np.ndarray:
    """The gradients of one input after the other, in float64, and the cosine of each pair (N+2, B, B)."""
    model = settled_copy(of.model, statistics_NCHW).model.double()
    by_boundary: list[list[np.ndarray]] = [[] for _ in range(len(model.blocks) + 2)]
    for image_CHW in inputs_NCHW.double():
        image_1CHW = image_CHW[None].clone().requires_grad_(True)
        seen = [image_1CHW, model.relu(model.bn1(model.conv1(image_1CHW)))]  # type: ignore[operator]
        for block in model.blocks.values():
            seen.append(block(seen[-1]))
        logits_K = model.fc(seen[-1].mean((2, 3)))[0]  # type: ignore[operator]
        gradients = torch.autograd.grad(logits_K @ readout_K.double(), seen)
        for boundary, gradient in zip(by_boundary, gradients, strict=True):
            boundary.append(gradient.flatten().numpy())
    units = [[row / np.linalg.norm(row) for row in rows] for rows in by_boundary]
    return np.array([[[one @ other for other in rows] for one in rows] for rows in units])


def test_that_cosines_are_those_of_gradients_taken_one_by_one() -> None:
    of, inputs_NCHW = subject(), tiny_data().train_images_NCHW[:6]
    readout_K = torch.linspace(-1, 1, 10)
    statistics_NCHW = tiny_data().train_images_NCHW[:48]
    settled = settled_copy(of.model, statistics_NCHW).model
    result = gradient_cosines(settled, tuple(settled.blocks.values()), inputs_NCHW, readout_K)
    expected = naive_cosines(of, inputs_NCHW, statistics_NCHW, readout_K)
    assert result.cosines == pytest.approx(expected, abs=1e-5)  # convolutions in float32
    assert result.sizes == (64, 256, 256, 256, 128)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in settled.modules())


def test_that_means_are_over_all_pairs_so_far_apart_within_segments() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(3, 5, 5)), rng.normal(size=(3, 2, 2))
    first[0, 1, 2] = math.nan
    mean = MeanByLag(4)
    mean.add(first)
    mean.add(second)
    pairs = [first[1, place, place + 1] for place in range(4)] + [second[1, 0, 1]]
    assert mean.means()[1, 0] == pytest.approx(np.mean(pairs))
    assert mean.means()[1, 3] == pytest.approx(first[1, 0, 4])
    assert mean.means()[0, 0] == pytest.approx(np.mean([first[0, p, p + 1] for p in (0, 2, 3)] + [second[0, 0, 1]]))
    assert np.isnan(MeanByLag(2).means()).all()
    upper = [abs(first[2, row, column]) for row in range(5) for column in range(row + 1, 5)]
    assert mean_absolute(first)[2] == pytest.approx(np.mean(upper))


def test_that_the_findings_are_those_of_the_paths_and_of_the_images_between() -> None:
    of = subject()
    result = found(of, points=40, paths=2)
    assert 0 < result.arc_degrees < 180 and result.images == 32 and result.statistics == "batch"
    assert result.block_ids == ("layer1.0", "layer1.1", "layer2.0")
    assert result.input.size == 64
    assert [len(result.input.by_lag), len(result.blocks), len(result.path_neighbours)] == [15, 3, 2]
    assert np.mean(result.path_neighbours) == pytest.approx(result.input.neighbours)
    assert result.output.by_lag == pytest.approx([1.0] * 15)  # behind it only the mean over pixels and one matrix
    assert result.output.between == pytest.approx(1.0)


def test_that_the_study_equals_a_naive_one() -> None:
    of = subject(batch_size=16)
    result = found(of, points=20, paths=1)  # in segments of 16
    drawn_NCHW, readout_K = of.batches.batch(1)[0], readout(of)
    statistics_NCHW = of.batches.batch(0)[0]
    path = arc_between(drawn_NCHW[0], drawn_NCHW[1], 20)
    first, second = (naive_cosines(of, part, statistics_NCHW, readout_K) for part in (path[:16], path[16:]))
    for place, boundary in enumerate((result.input, *result.blocks, result.output)):
        for lag in (1, 3, 14):
            pairs = [*np.diagonal(first[place], lag), *np.diagonal(second[place], lag)]
            assert boundary.by_lag[lag - 1] == pytest.approx(np.mean(pairs), abs=1e-5)
    assert result.arc_degrees == pytest.approx(math.degrees(angle_between(drawn_NCHW[0], drawn_NCHW[1])))
    between = naive_cosines(of, drawn_NCHW, statistics_NCHW, readout_K)
    assert result.input.between == pytest.approx(mean_absolute(between)[0], abs=1e-5)


def test_that_all_agree_where_the_network_is_linear() -> None:
    linear = tiny_architecture(norm=NormConfig(kind="none"), activation=ActivationConfig(kind="identity"))
    result = found(subject(linear), points=32, paths=1)
    for boundary in (result.input, *result.blocks, result.output):
        assert boundary.by_lag == pytest.approx([1.0] * 15, abs=1e-5)
        assert boundary.between == pytest.approx(1.0, abs=1e-5) and boundary.half_length == math.inf
    assert result.statistics == "none"


def of_depth(blocks: int, option: str) -> ArchitectureConfig:
    return tiny_architecture(
        stages=(StageConfig(blocks=blocks, width=8),), shortcut=ShortcutConfig.model_validate({"option": option})
    )


def test_that_a_deep_plain_network_shatters_and_neither_a_shallow_nor_a_residual_one() -> None:
    options = {"points": 256, "paths": 1, "inputs": "noise"}
    deep, shallow = (found(subject(of_depth(blocks, "none")), **options) for blocks in (24, 2))
    residual = found(subject(of_depth(24, "A")), **options)
    assert abs(deep.input.neighbours) < 0.1
    assert shallow.input.neighbours > 0.9
    assert residual.input.neighbours > 0.6
    assert shallow.arc_degrees == pytest.approx(90, abs=20)  # noise of 64 pixels


class FullyConnected(nn.Module):
    """The paper's kind: 200 rectified units a layer, He's initialisation, BatchNorm; with shortcuts, or without."""

    def __init__(self, depth: int, shortcut: float) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(depth)
        self.first, self.last = nn.Linear(2, 200), nn.Linear(200, 1)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.BatchNorm1d(200), nn.ReLU(), nn.Linear(200, 200, bias=False)) for _ in range(depth)
        )
        self.shortcut = shortcut
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, generator=generator)

    def forward(self, x_BD: Tensor) -> Tensor:
        x = self.first(x_BD)
        for layer in self.layers:
            x = layer(x) + self.shortcut * x
        return self.last(x)


def neighbours(depth: int, shortcut: float) -> float:
    """The mean cosine of neighbours among 256 points, behind the first layer."""
    grid_P = torch.linspace(-2, 2, 256)
    points_PD = torch.stack((grid_P, torch.ones(256)), dim=1)
    settled = settled_copy(FullyConnected(depth, shortcut), points_PD).model
    result = gradient_cosines(settled, tuple(settled.layers), points_PD, torch.ones(1))
    mean = MeanByLag(1)
    mean.add(result.cosines)
    return float(mean.means()[1, 0])


def test_that_fully_connected_networks_do_as_in_the_paper() -> None:
    assert neighbours(1, 0.0) > 0.95
    assert abs(neighbours(50, 0.0)) < 0.15
    assert neighbours(50, 1.0) > 0.6
    assert neighbours(24, 0.0) < 0.1 < neighbours(12, 0.0) < neighbours(6, 0.0) < neighbours(2, 0.0)


class Amplified(nn.Module):
    """Multiplies the gradient, and not its input, before it mixes and rectifies."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor
        self.mix = nn.Linear(8, 8)
        nn.init.normal_(self.mix.weight, std=0.5, generator=torch.Generator().manual_seed(0))
        nn.init.constant_(self.mix.bias, 0.1)

    def forward(self, x_BD: Tensor) -> Tensor:
        far = x_BD * self.factor
        return torch.relu(self.mix(far - far.detach() + x_BD.detach()))


@pytest.mark.parametrize("factor", [1e15, 1e-15])
def test_that_gradients_are_compared_though_they_would_leave_float32(factor: float) -> None:
    inputs_BD = torch.randn(6, 8, generator=torch.Generator().manual_seed(1))
    plain, amplified = (nn.Sequential(*(Amplified(by) for _ in range(5))) for by in (1.0, factor))
    expected, result = (gradient_cosines(net, tuple(net), inputs_BD, torch.ones(8)) for net in (plain, amplified))
    assert np.isfinite(expected.cosines).all()
    assert result.cosines == pytest.approx(expected.cosines, abs=1e-5)


def test_that_the_points_of_an_arc_are_equally_far_apart_and_of_one_norm() -> None:
    first, second = tiny_data().train_images_NCHW[:2]
    path = arc_between(first, second, 9)
    norms = path.flatten(1).norm(dim=1)
    assert norms.tolist() == pytest.approx([float(first.norm() + second.norm()) / 2] * 9, rel=1e-5)
    steps = [angle_between(one, other) for one, other in pairwise(path)]
    assert steps == pytest.approx([angle_between(first, second) / 8] * 8, rel=1e-4)
    assert angle_between(path[0], first) < 1e-3 and angle_between(path[-1], second) < 1e-3


def test_that_the_path_is_a_line_where_there_is_no_arc() -> None:
    image = tiny_data().train_images_NCHW[0]
    assert torch.allclose(arc_between(image, 2 * image, 3)[1], 1.5 * image, rtol=1e-5)
    assert torch.equal(arc_between(image, torch.zeros_like(image), 2)[1], torch.zeros_like(image))
    assert angle_between(image, torch.zeros_like(image)) == 0


def test_that_the_network_is_left_as_it_was_when_it_ends_or_is_given_up() -> None:
    of = subject()
    of.model.blocks["layer1.1"].eval()
    before, modes = copy.deepcopy(of.model.state_dict()), [module.training for module in of.model.modules()]
    first = found(of, points=8, paths=1)
    course = shattering_study(of, ShatteringOptions(points=64, paths=3))
    progress = [next(course) for _ in range(4)]
    assert [(state.done, state.total) for state in progress] == [(1, 9), (2, 9), (3, 9), (4, 9)]  # type: ignore[union-attr]
    course.close()  # type: ignore[attr-defined]
    assert same_bits(before, of.model.state_dict())
    assert [module.training for module in of.model.modules()] == modes
    assert all(parameter.grad is None and parameter.requires_grad for parameter in of.model.parameters())
    assert repr(found(of, points=8, paths=1)) == repr(first)  # nan is not equal to itself
    assert repr(found(subject(seed=1), points=8, paths=1)) != repr(first)


def test_that_no_more_inputs_are_taken_at_once_than_a_step_takes() -> None:
    result = found(subject(batch_size=4), points=9, paths=1)
    assert result.images == 4
    assert np.isfinite(result.input.by_lag).tolist() == [True] * 3 + [False] * 12
    alone = found(subject(batch_size=1), points=4, paths=2)  # two at least, from two batches
    assert alone.images == 2 and np.isfinite(alone.input.by_lag).sum() == 1


@pytest.mark.parametrize("options", [{"points": 1}, {"paths": 0}, {"inputs": "text"}, {"points": 2.5}, {"lags": 3}])
def test_that_options_out_of_bounds_are_refused(options: dict[str, Any]) -> None:
    run = tiny_run()
    with pytest.raises(ConfigurationError):
        run_study_job(Study("shattering", config_to_toml(run.architecture, run.training), options=options))


def test_that_a_job_makes_it_and_its_document_is_read_back() -> None:
    run: RunConfig = tiny_run()
    request = Study("shattering", config_to_toml(run.architecture, run.training), options={"points": 8, "paths": 1})
    report = read_report(run_study_job(request))
    assert report.options == ShatteringOptions(points=8, paths=1)
    assert isinstance(report.found, ShatteringFindings)
    assert isinstance(report.found.input, BoundaryAgreement) and report.found.input.neighbours < 1
