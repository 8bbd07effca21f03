"""Holds what is captured in mixed precision, of micro-batches and of recomputed blocks against a naive twin."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any, NamedTuple, get_args

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.training_config import RunConfig
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_events import BLOCK_QUANTITIES
from resnet_core.training.capture_parts import RULES, Rule
from resnet_core.training.flow_capture import CapturedRow
from resnet_core.training.learner import Learner
from resnet_core.training.update import ScaleState
from tests.training.test_block_quantities import Seen, batch, moments
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_bottleneck, tiny_run

CPU = torch.device("cpu")
GRADIENTS = ("branch_norm", "shortcut_norm", "branch_shortcut_cosine", "parameter_gradient_norm")
GROUP_NORM = tiny_architecture(norm={"kind": "group", "groups": 2})
NETWORKS = {
    "basic": tiny_architecture(),
    "bottleneck, pre-activation": tiny_bottleneck(order="pre"),
    "plain": tiny_architecture(shortcut={"option": "none"}),
    "group norm, squeeze and excite": tiny_architecture(norm={"kind": "group", "groups": 2}, attention={"kind": "se"}),
}
every_network = pytest.mark.parametrize("config", NETWORKS.values(), ids=NETWORKS.keys())


def learner_of(run: RunConfig, dtype: torch.dtype = torch.float32) -> Learner:
    return Learner(build_model(run.architecture, seed=0).to(dtype), run, CPU, 1)


def captured(learner: Learner) -> CapturedRow:
    """What is captured of an update that leaves the weights as they are."""
    images_NCHW, labels_N = batch()
    images_NCHW = images_NCHW.to(learner.model.get_parameter("conv1.weight").dtype)
    learner.update(images_NCHW, labels_N, 0.0, 0, capture_row=0)
    return learner.capture.rows(1)[0]


class PartSeen(NamedTuple):
    """Of one micro-batch: the gradients at the boundaries, on both arms of each block, and of each block's weights."""

    boundaries: list[Tensor]
    arms: list[tuple[Tensor, Tensor] | None]
    parameters: list[Tensor]
    moments: list[tuple[float, float]]


def part_seen(model: ResNet, run: RunConfig, part: int, scale: float) -> PartSeen:
    """One pass of a part, of whose loss, divided by the parts and scaled, autograd gives each gradient by itself."""
    training, dtype = run.training, model.get_parameter("conv1.weight").dtype
    images_NCHW, labels_N = (whole.chunk(training.accumulation)[part] for whole in batch())
    seen = [Seen(block) for block in model.blocks.values()]
    half = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}[training.precision]
    with nullcontext() if half is None else torch.autocast("cpu", half):
        logits = model(images_NCHW.to(dtype))
    loss = F.cross_entropy(logits.float() if half else logits, labels_N) / training.accumulation * scale

    def gradient(*of: Tensor) -> list[Tensor]:
        return [g.double() / scale for g in torch.autograd.grad(loss, of, retain_graph=True)]

    found = PartSeen([], [], [], [])
    for one in seen:
        found.boundaries.extend(gradient(one.reads[""][0]))
        arms = one.arms(loss) if "add" in one.reads else None
        found.arms.append(arms and (arms[0] / scale, arms[1] / scale))
        found.parameters.append(torch.cat([g.flatten() for g in gradient(*one.block.parameters())]))
        found.moments.append(moments(one.made[""]))
    found.boundaries.extend(gradient(seen[-1].made[""]))
    return found


