"""Measures what a block does while it computes: the gradients that reach its fork through branch and shortcut, what
it adds to what, and what it puts out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from resnet_core.architecture.block_fork import Arm, Fork
from resnet_core.model.blocks import Addends
from resnet_core.training.exact_norms import MomentCells, write_moments, write_norm, write_pair


class Sizes(NamedTuple):
    """Where the root mean squares of a block's tensors are written, for the ratio of the two that it adds.

    `known_input` holds that of the block's input where the block before it has written it, else None.
    """

    known_input: Tensor | None
    output: Tensor
    branch: Tensor
    shortcut: Tensor


class ForkProbe:
    """Observes one block for one step, and writes into `cells`, one cell a quantity, and into `sizes`.

    Each reader of the fork's tensor gets a view of it, made just before the reader is called: so autograd adds the
    readers' gradients up in the order in which it does without views, and the sum has the same bits. The gradient that
    comes first is kept until the other one is there; autograd keeps it for as long in any case.
    """

    def __init__(self, fork: Fork | None, cells: Mapping[str, Tensor], sizes: Sizes) -> None:
        self._cells, self._sizes = cells, sizes
        self._missing: dict[Arm, int] = {"branch": 0, "shortcut": 0}
        if fork is not None:
            self._missing = {arm: fork.readers(arm) for arm in self._missing}
        self._sums: dict[Arm, Tensor] = {}

    def view(self, arm: Arm, x: Tensor) -> Tensor:
        """Return a view of x whose gradient is noted under `arm`."""
        view: Tensor = torch.ops.aten.alias.default(x)
        view.register_hook(partial(self._take, arm))
        return view

    def see(self, x: Tensor, added: Addends | None, output: Tensor) -> None:
        """Write the moments of F(x) and H(x), and how large the two are that are added."""
        cells, sizes = self._cells, self._sizes
        with torch.no_grad():
            write_moments(output, MomentCells(cells["stream_variance"], cells["stream_mean"], sizes.output))
            if added is None:
                return
            write_moments(added.branch, MomentCells(cells["branch_variance"], rms=sizes.branch))
            if added.shortcut is x and sizes.known_input is not None:
                sizes.shortcut.copy_(sizes.known_input)
            else:
                write_norm(added.shortcut.detach(), sizes.shortcut)
                sizes.shortcut.div_(math.sqrt(added.shortcut.numel()))

    def _take(self, arm: Arm, gradient: Tensor) -> None:
        """Add one reader's gradient; returns None, so that autograd goes on with the same one."""
        self._sums[arm] = self._sums[arm] + gradient if arm in self._sums else gradient
        self._missing[arm] -= 1
        if not any(self._missing.values()):
            norms = (self._cells["branch_norm"], self._cells["shortcut_norm"])
            branch, shortcut = self._sums.pop("branch"), self._sums.pop("shortcut")
            write_pair(branch, shortcut, norms, self._cells["branch_shortcut_cosine"])
