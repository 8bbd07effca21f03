"""Holds every quantity of blocks against a naive twin, made of autograd and of formulas written down as they are."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from resnet_core.configuration.architecture_config import ArchitectureConfig, ShortcutConfig
from resnet_core.configuration.presets import preset
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_events import BLOCK_QUANTITIES
from resnet_core.training.flow_capture import CapturedRow, FlowCapture
from tests.training.tiny_runs import tiny_architecture, tiny_bottleneck, tiny_data

CPU = torch.device("cpu")
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
    return F.cross_entropy(model(images_NCHW), labels_N)


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
        for name, module in block.named_modules():
            module.register_forward_hook(lambda _, reads, made, name=name: self.keep(name, reads, made))

    def keep(self, name: str, reads: tuple[Tensor, ...], made: Tensor) -> None:
        self.reads[name], self.made[name] = reads, made

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
        row["stream_mean"], row["stream_variance"] = moments(one.made[""])
        if "add" in one.reads:
            branch, shortcut = one.arms(loss)
            row["branch_norm"], row["shortcut_norm"] = float(branch.norm()), float(shortcut.norm())
            scale = branch.norm() * shortcut.norm()
            row["branch_shortcut_cosine"] = float((branch * shortcut).sum() / scale) if scale else math.nan
            row["branch_variance"] = moments(one.reads["add"][0])[1]
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


def test_that_a_deep_network_of_the_papers_equals_its_twin() -> None:
    config = preset("ResNet-20").model_copy(update={"input": tiny_architecture().input})
    found, expected = captured(build_model(config, seed=0)).block_quantities, twin(build_model(config, seed=0))
    for name, values in expected.items():
        near = pytest.approx(values, rel=1e-6, abs=ABSOLUTE.get(name, 1e-12), nan_ok=True)
        assert list(found[name]) == near, name
