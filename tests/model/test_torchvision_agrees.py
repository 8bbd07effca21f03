"""Holds our networks against torchvision's of the same name: one state_dict both ways, the same outputs."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from resnet_core.configuration.edits import with_output_stride
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import ResNet, build_model

NAMES = (
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d",
    "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2",
)  # fmt: skip
SMALLEST = "resnet18"
RELATIVE = 1e-5


def with_lively_norms(model: nn.Module) -> nn.Module:
    """Give every BatchNorm statistics and parameters of its own, so that mixing up two of them shows."""
    torch.manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.num_batches_tracked.fill_(7)
    return model


def without_weights(name: str) -> tuple[ResNet, nn.Module]:
    """Our network and torchvision's, both without memory, to be filled with the other's weights."""
    with torch.device("meta"):
        return build_model(preset(name)), torchvision.models.get_model(name, weights=None)


def assert_equal_outputs(ours: nn.Module, theirs: nn.Module, *, training: bool = False) -> None:
    """Compare the logits of two images; the largest difference is held against the largest logit."""
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        mine, other = ours.train(training)(images), theirs.train(training)(images)
    assert (mine - other).abs().max() <= RELATIVE * other.abs().max()
    assert other.abs().max() > 0


@pytest.mark.parametrize("name", NAMES)
def test_that_torchvisions_weights_make_our_network_theirs_and_come_back_the_same(name: str) -> None:
    theirs = with_lively_norms(torchvision.models.get_model(name, weights=None))
    exported = theirs.state_dict()
    ours, empty = without_weights(name)
    assert list(ours.state_dict()) == list(exported)
    ours.load_state_dict(exported, strict=True, assign=True)
    assert_equal_outputs(ours, theirs)
    empty.load_state_dict(ours.state_dict(), strict=True, assign=True)
    assert all(value is exported[key] or torch.equal(value, exported[key]) for key, value in empty.state_dict().items())


@pytest.mark.parametrize("name", NAMES)
def test_that_our_weights_make_torchvisions_network_ours(name: str) -> None:
    ours = with_lively_norms(build_model(preset(name), seed=0))
    _, theirs = without_weights(name)
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
    assert_equal_outputs(ours, theirs)


def test_that_they_agree_in_training_too_and_leave_the_same_statistics_and_gradients() -> None:
    ours = build_model(preset(SMALLEST), seed=0)
    theirs = torchvision.models.get_model(SMALLEST, weights=None)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    assert_equal_outputs(ours, theirs, training=True)
    torch.testing.assert_close(dict(ours.named_buffers()), dict(theirs.named_buffers()))
    images = torch.randn(2, 3, 64, 64)
    gradients = []
    for model in (ours, theirs):
        model.train()(images).logsumexp(1).sum().backward()
        gradients.append({name: parameter.grad for name, parameter in model.named_parameters()})
    torch.testing.assert_close(gradients[0], gradients[1])


@pytest.mark.parametrize("stride", [16, 8])
def test_that_a_dilated_network_is_torchvisions_with_stride_replaced_by_dilation(stride: int) -> None:
    ours = with_lively_norms(build_model(with_output_stride(preset("resnet50"), stride), seed=0))
    theirs = torchvision.models.resnet50(replace_stride_with_dilation=[False, stride == 8, True])
    theirs.load_state_dict(ours.state_dict(), strict=True)
    assert_equal_outputs(ours, theirs)
