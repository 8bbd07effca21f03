"""Tests each scheme of initialisation: the spread of its weights, and what its paper promises of a fresh network."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    InitializationConfig,
    NormConfig,
    ShortcutConfig,
    StageConfig,
)
from resnet_core.model.resnet import ResNet, build_model


def network(scheme: str, **changes: object) -> ResNet:
    """Six Basic blocks of 32 channels at 16x16."""
    config = ArchitectureConfig(
        input={"channels": 3, "height": 16, "width": 16},
        stem={"kind": "cifar", "width": 32},
        stages=(StageConfig(blocks=6, width=32),),
        initialization=InitializationConfig(scheme=scheme),
        **changes,
    )
    return build_model(config, seed=0)


def convolutions(model: nn.Module) -> list[nn.Conv2d]:
    return [module for module in model.modules() if isinstance(module, nn.Conv2d)]


@pytest.mark.parametrize(
    ("scheme", "variance"),
    [
        ("kaiming_fan_out", lambda fan_in, fan_out: 2 / fan_out),
        ("kaiming_fan_in", lambda fan_in, fan_out: 2 / fan_in),
        ("xavier", lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    ],
)
def test_that_weights_have_the_variance_of_their_scheme(scheme: str, variance: object) -> None:
    assert callable(variance)
    for convolution in convolutions(network(scheme)):
        fan_in, fan_out = convolution.in_channels * 9, convolution.out_channels * 9
        expected, count = math.sqrt(variance(fan_in, fan_out)), convolution.weight.numel()
        assert convolution.weight.std().item() == pytest.approx(expected, rel=5 / math.sqrt(2 * count))


def test_that_orthogonal_filters_are_orthogonal() -> None:
    for convolution in convolutions(network("orthogonal")):
        rows = convolution.weight.flatten(1)
        rows = rows if rows.shape[0] <= rows.shape[1] else rows.T
        torch.testing.assert_close(rows @ rows.T, 2 * torch.eye(len(rows)), atol=1e-4, rtol=0)


def test_that_fixup_begins_each_branch_at_zero_and_scales_the_others() -> None:
    # Zhang et al. 2019, arXiv 1901.09321: L = 6 branches of m = 2 convolutions, so a factor L^(-1/2).
    model = network("fixup", norm=NormConfig(kind="none"))
    plain = network("kaiming_fan_out", norm=NormConfig(kind="none"))
    x = torch.randn(2, 32, 8, 8).relu()
    for id, block in model.blocks.items():
        assert not block.branch[-1].weight.any()
        torch.testing.assert_close(block.branch[0].weight, plain.blocks[id].branch[0].weight / math.sqrt(6))
        torch.testing.assert_close(block(x), x)
        assert [name for name, _ in block.named_parameters()] == [
            "bias1a.bias", "conv1.weight", "bias1b.bias", "bias2a.bias", "conv2.weight", "scale.weight", "bias2b.bias",
        ]  # fmt: skip
    assert not model(torch.randn(2, 3, 16, 16)).any()


def test_that_skipinit_begins_each_block_as_the_identity_and_learns_the_scale() -> None:
    # De and Smith 2020, arXiv 2002.10444
    model = network("skipinit", norm=NormConfig(kind="none"), block=BlockConfig(activation_order="pre"))
    x = torch.randn(2, 32, 8, 8)
    for block in model.blocks.values():
        assert torch.equal(block(x), x)
        assert block.get_submodule("skipinit").get_parameter("weight").requires_grad
    model(torch.randn(2, 3, 16, 16)).sum().backward()
    assert model.blocks["layer1.5"].get_submodule("skipinit").get_parameter("weight").grad.abs().item() > 0


def test_that_skipinit_can_learn_when_branches_are_to_begin_at_zero_too() -> None:
    start = InitializationConfig(scheme="skipinit", zero_init_residual=True)
    config = network("skipinit").config.model_copy(update={"initialization": start})
    model = build_model(config, seed=0)
    model(torch.randn(2, 3, 16, 16)).sum().backward()
    assert all(block.get_submodule("skipinit").get_parameter("weight").grad.any() for block in model.blocks.values())


def test_that_a_plain_block_is_not_silenced_by_fixup() -> None:
    model = network("fixup", norm=NormConfig(kind="none"), shortcut=ShortcutConfig(option="none"))
    assert all(block.branch[-1].weight.any() for block in model.blocks.values())


@pytest.mark.parametrize("order", ["post", "bn_after_add", "relu_before_add", "relu_pre", "pre"])
@pytest.mark.parametrize("norm", ["batch", "group", "layer", "none"])
def test_that_zero_init_makes_each_block_do_nothing_in_every_order(order: str, norm: str) -> None:
    config = ArchitectureConfig(
        stem={"width": 32},
        stages=(StageConfig(blocks=2, width=32),),
        block=BlockConfig(activation_order=order),
        norm=NormConfig(kind=norm),
        initialization=InitializationConfig(zero_init_residual=True),
    )
    x = torch.randn(2, 32, 8, 8).relu()
    block = build_model(config, seed=0).eval().blocks["layer1.1"]
    closing = dict(block.named_children()) if order == "bn_after_add" else {}
    expected = next((closing[name](x) for name in ("bn2", "norm2") if name in closing), x)
    torch.testing.assert_close(block(x), expected.relu())
