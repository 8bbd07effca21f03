"""Measures what a block does while it computes: the gradients that reach its fork through branch and shortcut, what
it adds and what it puts out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from resnet_core.architecture.block_fork import Arm, Fork
from resnet_core.training.exact_norms import write_moments, write_pair


class ForkProbe:
    """Observes one block for one step, and writes into `cells`, one cell a quantity.

    Each reader of the fork's tensor gets a view of it, made just before the reader is called: so autograd adds the
    readers' gradients up in the order in which it does without views, and the sum has the same bits. The gradient that
    comes first is kept until the other one is there; autograd keeps it for as long in any case.
    """

    def __init__(self, fork: Fork | None, cells: Mapping[str, Tensor]) -> None:
        self._cells = cells
        self._missing: dict[Arm, int] = {"branch": 0, "shortcut": 0}
        if fork is not None:
            self._missing = {arm: fork.readers(arm) for arm in self._missing}
        self._sums: dict[Arm, Tensor] = {}

    def view(self, arm: Arm, x: Tensor) -> Tensor:
        """Return a view of x whose gradient is noted under `arm`."""
        view: Tensor = torch.ops.aten.alias.default(x)
        view.register_hook(partial(self._take, arm))
        return view

    def see(self, branch: Tensor | None, output: Tensor) -> None:
        """Write the moments of F(x) and H(x)."""
        with torch.no_grad():
            write_moments(output, self._cells["stream_mean"], self._cells["stream_variance"])
            if branch is not None:
                write_moments(branch, None, self._cells["branch_variance"])

    def _take(self, arm: Arm, gradient: Tensor) -> None:
        """Add one reader's gradient; returns None, so that autograd goes on with the same one."""
        self._sums[arm] = self._sums[arm] + gradient if arm in self._sums else gradient
        self._missing[arm] -= 1
        if not any(self._missing.values()):
            norms = (self._cells["branch_norm"], self._cells["shortcut_norm"])
            branch, shortcut = self._sums.pop("branch"), self._sums.pop("shortcut")
            write_pair(branch, shortcut, norms, self._cells["branch_shortcut_cosine"])
