"""Turns a seed and a step number into the images of that step's batch."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor


class BatchOrder:
    """Shuffled batches over `count` images, anew each epoch; the incomplete batch at its end is left out.

    The batch of a step follows from (count, batch_size, seed, step) alone, on every device: a run that is
    resumed at a step goes on with the batches it would have had, and no state need be saved.
    """

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        """Raise ValueError where no full batch can be drawn."""
        if batch_size < 1:
            raise ValueError(f"training.batch_size: {batch_size} is too small; take at least 1")
        if batch_size > count:
            raise ValueError(
                f"training.batch_size: a batch of {batch_size} cannot be drawn from {count} training images; "
                f"take at most {count}"
            )
        self.count = count
        self.batch_size = batch_size
        self.seed = seed
        self.steps_per_epoch = count // batch_size
        # The last epoch's order, kept because a run asks for its steps in turn; it changes no answer.
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def epoch_of(self, step: int) -> int:
        """Return the epoch, from 0, that `step`, from 0, lies in."""
        return step // self.steps_per_epoch

    def batch_indices(self, step: int) -> Tensor:
        """Return the image numbers of `step`: int64 (batch_size,) on the CPU, none twice in an epoch."""
        if step < 0:
            raise ValueError(f"steps count from 0, not {step}")
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._order = torch.randperm(self.count, generator=seeded_generator(self.seed, "order", epoch))
            self._epoch = epoch
        return self._order[position * self.batch_size : (position + 1) * self.batch_size].clone()


def seeded_generator(seed: int, purpose: str, number: int) -> torch.Generator:
    """Return a CPU generator that follows from its arguments alone, independent for every purpose and number.

    The arguments are hashed, because torch's own generators start alike from seeds that lie close together.
    """
    digest = hashlib.blake2b(f"{purpose}/{seed}/{number}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)
