"""Tests the weights a network begins with: repeatable, with the right spread, and silent branches where asked."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockOverride,
    InitializationConfig,
)
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import build_model

SILENT = InitializationConfig(zero_init_residual=True)


def changed(name: str, **changes: object) -> ArchitectureConfig:
    return preset(name).model_copy(update=changes)


def same_weights(first: nn.Module, second: nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(left, right) for left, right in pairs)


def test_that_a_seed_fixes_the_weights() -> None:
    assert same_weights(build_model(preset("ResNet-20"), seed=3), build_model(preset("ResNet-20"), seed=3))
    assert not same_weights(build_model(preset("ResNet-20"), seed=3), build_model(preset("ResNet-20"), seed=4))


def test_that_the_global_seed_fixes_the_weights_when_none_is_given() -> None:
    torch.manual_seed(3)
    first = build_model(preset("ResNet-20"))
    torch.manual_seed(3)
    assert same_weights(first, build_model(preset("ResNet-20")))
    assert same_weights(first, build_model(preset("ResNet-20"), seed=3))


def test_that_the_global_generator_is_left_alone_when_a_seed_is_given() -> None:
    before = torch.get_rng_state()
    build_model(preset("ResNet-20"), seed=3)
    assert torch.equal(before, torch.get_rng_state())


def test_that_nothing_is_drawn_on_the_meta_device() -> None:
    before = torch.get_rng_state()
    with torch.device("meta"):
        model = build_model(preset("ResNet-20"))
    assert all(parameter.is_meta for parameter in model.parameters())
    assert torch.equal(before, torch.get_rng_state())


def test_that_convolutions_are_kaiming_normal_over_their_fan_out() -> None:
    model = build_model(preset("ResNet-18"), seed=0)
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            expected = math.sqrt(2 / (module.out_channels * module.kernel_size[0] ** 2))
            count = module.weight.numel()
            # The standard deviation of n normal draws is known to about 1 / sqrt(2 n) of itself.
            assert module.weight.std().item() == pytest.approx(expected, rel=5 / math.sqrt(2 * count)), name
            assert abs(module.weight.mean().item()) < 5 * expected / math.sqrt(count), name


def test_that_norms_begin_as_the_identity() -> None:
    for module in build_model(preset("PreResNet-56"), seed=0).modules():
        if isinstance(module, nn.BatchNorm2d):
            assert torch.equal(module.weight, torch.ones_like(module.weight))
            assert torch.equal(module.bias, torch.zeros_like(module.bias))
            assert torch.equal(module.running_mean, torch.zeros_like(module.bias))
            assert torch.equal(module.running_var, torch.ones_like(module.bias))
            assert module.num_batches_tracked.item() == 0


def test_that_the_linear_layer_begins_within_torchs_bound() -> None:
    fc = build_model(preset("ResNet-18"), seed=0).get_submodule("fc")
    bound = 1 / math.sqrt(512)
    for tensor in (fc.weight, fc.bias):
        assert 0.95 * bound < tensor.abs().max().item() <= bound


@pytest.mark.parametrize("name", ["ResNet-20", "PreResNet-56", "PreResNet-164", "ResNet-50"])
def test_that_every_branch_is_silent_when_it_is_zero_initialised(name: str) -> None:
    model = build_model(changed(name, initialization=SILENT), seed=0)
    model.eval()
    for block in model.blocks.values():
        images = torch.randn(1, block.plan.in_channels, 4, 4)
        branch_ends = []
        block.get_submodule("add").register_forward_pre_hook(lambda _, ways, ends=branch_ends: ends.append(ways[0]))
        with torch.no_grad():
            block(images)
        assert torch.count_nonzero(branch_ends[0]) == 0, block.plan.id


def test_that_branches_carry_signal_when_they_are_not_zero_initialised() -> None:
    block = build_model(preset("ResNet-20"), seed=0).blocks["layer1.1"]
    images = torch.rand(2, 16, 8, 8)
    assert not torch.allclose(block(images), images)


def test_that_a_plain_network_is_left_as_it_is_when_zero_init_is_asked() -> None:
    silent = build_model(changed("Plain-20", initialization=SILENT), seed=0)
    assert same_weights(silent, build_model(preset("Plain-20"), seed=0))


def test_that_only_blocks_with_a_shortcut_are_silenced() -> None:
    overrides = (BlockOverride(block="layer2.1", shortcut="none"),)
    model = build_model(changed("ResNet-20", initialization=SILENT, overrides=overrides), seed=0)
    silent = {name for name, block in model.blocks.items() if not block.get_submodule("bn2").weight.any()}
    assert silent == set(model.blocks) - {"layer2.1"}


def added_channels(padded: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """What a silent ResNet-20 puts out in the channels that its second stage adds, and the slopes of their scales."""
    start = InitializationConfig(zero_init_residual=True, zero_init_padded=padded)
    model = build_model(changed("ResNet-20", initialization=start), seed=0)
    outputs: list[torch.Tensor] = []
    model.blocks["layer2.2"].register_forward_hook(lambda _block, _inputs, output: outputs.append(output))
    model(torch.randn(8, 3, 32, 32)).square().sum().backward()
    slopes = model.blocks["layer2.2"].get_submodule("bn2").weight.grad
    return outputs[0][:, 16:].detach(), slopes[16:]


def test_that_channels_padded_with_zeros_are_dead_for_good_when_their_block_is_silent() -> None:
    outputs, slopes = added_channels(padded=True)
    assert not outputs.any() and not slopes.any()


def test_that_channels_padded_with_zeros_live_when_their_block_is_left_out() -> None:
    outputs, slopes = added_channels(padded=False)
    assert outputs.any(dim=0).flatten(1).any(dim=1).all() and slopes.all()
    model = build_model(changed("ResNet-20", initialization=InitializationConfig(
        zero_init_residual=True, zero_init_padded=False
    )), seed=0)  # fmt: skip
    loud = {name for name, block in model.blocks.items() if block.get_submodule("bn2").weight.any()}
    assert loud == {"layer2.0", "layer3.0"}
