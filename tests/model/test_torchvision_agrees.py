"""Holds our networks against torchvision's of the same name: the same state_dict, the same outputs."""

from __future__ import annotations

import pytest
import torch
import torchvision

from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import ResNet, build_model

NAMES = (
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "wide_resnet50_2",
)  # fmt: skip


def with_lively_norms(model: ResNet) -> ResNet:
    """Give every BatchNorm statistics and parameters of its own, so that mixing up two of them shows."""
    torch.manual_seed(1)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.num_batches_tracked.fill_(7)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_that_our_weights_make_torchvisions_network_ours(name: str) -> None:
    ours = with_lively_norms(build_model(preset(name), seed=0)).eval()
    with torch.device("meta"):
        theirs = torchvision.models.get_model(name, weights=None).eval()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(images), theirs(images))
