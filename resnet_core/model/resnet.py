"""Builds a configuration as a torch network whose module paths are the ids of its graph."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.architecture.end_layouts import head_layout, stem_feature, stem_layout
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.initialization import initialize
from resnet_core.model.layout_program import register_layers


class ResNet(nn.Module):
    """A residual network: (N, channels, height, width) -> (N, classes), or features where there are no classes.

    A stem, stages (`layer1` ...) and a head. Parameter-free steps are submodules too, so that every node of the
    graph but its input and output has a module; the state_dict has torchvision's names. Nothing is computed in
    place, and the forward pass can be traced by torch.fx.
    """

    def __init__(self, config: ArchitectureConfig) -> None:
        super().__init__()
        self.config = config
        stem, style = stem_layout(config), config.style
        self._stem = register_layers(self, stem)
        self._stem_feature = stem_feature(stem)
        stages: dict[str, list[ResidualBlock]] = {f"layer{n}": [] for n in range(1, len(config.stages) + 1)}
        for plan in config.block_plans():
            stages[f"layer{plan.stage}"].append(ResidualBlock(plan, style))
        for name, blocks in stages.items():
            self.add_module(name, nn.Sequential(*blocks))
        self._stages = tuple(stages)
        self._head = register_layers(self, head_layout(config))

    def forward(self, images_NCHW: torch.Tensor) -> torch.Tensor | dict[str, torch.Tensor]:
        """Return the logits, (N, classes); with 0 classes the pooled features, (N, C).

        With the head's pooling `none` the maps of the stages as a dictionary, `C2` to `C5` where there are four.
        """
        if self.config.head.pool == "none":
            maps = self.forward_features(images_NCHW)
            del maps["C1"]
            return maps
        x = self._stem.run(self, images_NCHW)
        for name in self._stages:
            x = self.get_submodule(name)(x)
        return self._head.run(self, x)

    def forward_features(self, images_NCHW: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the maps C1 (the stem's, before its pool) to C(S+1) (the last of S stages'), for a decoder.

        The last map of a backbone (pooling `none`) is after the norm and activation that close a pre-activation
        network.
        """
        watched = {self._stem_feature: images_NCHW}
        x = self._stem.run(self, images_NCHW, watched)
        maps = {"C1": watched[self._stem_feature]}
        for number, name in enumerate(self._stages, start=2):
            x = self.get_submodule(name)(x)
            maps[f"C{number}"] = x
        if self.config.head.pool == "none":
            maps[f"C{len(maps)}"] = self._head.run(self, x)
        return maps

    @property
    def feature_channels(self) -> dict[str, int]:
        """The channels of each map of `forward_features`, as a decoder or a feature pyramid asks for them."""
        config = self.config
        counts = (config.stem.width, *(config.stage_channels(stage) for stage in config.stages))
        return {f"C{number}": count for number, count in enumerate(counts, start=1)}

    @property
    def blocks(self) -> dict[str, ResidualBlock]:
        """Every block under its id (`layer3.1`), first to last; each takes one tensor x and returns H(x)."""
        return {module.plan.id: module for module in self.modules() if isinstance(module, ResidualBlock)}


def build_model(config: ArchitectureConfig, *, seed: int | None = None) -> ResNet:
    """Return the network of `config` in training mode, on torch's default device.

    The weights come from torch's global generator, so that `torch.manual_seed` fixes them; with a `seed` they
    come from a generator of their own. Under `with torch.device("meta"):` no memory is taken and nothing is
    drawn.
    """
    device = torch.get_default_device()
    with torch.device("meta"):  # torch would draw weights of its own first, only to be drawn again
        model = ResNet(config)
    if device.type != "meta":
        generator = None if seed is None else torch.Generator(device).manual_seed(seed)
        model.to_empty(device=device)
        initialize(model, config.initialization, generator=generator)
    return model
