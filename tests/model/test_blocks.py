"""Tests what single blocks compute, against the formulas written out by hand."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    ShortcutConfig,
    StageConfig,
)
from resnet_core.configuration.presets import preset
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.layers import ZeroPad
from resnet_core.model.resnet import build_model


def second_stage_block(order: str, option: str) -> ResidualBlock:
    """The first block of a second stage: twice the channels of the stage before, half the resolution."""
    config = ArchitectureConfig(
        stages=(StageConfig(blocks=1, width=64), StageConfig(blocks=1, width=128, stride=2)),
        block=BlockConfig(activation_order=order),
        shortcut=ShortcutConfig(option=option),
    )
    return build_model(config, seed=0).blocks["layer2.0"]


def norm(x: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(x, None, None, training=True)


def test_that_zero_padding_thins_out_and_appends_zeros() -> None:
    x = torch.arange(2 * 3 * 5 * 4, dtype=torch.float32).reshape(2, 3, 5, 4)
    padded = ZeroPad(stride=2, extra_channels=2)(x)
    assert padded.shape == (2, 5, 3, 2)
    assert torch.equal(padded[:, :3], x[:, :, ::2, ::2])
    assert not padded[:, 3:].any()


def test_that_a_post_activation_block_is_its_formula() -> None:
    block = second_stage_block("post", "A")
    x = torch.randn(2, 64, 6, 6)
    branch = F.conv2d(x, block.get_submodule("conv1").weight, stride=2, padding=1)
    branch = F.conv2d(F.relu(norm(branch)), block.get_submodule("conv2").weight, padding=1)
    shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, 64))
    torch.testing.assert_close(block(x), F.relu(norm(branch) + shortcut))


def test_that_a_preactivation_projection_reads_the_first_relu() -> None:
    block = second_stage_block("pre", "B")
    x = torch.randn(2, 64, 6, 6)
    active = F.relu(norm(x))
    branch = F.conv2d(active, block.get_submodule("conv1").weight, stride=2, padding=1)
    branch = F.conv2d(F.relu(norm(branch)), block.get_submodule("conv2").weight, padding=1)
    shortcut = norm(F.conv2d(active, block.get_submodule("downsample.0").weight, stride=2))
    torch.testing.assert_close(block(x), branch + shortcut)


def test_that_a_preactivation_identity_reads_the_input_itself() -> None:
    block = second_stage_block("pre", "A")
    x = torch.randn(2, 64, 6, 6)
    branch = F.conv2d(F.relu(norm(x)), block.get_submodule("conv1").weight, stride=2, padding=1)
    branch = F.conv2d(F.relu(norm(branch)), block.get_submodule("conv2").weight, padding=1)
    torch.testing.assert_close(block(x), branch + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, 64)))


def test_that_a_plain_block_is_its_branch_alone() -> None:
    block = second_stage_block("post", "none")
    x = torch.randn(2, 64, 6, 6)
    branch = F.conv2d(x, block.get_submodule("conv1").weight, stride=2, padding=1)
    branch = F.conv2d(F.relu(norm(branch)), block.get_submodule("conv2").weight, padding=1)
    torch.testing.assert_close(block(x), F.relu(norm(branch)))


def test_that_nothing_is_computed_in_place() -> None:
    model = build_model(preset("PreResNet-56"), seed=0)
    tensors: list[tuple[torch.Tensor, int]] = []

    def remember(_: object, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        tensors.extend((tensor, tensor._version) for tensor in (*inputs, output))

    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(remember)
    model(torch.randn(2, 3, 16, 16)).sum().backward()
    assert len(tensors) > 300
    assert all(tensor._version == version == 0 for tensor, version in tensors)


def test_that_gradients_reach_every_block_boundary() -> None:
    model = build_model(preset("ResNet-20"), seed=0)
    norms: dict[str, float] = {}

    def watch(name: str, tensor: torch.Tensor) -> None:
        tensor.register_hook(lambda gradient: norms.__setitem__(name, gradient.norm().item()))

    for name, block in model.blocks.items():
        block.register_forward_hook(lambda _, inputs, output, name=name: watch(name, output))
    model(torch.randn(4, 3, 32, 32)).logsumexp(1).sum().backward()
    assert norms.keys() == model.blocks.keys()
    assert all(norm > 0 for norm in norms.values())
