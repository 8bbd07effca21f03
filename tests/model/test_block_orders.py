"""Tests the five orders of BatchNorm, ReLU and addition (He et al. 2016, figure 4) against their formulas."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from resnet_core.configuration.architecture_config import (
    ActivationConfig,
    ArchitectureConfig,
    BlockConfig,
    NormConfig,
    ShortcutConfig,
    StageConfig,
)
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.resnet import build_model


def block_of(order: str, **changes: object) -> ResidualBlock:
    """A Basic block that keeps 8 channels."""
    stages, shared = (StageConfig(blocks=1, width=8),), BlockConfig(activation_order=order)
    config = ArchitectureConfig(stem={"width": 8}, stages=stages, block=shared, **changes)
    return build_model(config, seed=0).blocks["layer1.0"]


def norm(x: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(x, None, None, training=True)


def conv(block: ResidualBlock, number: int, x: torch.Tensor) -> torch.Tensor:
    return F.conv2d(x, block.branch[number - 1].weight, padding=1)


def formula(block: ResidualBlock, order: str, x: torch.Tensor) -> torch.Tensor:
    relu = torch.relu
    match order:
        case "post":
            return relu(x + norm(conv(block, 2, relu(norm(conv(block, 1, x))))))
        case "bn_after_add":
            return relu(norm(x + conv(block, 2, relu(norm(conv(block, 1, x))))))
        case "relu_before_add":
            return x + relu(norm(conv(block, 2, relu(norm(conv(block, 1, x))))))
        case "relu_pre":
            return x + norm(conv(block, 2, relu(norm(conv(block, 1, relu(x))))))
        case _:
            return x + conv(block, 2, relu(norm(conv(block, 1, relu(norm(x))))))


@pytest.mark.parametrize("order", ["post", "bn_after_add", "relu_before_add", "relu_pre", "pre"])
def test_that_an_order_is_its_formula(order: str) -> None:
    block = block_of(order)
    x = torch.randn(3, 8, 6, 5)
    torch.testing.assert_close(block(x), formula(block, order, x))


@pytest.mark.parametrize("order", ["post", "bn_after_add"])
def test_that_the_sum_stays_as_it_is_when_no_activation_follows_it(order: str) -> None:
    block = block_of(order, activation=ActivationConfig(after_addition=False))
    x = torch.randn(3, 8, 6, 5)
    branch = conv(block, 2, torch.relu(norm(conv(block, 1, x))))
    torch.testing.assert_close(block(x), x + norm(branch) if order == "post" else norm(x + branch))


def test_that_scales_multiply_branch_and_shortcut() -> None:
    block = block_of("pre", shortcut=ShortcutConfig(branch_scale=0.5, shortcut_scale=0.25))
    x = torch.randn(3, 8, 6, 5)
    branch = conv(block, 2, torch.relu(norm(conv(block, 1, torch.relu(norm(x))))))
    torch.testing.assert_close(block(x), 0.5 * branch + 0.25 * x)


def test_that_without_a_norm_each_convolution_has_a_bias() -> None:
    block = block_of("post", norm=NormConfig(kind="none"))
    for convolution in block.branch:
        assert convolution.bias is not None
        torch.nn.init.constant_(convolution.bias, 0.5)
    x = torch.randn(3, 8, 6, 5)
    inner = torch.relu(conv(block, 1, x) + 0.5)
    torch.testing.assert_close(block(x), torch.relu(x + conv(block, 2, inner) + 0.5))


@pytest.mark.parametrize(("kind", "name"), [("gelu", F.gelu), ("silu", F.silu), ("elu", F.elu)])
def test_that_another_activation_stands_in_every_place(kind: str, name: object) -> None:
    assert callable(name)
    block = block_of("post", activation=ActivationConfig(kind=kind))
    x = torch.randn(3, 8, 6, 5)
    torch.testing.assert_close(block(x), name(x + norm(conv(block, 2, name(norm(conv(block, 1, x)))))))


def test_that_an_identity_activation_leaves_a_linear_branch() -> None:
    block = block_of("post", activation=ActivationConfig(kind="identity"), norm=NormConfig(kind="none"))
    x, y = torch.randn(2, 1, 8, 6, 6).unbind(0)
    torch.testing.assert_close(block(x + y), block(x) + block(y), rtol=1e-4, atol=1e-4)


def test_that_a_dilated_convolution_sees_between_holes() -> None:
    config = ArchitectureConfig(stem={"width": 8}, stages=(StageConfig(blocks=1, width=8, dilation=3, kernels=(3,)),))
    block = build_model(config, seed=0).blocks["layer1.0"]
    x = torch.randn(2, 8, 9, 9)
    branch = F.conv2d(x, block.branch[0].weight, padding=3, dilation=3)
    torch.testing.assert_close(block(x), torch.relu(x + norm(branch)))
