"""Lets the blocks of a network keep their input alone in forward, and compute themselves again in backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from resnet_core.model.blocks import ResidualBlock


@contextmanager
def recomputing(blocks: Sequence[ResidualBlock]) -> Iterator[None]:
    """Checkpoint each block (Chen et al. 2016, arXiv 1604.06174) in the forward passes made inside the `with`.

    A block's hooks stand outside of what is computed twice, and are called once. What is dropped is dropped again, from
    the same random state; BatchNorm counts and averages the first pass alone; an observer sees that one alone. So
    gradients, buffers and what is measured are those of a network that keeps everything.
    """
    try:
        for block in blocks:
            vars(block)["forward"] = partial(_checkpointed, block)
        yield
    finally:
        for block in blocks:
            vars(block).pop("forward", None)


def _checkpointed(block: ResidualBlock, x_NCHW: Tensor) -> Tensor:
    output_NCHW: Tensor = checkpoint(
        partial(ResidualBlock.forward, block),
        x_NCHW,
        use_reentrant=False,
        preserve_rng_state=True,
        context_fn=lambda: _contexts(block),
    )
    return output_NCHW


def _contexts(block: ResidualBlock) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """What surrounds the first pass through a block, and the second one."""
    return nullcontext(), _unnoticed(block)


@contextmanager
def _unnoticed(block: ResidualBlock) -> Iterator[None]:
    """Let a pass through `block` leave no trace in its statistics, and be seen by nobody."""
    norms = [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]
    kept = [(norm.momentum, norm.num_batches_tracked) for norm in norms]
    observer, block.observer = block.observer, None
    for norm in norms:
        norm.momentum, norm.num_batches_tracked = 0.0, None  # 1 · average + 0 · batch is the average, to the bit
    try:
        yield
    finally:
        block.observer = observer
        for norm, (momentum, counter) in zip(norms, kept, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, counter
