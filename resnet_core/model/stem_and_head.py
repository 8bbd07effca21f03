"""Builds the layers before the first block and after the last one, by name and in execution order."""

from __future__ import annotations

from torch import nn

from resnet_core.configuration.architecture_config import ArchitectureConfig


def stem_modules(config: ArchitectureConfig) -> dict[str, nn.Module]:
    """Return the stem: (N, C, H, W) -> (N, stem width, H', W').

    ImageNet: 7x7 stride 2, then 3x3 max-pool stride 2; CIFAR: one 3x3. A pre-activation network normalises
    and activates inside its blocks, so that its stem has neither BatchNorm nor ReLU.
    """
    channels, width = config.input.channels, config.stem.width
    modules: dict[str, nn.Module] = {}
    if config.stem.kind == "imagenet":
        modules["conv1"] = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False)
    else:
        modules["conv1"] = nn.Conv2d(channels, width, 3, padding=1, bias=False)
    if config.block.activation_order == "post":
        modules["bn1"] = nn.BatchNorm2d(width)
        modules["relu"] = nn.ReLU()
    if config.stem.kind == "imagenet":
        modules["maxpool"] = nn.MaxPool2d(3, stride=2, padding=1)
    return modules


def head_modules(config: ArchitectureConfig) -> dict[str, nn.Module]:
    """Return the head: (N, C, H, W) -> (N, classes), by global average pooling and one linear layer.

    A pre-activation network ends with the BatchNorm and ReLU that its last addition lacks (He et al. 2016).
    """
    channels = config.stage_channels(config.stages[-1])
    modules: dict[str, nn.Module] = {}
    if config.block.activation_order == "pre":
        modules["final_bn"] = nn.BatchNorm2d(channels)
        modules["final_relu"] = nn.ReLU()
    modules["avgpool"] = nn.AdaptiveAvgPool2d(1)
    modules["flatten"] = nn.Flatten()
    modules["fc"] = nn.Linear(channels, config.head.classes)
    return modules
