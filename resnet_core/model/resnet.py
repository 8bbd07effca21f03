"""Builds a configuration as a torch network whose module paths are the ids of its graph."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.model.blocks import ResidualBlock, build_block
from resnet_core.model.initialization import initialize
from resnet_core.model.stem_and_head import head_modules, stem_modules


class ResNet(nn.Module):
    """A residual network: (N, channels, height, width) -> (N, classes).

    A chain of stem, stages (`layer1` ...) and head, each a direct child in execution order. Parameter-free
    steps are submodules too, so that every node of the graph but its input and output has a module; the
    state_dict has torchvision's names. Nothing is computed in place, and the forward pass can be traced by
    torch.fx.
    """

    def __init__(self, config: ArchitectureConfig) -> None:
        super().__init__()
        self.config = config
        stages: dict[str, list[ResidualBlock]] = {f"layer{n}": [] for n in range(1, len(config.stages) + 1)}
        for plan in config.block_plans():
            stages[f"layer{plan.stage}"].append(build_block(plan, config))
        layers = {name: nn.Sequential(*blocks) for name, blocks in stages.items()}
        for name, module in {**stem_modules(config), **layers, **head_modules(config)}.items():
            self.add_module(name, module)

    def forward(self, images_NCHW: torch.Tensor) -> torch.Tensor:
        """Return the logits, (N, classes)."""
        x = images_NCHW
        for layer in self.children():
            x = layer(x)
        return x

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
        initialize(model, zero_init_residual=config.initialization.zero_init_residual, generator=generator)
    return model
