"""Holds every quantity of blocks against a naive twin, made of autograd and of formulas written down as they are."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.configuration.architecture_config import ArchitectureConfig, ShortcutConfig
from resnet_core.configuration.presets import preset
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_events import BLOCK_QUANTITIES, GradientCaptured
from resnet_core.training.batches import Batches
from resnet_core.training.control import TrainingControl
from resnet_core.training.exact_norms import MomentCells, write_moments, write_pair
from resnet_core.training.flow_capture import CapturedRow, FlowCapture
from resnet_core.training.learner import Learner
from resnet_core.training.loop import train
from resnet_core.training.parameter_probe import ParameterProbe, fused_norms, norms_together
from tests.training.tiny_runs import only, same_bits, tiny_architecture, tiny_bottleneck, tiny_data, tiny_run

CPU = torch.device("cpu")
EPSILON = 1e-5
"""What BatchNorm adds to a variance."""

NETWORKS = {
    "basic": tiny_architecture(),
    "option A": tiny_architecture(shortcut={"option": "A"}),
    "option C": tiny_bottleneck("C"),
    "option D": tiny_bottleneck("D"),
    "plain": tiny_architecture(shortcut=ShortcutConfig(option="none")),
    "bottleneck": tiny_bottleneck(),
    "pre-activation": tiny_bottleneck(order="pre"),
    "pre-activation, option A": tiny_bottleneck("A", order="pre"),
    "relu before": tiny_bottleneck(order="relu_pre"),
    "norm after the addition": tiny_architecture(block={"activation_order": "bn_after_add"}),
    "group norm": tiny_architecture(norm={"kind": "group", "groups": 2, "standardize": True}),
    "layer norm": tiny_architecture(norm={"kind": "layer"}),
    "no norm": tiny_architecture(norm={"kind": "none"}),
    "fixup": tiny_architecture(norm={"kind": "none"}, initialization={"scheme": "fixup"}),
    "squeeze and excite": tiny_architecture(attention={"kind": "se"}),
    "attention before the branch": tiny_architecture(attention={"kind": "se", "placement": "pre"}),
    "attention on the shortcut": tiny_architecture(attention={"kind": "cbam", "placement": "identity"}),
    "stochastic depth": tiny_architecture(regularization={"stochastic_depth": 0.5}),
    "scaled arms": tiny_architecture(shortcut={"branch_scale": 0.3, "shortcut_scale": 0.7}),
    "zero init": tiny_architecture(initialization={"zero_init_residual": True}),
}
ABSOLUTE = {"branch_shortcut_cosine": 1e-6, "stream_mean": 1e-6}
"""Beside a millionth of its own size: a cosine is measured in units of 1, a mean in standard deviations of about 1."""

every_network = pytest.mark.parametrize("config", NETWORKS.values(), ids=NETWORKS.keys())


def batch() -> tuple[Tensor, Tensor]:
    data = tiny_data()
    return data.train_images_NCHW[:16], data.train_labels[:16]


def loss_of(model: ResNet) -> Tensor:
    torch.manual_seed(3)  # for what stochastic depth drops
    images_NCHW, labels_N = batch()
    return F.cross_entropy(model(images_NCHW.to(model.get_parameter("conv1.weight").dtype)), labels_N)


def captured(model: ResNet) -> CapturedRow:
    capture = FlowCapture(tuple(model.blocks.values()), CPU)
    model.zero_grad()
    with capture.capturing(0):
        loss_of(model).backward()
    return capture.rows(1)[0]


class Seen:
    """The tensors of one block, kept by hooks that know nothing of how the block is put together."""

    def __init__(self, block: ResidualBlock) -> None:
        self.block = block
        self.reads: dict[str, tuple[Tensor, ...]] = {}
        self.made: dict[str, Tensor] = {}
        self.running = {
            name: (part.running_mean.double().clone(), part.running_var.double().clone() + part.eps)
            for name, part in block.named_modules()
            if isinstance(part, nn.BatchNorm2d) and part.running_mean is not None and part.running_var is not None
        }
        for name, module in block.named_modules():
            module.register_forward_hook(lambda _, reads, made, name=name: self.keep(name, reads, made))

    def keep(self, name: str, reads: tuple[Tensor, ...], made: Tensor) -> None:
        self.reads[name], self.made[name] = reads, made

    @property
    def dead_fraction(self) -> float:
        """The largest share of channels that put out nothing, of the ReLUs that stand on the way."""
        outputs = [self.made[name] for name, part in self.block.named_children() if isinstance(part, nn.ReLU)]
        dead = [(made.transpose(0, 1).flatten(1) == 0).all(1).double().mean() for made in outputs]
        return max(map(float, dead), default=math.nan)

    @property
    def norm_drift(self) -> float:
        """How far the batch lies from the running values, in their standard deviations."""
        drifts = []
        for name, (mean, variance) in self.running.items():
            x = self.reads[name][0].detach().double().transpose(0, 1).flatten(1)
            wider = (x.var(1) + EPSILON).sqrt() - variance.sqrt()
            drifts.append(((x.mean(1) - mean) ** 2 + wider**2).sqrt() / variance.sqrt())
        return float(torch.cat(drifts).mean()) if drifts else math.nan

    @property
    def fork(self) -> Tensor:
        """Where the shortcut begins: at what a projection reads, else at the block's input."""
        first = "downsample.0" if "downsample.0" in self.reads else ""
        return self.reads[first][0]

    def arms(self, loss: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients of the fork through each arm: autograd from the addition, one arm after the other."""
        branch, shortcut = self.reads["add"]
        at_sum = torch.autograd.grad(loss, self.made["add"], retain_graph=True)[0]
        through = [
            at_sum if arm is self.fork else torch.autograd.grad(arm, self.fork, at_sum, retain_graph=True)[0]
            for arm in (branch, shortcut)
        ]
        return through[0].double(), through[1].double()


def moments(x_NCHW: Tensor) -> tuple[float, float]:
    x = x_NCHW.detach().double().transpose(0, 1).flatten(1)
    return float(x.mean(1).mean()), float(x.var(1, correction=0).mean())


def twin(model: ResNet) -> dict[str, list[float]]:
    """Every quantity of one forward and backward pass, the naive way."""
    seen = [Seen(block) for block in model.blocks.values()]
    loss = loss_of(model)
    rows: list[dict[str, float]] = []
    for one in seen:
        own = torch.autograd.grad(loss, tuple(one.block.parameters()), retain_graph=True)
        row = dict.fromkeys(BLOCK_QUANTITIES, math.nan)
        row["parameter_gradient_norm"] = float(torch.cat([g.double().flatten() for g in own]).norm())
        row["dead_fraction"], row["norm_drift"] = one.dead_fraction, one.norm_drift
        row["stream_mean"], row["stream_variance"] = moments(one.made[""])
        if "add" in one.reads:
            branch, shortcut = one.arms(loss)
            row["branch_norm"], row["shortcut_norm"] = float(branch.norm()), float(shortcut.norm())
            scale = branch.norm() * shortcut.norm()
            row["branch_shortcut_cosine"] = float((branch * shortcut).sum() / scale) if scale else math.nan
            row["branch_variance"] = moments(one.reads["add"][0])[1]
            addends = [arm.detach().double() for arm in one.reads["add"]]
            row["branch_stream_ratio"] = float(addends[0].norm() / addends[1].norm())
        else:
            row["branch_norm"] = float(torch.autograd.grad(loss, one.fork, retain_graph=True)[0].double().norm())
        rows.append(row)
    return {name: [row[name] for row in rows] for name in BLOCK_QUANTITIES}


@every_network
def test_that_every_quantity_of_a_step_is_that_of_its_twin(config: ArchitectureConfig) -> None:
    found, expected = captured(build_model(config, seed=0)).block_quantities, twin(build_model(config, seed=0))
    assert list(found) == list(BLOCK_QUANTITIES)
    for name, values in expected.items():
        near = pytest.approx(values, rel=1e-6, abs=ABSOLUTE.get(name, 1e-12), nan_ok=True)
        assert list(found[name]) == near, name


def test_that_a_network_in_float64_equals_its_twin_by_the_way_that_devices_take() -> None:
    config = NETWORKS["option C"]
    found = captured(build_model(config, seed=0).double()).block_quantities
    for name, values in twin(build_model(config, seed=0).double()).items():
        assert list(found[name]) == pytest.approx(values, rel=1e-9, abs=1e-12, nan_ok=True), name


def test_that_a_deep_network_of_the_papers_equals_its_twin() -> None:
    config = preset("ResNet-20").model_copy(update={"input": tiny_architecture().input})
    found, expected = captured(build_model(config, seed=0)).block_quantities, twin(build_model(config, seed=0))
    for name, values in expected.items():
        near = pytest.approx(values, rel=1e-6, abs=ABSOLUTE.get(name, 1e-12), nan_ok=True)
        assert list(found[name]) == near, name


def test_that_the_update_ratio_is_that_of_the_weights_before_and_after() -> None:
    """The twin keeps all weights, makes the update and compares; at the third update momentum has built up."""
    run = tiny_run(tiny_bottleneck("C"))
    batches = Batches(tiny_data(), run.training, CPU)
    learner = Learner.begin(run, CPU, 1)
    for step in range(3):
        before = {name: value.detach().double().clone() for name, value in learner.model.named_parameters()}
        learner.update(*batches.batch(step), 0.05, 0, capture_row=0)
        found = learner.capture.rows(1)[0].block_quantities["update_ratio"]
        expected = []
        for id, block in learner.model.blocks.items():
            old = torch.cat([before[f"{id}.{name}"].flatten() for name, _ in block.named_parameters()])
            new = torch.cat([value.detach().double().flatten() for value in block.parameters()])
            expected.append(float((new - old).norm() / old.norm()))
        assert found == pytest.approx(expected, rel=1e-6)
        assert all(1e-6 < ratio < 1 for ratio in found)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_that_a_group_of_blocks_is_measured_as_each_of_them_alone(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups of several blocks, of one, and float64, which takes the fused way of devices."""
    blocks = tuple(build_model(preset("ResNet-20"), seed=0).to(dtype).blocks.values())
    weights = [torch.cat([p.detach().double().flatten() for p in block.parameters()]) for block in blocks]
    expected = [float(own.norm()) for own in weights]
    for length in (2**22, 40_000, 1):
        monkeypatch.setattr("resnet_core.training.parameter_probe.GROUP_LENGTH", length)
        probe = ParameterProbe([list(block.parameters()) for block in blocks], CPU)
        before = probe.weights()
        with torch.no_grad():
            for number, block in enumerate(blocks):
                for parameter in block.parameters():
                    parameter.grad = parameter.detach() * (number + 1)
                    parameter *= 1 + (number + 1) / 64
        assert probe.gradient_norms().tolist() == pytest.approx(
            [(n + 1) * norm for n, norm in enumerate(expected)], rel=1e-6
        )
        moved = probe.moved(before)
        assert (moved.change / moved.before).tolist() == pytest.approx([(n + 1) / 64 for n in range(9)], rel=1e-5)
        expected = [norm * (1 + (n + 1) / 64) for n, norm in enumerate(expected)]


@every_network
def test_that_capture_leaves_every_bit_of_the_weights_as_it_is(config: ArchitectureConfig) -> None:
    run = tiny_run(config)
    batches = Batches(tiny_data(), run.training, CPU)
    states = []
    for capture_row in (None, 0):
        learner = Learner.begin(run, CPU, 1)
        for step in range(4):
            learner.seed_noise(step)
            learner.update(*batches.batch(step), 0.1, 0, capture_row=capture_row)
        states.append(learner.model.state_dict())
    assert same_bits(*states)


def test_that_a_block_is_observed_within_a_capture_only() -> None:
    model = build_model(tiny_architecture(), seed=0)
    blocks = tuple(model.blocks.values())
    capture = FlowCapture(blocks, CPU)
    with capture.capturing(0):
        assert all(block.observer is not None for block in blocks)
    assert all(block.observer is None for block in blocks)
    with pytest.raises(RuntimeError), capture.capturing(0):
        model(torch.zeros(2, 5, 8, 8))
    assert all(block.observer is None for block in blocks)


def test_that_a_plain_block_has_no_shortcut_and_all_comes_through_its_branch() -> None:
    row = captured(build_model(NETWORKS["plain"], seed=0))
    assert row.block_quantities["branch_norm"] == row.boundary_norms[:-1]
    for name in ("shortcut_norm", "branch_shortcut_cosine", "branch_variance"):
        assert all(map(math.isnan, row.block_quantities[name]))


def test_that_nothing_comes_through_a_silenced_branch() -> None:
    quantities = captured(build_model(NETWORKS["zero init"], seed=0)).block_quantities
    assert set(quantities["branch_norm"]) == set(quantities["branch_variance"]) == {0.0}
    assert all(map(math.isnan, quantities["branch_shortcut_cosine"]))
    assert min(quantities["shortcut_norm"]) > 0


def test_that_a_gradient_that_is_no_number_is_recorded_as_such() -> None:
    run = tiny_run(steps=2, learning_rate=0.1)
    model = build_model(run.architecture, seed=0)
    capture = FlowCapture(tuple(model.blocks.values()), CPU)
    with capture.capturing(0):
        (loss_of(model) * math.nan).backward()
    quantities = capture.rows(1)[0].block_quantities
    for name in ("branch_norm", "shortcut_norm", "branch_shortcut_cosine", "parameter_gradient_norm"):
        assert all(map(math.isnan, quantities[name])), name
    assert all(map(math.isfinite, quantities["stream_variance"]))


def test_that_a_run_yields_every_quantity_with_its_boundaries() -> None:
    events = list(train(tiny_run(steps=3), tiny_data(), control=TrainingControl()))
    for row in only(GradientCaptured, events):
        assert list(row.block_quantities) == list(BLOCK_QUANTITIES)
        assert all(len(values) == 3 for values in row.block_quantities.values())


@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e25])
@pytest.mark.parametrize("shape", [(2, 3, 5, 7), (4, 16, 32, 32), (3, 16, 75, 50)])
def test_that_a_cosine_is_right_when_products_leave_float32(shape: tuple[int, ...], scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    first = torch.randn(shape, generator=generator)
    second = 0.3 * first + torch.randn(shape, generator=generator)
    expected = float(F.cosine_similarity(first.double().flatten(), second.double().flatten(), dim=0))
    norms, cell = torch.zeros(2, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    lengths = [float(values.double().norm()) * scale for values in (first, second)]
    for one, other in ((first, second), (first, second.to(memory_format=torch.channels_last))):
        write_pair(one * scale, other * scale, (norms[0], norms[1]), cell)
        assert norms.tolist() == pytest.approx(lengths, rel=1e-6)
        assert cell.item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("shape", [(2, 3, 5, 7), (1, 2, 1, 1), (300, 4, 3, 3), (3, 16, 150, 150)])
@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (1.0, 1e-3), (100.0, 1.0), (0.0, 1e-25), (0.0, 1e25)])
def test_that_moments_are_exact_to_a_millionth(
    shape: tuple[int, ...], mean: float, deviation: float, memory: torch.memory_format
) -> None:
    x = (torch.randn(shape, generator=torch.Generator().manual_seed(0)) * deviation + mean).to(memory_format=memory)
    cells = torch.zeros(2, dtype=torch.float64).unbind()
    write_moments(x, MomentCells(cells[1], cells[0]))
    expected = moments(x)
    assert cells[0].item() == pytest.approx(expected[0], rel=1e-6, abs=1e-6 * deviation)
    assert cells[1].item() == pytest.approx(expected[1], rel=1e-6)