def twin(run: RunConfig, scale: float = 1.0, dtype: torch.dtype = torch.float32) -> CapturedRow:
    """The parts' gradients of maps laid beside one another, those of parameters added up, the moments averaged."""
    model = build_model(run.architecture, seed=0).to(dtype)
    parts = [part_seen(model, run, number, scale) for number in range(run.training.accumulation)]
    table: dict[str, list[float]] = {name: [] for name in (*GRADIENTS, "stream_mean", "stream_variance")}
    boundaries = [torch.cat(pieces) for pieces in zip(*(part.boundaries for part in parts), strict=True)]
    for number in range(len(parts[0].parameters)):
        pieces = [part.arms[number] for part in parts]
        if any(piece is None for piece in pieces):
            row = [float(boundaries[number].norm()), math.nan, math.nan]
        else:
            branch, shortcut = (torch.cat([piece[arm] for piece in pieces if piece]) for arm in (0, 1))
            lengths = float(branch.norm()), float(shortcut.norm())
            row = [*lengths, float((branch * shortcut).sum()) / math.prod(lengths)]
        row.append(float(torch.stack([part.parameters[number] for part in parts]).sum(0).norm()))
        row += [sum(part.moments[number][place] for part in parts) / len(parts) for place in (0, 1)]
        for name, value in zip(table, row, strict=True):
            table[name].append(value)
    quantities = {name: tuple(values) for name, values in table.items()}
    return captured(learner_of(run))._replace(
        boundary_norms=tuple(float(g.norm()) for g in boundaries), block_quantities=quantities
    )


def assert_near(found: CapturedRow, expected: CapturedRow, rel: float = 1e-6) -> None:
    """Every quantity to a millionth, a cosine and a mean in units of 1."""
    assert found.boundary_norms == pytest.approx(expected.boundary_norms, rel=rel)
    for name, values in expected.block_quantities.items():
        absolute = 1e-6 if name in ("branch_shortcut_cosine", "stream_mean") else 1e-12
        near = pytest.approx(values, rel=rel, abs=absolute, nan_ok=True)
        assert found.block_quantities[name] == near, name


@every_network
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_that_what_is_captured_is_that_of_the_unscaled_mean_loss(config: ArchitectureConfig, precision: str) -> None:
    run = tiny_run(config, precision=precision)
    learner = learner_of(run)
    found = captured(learner)
    scale = learner.measured(1)[0].loss_scale
    assert scale == (65536.0 if precision == "float16" else None)
    assert_near(found, twin(run, scale or 1.0))
    assert all(map(math.isfinite, found.boundary_norms))


@every_network
def test_that_norms_of_micro_batches_are_those_of_the_whole_batch(config: ArchitectureConfig) -> None:
    run = tiny_run(config, accumulation=4)
    assert_near(captured(learner_of(run, torch.float64)), twin(run, dtype=torch.float64))


def test_that_micro_batches_in_float16_are_unscaled_and_joined() -> None:
    run = tiny_run(GROUP_NORM, accumulation=2, precision="float16")
    assert_near(captured(learner_of(run)), twin(run, 65536.0))


def test_that_micro_batches_are_as_the_batch_at_once_where_no_norm_looks_at_the_batch() -> None:
    rows = [captured(learner_of(tiny_run(GROUP_NORM, accumulation=parts), torch.float64)) for parts in (1, 4)]
    apart = ("stream_variance", "branch_variance", "branch_stream_ratio", "dead_fraction")  # as `RULES` say
    whole = {name: values for name, values in rows[0].block_quantities.items() if name not in apart}
    assert_near(rows[1], rows[0]._replace(block_quantities=whole), rel=1e-9)


@every_network
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_that_recomputed_blocks_are_counted_once(config: ArchitectureConfig, precision: str) -> None:
    """Captured rows, weights and the buffers of BatchNorm, of three updates, to the bit."""
    rows, states = [], []
    for checkpointing in (False, True):
        learner = learner_of(tiny_run(config, checkpointing=checkpointing, precision=precision))
        for _ in range(3):
            learner.update(*batch(), 0.1, 0, capture_row=0)
            rows.append(repr(learner.capture.rows(1)[0]))  # nan equals nan in text
        states.append(learner.model.state_dict())
    assert rows[:3] == rows[3:]
    assert same_bits(*states)


