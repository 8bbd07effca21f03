"""Builds one residual block, x -> H(x) = F(x) + x, from its layout."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import nn

from resnet_core.architecture.block_fork import Arm, find_fork
from resnet_core.architecture.block_layout import block_layout
from resnet_core.configuration.block_plan import BlockPlan, BlockStyle
from resnet_core.model.layout_program import Parting, register_layers


class Addends(NamedTuple):
    """The two tensors of a residual addition: F(x), and the shortcut's output, which may be x itself."""

    branch: torch.Tensor
    shortcut: torch.Tensor


class BlockObserver(Protocol):
    """Who measures a block while it computes, without changing what it computes."""

    def view(self, arm: Arm, x: torch.Tensor) -> torch.Tensor:
        """Return a view of x, the tensor at the fork, for one reader on `arm`."""

    def see(self, x: torch.Tensor, added: Addends | None, output: torch.Tensor) -> None:
        """Take note of the block's input, of what it adds up (None in a plain block) and of H(x)."""


class ResidualBlock(nn.Module):
    """A residual block; each step, the parameter-free ones too, is a submodule registered in execution order.

    `forward` takes one tensor (N, C_in, H, W) and returns H(x), (N, C_out, H', W'), so that hooks on the
    module stand at the block's boundaries. `silencer` names the layer whose weights at zero make F(x) = 0, `fork`
    tells where branch and shortcut part (None in a plain block). An `observer` may be set for one step, and is None
    else.
    """

    def __init__(self, plan: BlockPlan, style: BlockStyle) -> None:
        super().__init__()
        self.plan = plan
        layout = block_layout(plan, style)
        self.silencer = layout.silencer
        self.fork = find_fork(layout)
        self.observer: BlockObserver | None = None
        self._program = register_layers(self, layout)

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        """Return H(x)."""
        if self.observer is None:
            return self._program.run(self, x_NCHW)
        return self._observed(x_NCHW, self.observer)

    def _observed(self, x_NCHW: torch.Tensor, observer: BlockObserver) -> torch.Tensor:
        if self.fork is None:
            output_NCHW = self._program.run(self, x_NCHW)
            observer.see(x_NCHW, None, output_NCHW)
            return output_NCHW
        ends = self.fork.branch_output, self.fork.shortcut_output
        watched = dict.fromkeys(ends, x_NCHW)  # which a shortcut without layers puts out
        output_NCHW = self._program.run(self, x_NCHW, watched, Parting(self.fork, observer.view))
        observer.see(x_NCHW, Addends(*(watched[end] for end in ends)), output_NCHW)
        return output_NCHW

    @property
    def branch(self) -> tuple[nn.Conv2d, ...]:
        """The convolutions of the residual branch, first to last."""
        found = (self.get_submodule(f"conv{number}") for number in range(1, len(self.plan.kernels) + 1))
        return tuple(module for module in found if isinstance(module, nn.Conv2d))