def test_that_a_constant_map_has_no_variance_and_one_that_is_no_number_none_known() -> None:
    cells = torch.zeros(2, dtype=torch.float64).unbind()
    write_moments(torch.full((2, 3, 4, 4), 0.7), MomentCells(cells[1], cells[0]))
    assert (cells[0].item(), cells[1].item()) == (pytest.approx(0.7), pytest.approx(0.0, abs=1e-12))
    write_moments(torch.full((2, 3, 4, 4), math.nan), MomentCells(cells[1], cells[0]))
    assert math.isnan(cells[0].item()) and math.isnan(cells[1].item())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e18])
def test_that_fused_norms_are_those_of_the_blocks_wherever_they_are_computed(dtype: torch.dtype, scale: float) -> None:
    """Devices take the fused way; MPS, which has no float64, the scaled one. Both are plain torch, so the CPU can."""
    generator = torch.Generator().manual_seed(0)
    tensors = [torch.randn(5, 3, generator=generator) * scale, torch.zeros(4), torch.randn(7, generator=generator)]
    tensors[2] *= scale / 100
    norms = norms_together(fused_norms(tensors, dtype), torch.tensor([0, 1, 0]), 2)
    expected = float(torch.cat((tensors[0].flatten(), tensors[2])).double().norm())
    assert norms.tolist() == pytest.approx([expected, 0.0], rel=1e-6)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_that_quantities_on_cuda_are_those_of_the_cpu() -> None:
    config = NETWORKS["bottleneck"]
    expected = captured(build_model(config, seed=0)).block_quantities
    model = build_model(config, seed=0).to("cuda")
    capture = FlowCapture(tuple(model.blocks.values()), torch.device("cuda"))
    images_NCHW, labels_N = batch()
    with capture.capturing(0):
        F.cross_entropy(model(images_NCHW.cuda()), labels_N.cuda()).backward()
    found = capture.rows(1)[0].block_quantities
    for name in set(BLOCK_QUANTITIES) - {"update_ratio"}:
        assert list(found[name]) == pytest.approx(list(expected[name]), rel=1e-2, abs=1e-2), name