def test_that_what_is_dropped_is_dropped_again_in_the_recomputation() -> None:
    noisy = tiny_architecture(regularization={"stochastic_depth": 0.5, "dropout": 0.3}, attention={"kind": "cbam"})
    states = []
    for checkpointing in (False, True):
        learner = learner_of(tiny_run(noisy, checkpointing=checkpointing, accumulation=2))
        for step in range(3):
            learner.seed_noise(step)
            learner.update(*batch(), 0.1, 0, capture_row=0 if step == 1 else None)
        states.append(learner.model.state_dict())
    assert same_bits(*states)


def test_that_a_block_is_as_it_was_after_a_recomputed_pass() -> None:
    learner = learner_of(tiny_run(checkpointing=True))
    learner.update(*batch(), 0.1, 0, capture_row=0)
    for block in learner.model.blocks.values():
        assert block.observer is None
        assert "forward" not in vars(block)
        assert block.bn1.momentum == 0.1
        assert block.bn1.num_batches_tracked == 1


@pytest.mark.parametrize(
    "recipe",
    [
        {"precision": "bfloat16"},
        {"precision": "float16"},
        {"accumulation": 4},
        {"clip_norm": 0.5},
        {"checkpointing": True, "accumulation": 2, "precision": "float16", "clip_norm": 0.1},
    ],
    ids=repr,
)
def test_that_capture_leaves_every_bit_of_the_weights_as_it_is(recipe: dict[str, Any]) -> None:
    states = []
    for capture_row in (None, 0):
        learner = learner_of(tiny_run(**recipe))
        for _ in range(3):
            learner.update(*batch(), 0.1, 0, capture_row=capture_row)
        states.append(learner.model.state_dict())
    assert same_bits(*states)


def test_that_a_gradient_beyond_float16_is_captured_as_infinite() -> None:
    learner = learner_of(tiny_run(precision="float16"))
    learner._update.restore_scale(ScaleState(2.0**40, 0))
    row = captured(learner)
    assert not any(map(math.isfinite, row.boundary_norms))
    assert row.block_quantities["update_ratio"] == (0.0, 0.0, 0.0)


def test_that_a_scale_that_was_halved_to_nothing_tells_of_no_gradient() -> None:
    learner = learner_of(tiny_run(precision="float16"))
    learner._update.restore_scale(ScaleState(0.0, 0))
    assert all(map(math.isnan, captured(learner).boundary_norms))
    assert learner.measured(1)[0].skipped


def test_that_every_quantity_has_its_rule() -> None:
    assert set(BLOCK_QUANTITIES) <= RULES.keys()
    assert set(RULES.values()) == set(get_args(Rule))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(
    "recipe",
    [{"precision": "float16"}, {"precision": "bfloat16"}, {"accumulation": 4}, {"checkpointing": True}],
    ids=repr,
)
def test_that_what_is_captured_on_cuda_is_as_on_the_cpu_in_float32(recipe: dict[str, Any]) -> None:
    """Half precision has three digits; a wrong scale, or a part that counts twice, would be off by far more."""
    cuda, run = torch.device("cuda"), tiny_run(GROUP_NORM, **recipe)
    learner = Learner(build_model(GROUP_NORM, seed=0), run, cuda, 1)
    images_NCHW, labels_N = batch()
    learner.update(images_NCHW.to(cuda), labels_N.to(cuda), 0.0, 0, capture_row=0)
    found, expected = learner.capture.rows(1)[0], captured(learner_of(tiny_run(GROUP_NORM)))
    assert found.boundary_norms == pytest.approx(expected.boundary_norms, rel=0.05)
    for name in ("branch_norm", "shortcut_norm", "parameter_gradient_norm", "stream_variance"):
        assert found.block_quantities[name] == pytest.approx(expected.block_quantities[name], rel=0.2), name
    assert found.block_quantities["branch_shortcut_cosine"] == pytest.approx(
        expected.block_quantities["branch_shortcut_cosine"], abs=0.05
    )
