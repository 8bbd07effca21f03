"""Tests what attention, anti-aliasing, regularisation and other norms compute, against formulas written out by hand."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import (
    AntiAliasingConfig,
    ArchitectureConfig,
    AttentionConfig,
    NormConfig,
    RegularizationConfig,
    StageConfig,
)
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.layers import BlurPool, ChannelConv, ChannelLayerNorm, DropPath, StandardizedConv2d
from resnet_core.model.resnet import build_model


def block_of(stride: int = 1, **changes: object) -> ResidualBlock:
    """A Basic block of 16 channels in evaluation mode."""
    stages = (StageConfig(blocks=1, width=16, stride=stride),)
    model = build_model(ArchitectureConfig(stem={"width": 16}, stages=stages, **changes), seed=0)
    return model.blocks["layer1.0"].eval()


def weights(block: ResidualBlock, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    layer = block.get_submodule(name)
    return layer.get_parameter("weight"), layer.get_parameter("bias")


def branch_of(block: ResidualBlock, x: torch.Tensor) -> torch.Tensor:
    """The branch up to its last norm; in evaluation a fresh BatchNorm all but hands its input on."""
    for name in ("conv1", "bn1", "relu1", "conv2", "bn2"):
        x = block.get_submodule(name)(x)
    return x


@pytest.mark.parametrize("layers", ["conv", "linear"])
def test_that_se_weighs_each_channel_by_its_mean(layers: str) -> None:
    block = block_of(attention=AttentionConfig(kind="se", reduction=4, rounding=1, layers=layers))
    x = torch.randn(2, 16, 6, 6)
    branch = branch_of(block, x)
    first, first_bias = weights(block, "se.fc1")
    second, second_bias = weights(block, "se.fc2")
    squeezed = torch.relu(branch.mean((2, 3)) @ first.flatten(1).T + first_bias)
    gate = torch.sigmoid(squeezed @ second.flatten(1).T + second_bias)
    assert first.shape[0] == 4
    torch.testing.assert_close(block(x), torch.relu(x + branch * gate[:, :, None, None]))


def test_that_eca_weighs_each_channel_by_its_neighbours() -> None:
    block = block_of(attention=AttentionConfig(kind="eca"))
    x = torch.randn(2, 16, 6, 6)
    branch = branch_of(block, x)
    kernel = block.get_submodule("eca.conv").get_parameter("weight")
    means = F.pad(branch.mean((2, 3)), (1, 1))
    gate = torch.sigmoid(sum(kernel[0, 0, tap] * means[:, tap : tap + 16] for tap in range(3)))
    torch.testing.assert_close(block(x), torch.relu(x + branch * gate[:, :, None, None]))


def test_that_cbam_weighs_channels_and_then_pixels() -> None:
    block = block_of(attention=AttentionConfig(kind="cbam", reduction=4, rounding=1))
    x = torch.randn(2, 16, 6, 6)
    branch = branch_of(block, x)
    first, first_bias = weights(block, "cbam.fc1")
    second, second_bias = weights(block, "cbam.fc2")

    def perceptron(pooled: torch.Tensor) -> torch.Tensor:
        return torch.relu(pooled @ first.flatten(1).T + first_bias) @ second.flatten(1).T + second_bias

    channels = torch.sigmoid(perceptron(branch.mean((2, 3))) + perceptron(branch.amax((2, 3))))
    weighed = branch * channels[:, :, None, None]
    maps = torch.stack((weighed.mean(1), weighed.amax(1)), 1)
    kernel = block.get_submodule("cbam.conv").get_parameter("weight")
    pixels = torch.sigmoid(block.get_submodule("cbam.bn")(F.conv2d(maps, kernel, padding=3)))
    torch.testing.assert_close(block(x), torch.relu(x + weighed * pixels))


@pytest.mark.parametrize(
    ("placement", "reader", "read"),
    [
        ("end", "se.pool", "bn2"),
        ("inner", "se.pool", "relu1"),
        ("pre", "conv1", "se.scale"),
        ("identity", "add", "se.scale"),
        ("post", "se.pool", "relu2"),
    ],
)
def test_that_attention_stands_where_it_is_placed(placement: str, reader: str, read: str) -> None:
    stages = (StageConfig(blocks=1, width=16),)
    attention = AttentionConfig(kind="se", placement=placement)
    graph = build_graph(ArchitectureConfig(stem={"width": 16}, stages=stages, attention=attention))
    assert f"layer1.0.{read}" in graph.node_by_id[f"layer1.0.{reader}"].inputs


def test_that_a_blur_pool_is_its_filter_at_every_second_pixel() -> None:
    x = torch.arange(2 * 3 * 6 * 7, dtype=torch.float32).reshape(2, 3, 6, 7)
    row = torch.tensor([1.0, 2.0, 1.0])
    kernel = (row[:, None] * row / 16).expand(3, 1, 3, 3)
    expected = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel, groups=3)[:, :, ::2, ::2]
    torch.testing.assert_close(BlurPool(3, 2)(x), expected)
    assert torch.equal(BlurPool(3, 2)(torch.ones(1, 3, 1, 1)), torch.ones(1, 3, 1, 1))


def test_that_a_blur_filter_survives_building_and_is_no_weight() -> None:
    block = block_of(stride=2, anti_aliasing=AntiAliasingConfig(kind="blur"))
    blur = block.get_submodule("aa")
    assert blur.get_buffer("filter").sum().item() == pytest.approx(1.0)
    assert not [name for name in block.state_dict() if name.startswith("aa")]
    assert block.branch[0].stride == (1, 1)


@pytest.mark.parametrize("kind", ["blur", "average"])
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_that_branch_and_shortcut_meet_at_every_size(kind: str, size: int) -> None:
    block = block_of(stride=2, anti_aliasing=AntiAliasingConfig(kind=kind))
    assert block(torch.randn(2, 16, size, size)).shape == (2, 16, (size + 1) // 2, (size + 1) // 2)


def test_that_stochastic_depth_drops_whole_images_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    drop = DropPath(0.25)
    dropped = drop(torch.ones(4000, 2, 3, 3))
    assert dropped.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert torch.equal(dropped.amin((1, 2, 3)), dropped.amax((1, 2, 3)))
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.05)
    assert torch.equal(drop.eval()(torch.ones(2, 2, 3, 3)), torch.ones(2, 2, 3, 3))


def test_that_stochastic_depth_grows_linearly_to_the_last_block() -> None:
    # Huang et al. 2016, arXiv 1603.09382, equation 4: the l-th of L blocks is dropped with chance l/L times the last's.
    config = ArchitectureConfig(
        stages=(StageConfig(blocks=2, width=8), StageConfig(blocks=3, width=8)),
        regularization=RegularizationConfig(stochastic_depth=0.5),
    )
    assert [plan.drop_chance for plan in config.block_plans()] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    model = build_model(config, seed=0)
    assert [block.get_submodule("drop_path").chance for block in model.blocks.values()] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 0.5]
    )


def test_that_dropout_stands_before_the_last_convolution() -> None:
    block = block_of(regularization=RegularizationConfig(dropout=0.3))
    names = [name for name, _ in block.named_children()]
    assert names.index("dropout") == names.index("conv2") - 1
    assert block.get_submodule("dropout").p == 0.3


def test_that_standardised_weights_have_mean_0_and_variance_1() -> None:
    convolution = StandardizedConv2d(4, 8, 3, padding=1)
    torch.nn.init.normal_(convolution.weight, 3.0, 2.0)
    weight = convolution.weight
    mean = weight.mean((1, 2, 3), keepdim=True)
    standardized = (weight - mean) / weight.var((1, 2, 3), keepdim=True, correction=0).sqrt()
    x = torch.randn(2, 4, 5, 5)
    torch.testing.assert_close(convolution(x), F.conv2d(x, standardized, convolution.bias, padding=1))


def test_that_a_layer_norm_works_on_the_channels_of_each_pixel() -> None:
    x = torch.randn(2, 16, 5, 5)
    normalized = ChannelLayerNorm(16, eps=1e-6)(x)
    torch.testing.assert_close(normalized.mean(1), torch.zeros(2, 5, 5), atol=1e-5, rtol=0)
    torch.testing.assert_close(normalized.var(1, correction=0), torch.ones(2, 5, 5), atol=1e-3, rtol=0)


def test_that_group_norm_has_the_chosen_groups() -> None:
    layer = block_of(norm=NormConfig(kind="group", groups=4)).get_submodule("norm1")
    assert isinstance(layer, torch.nn.GroupNorm)
    assert layer.num_groups == 4


def test_that_a_channel_convolution_keeps_the_shape() -> None:
    assert ChannelConv(5)(torch.randn(3, 16, 1, 1)).shape == (3, 16, 1, 1)
