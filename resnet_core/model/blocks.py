"""Builds one residual block, x -> H(x) = F(x) + x, from its layout."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.architecture.block_layout import block_layout
from resnet_core.configuration.block_plan import BlockPlan, BlockStyle
from resnet_core.model.layout_program import register_layers


class ResidualBlock(nn.Module):
    """A residual block; each step, the parameter-free ones too, is a submodule registered in execution order.

    `forward` takes one tensor (N, C_in, H, W) and returns H(x), (N, C_out, H', W'), so that hooks on the
    module stand at the block's boundaries. `silencer` names the layer whose weights at zero make F(x) = 0.
    """

    def __init__(self, plan: BlockPlan, style: BlockStyle) -> None:
        super().__init__()
        self.plan = plan
        layout = block_layout(plan, style)
        self.silencer = layout.silencer
        self._program = register_layers(self, layout)

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return H(x)."""
        return self._program.run(self, x_NCHW)

    @property
    def branch(self) -> tuple[nn.Conv2d, ...]:
        """The convolutions of the residual branch, first to last."""
        found = (self.get_submodule(f"conv{number}") for number in range(1, len(self.plan.kernels) + 1))
        return tuple(module for module in found if isinstance(module, nn.Conv2d))
