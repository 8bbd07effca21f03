"""Turns a step's number into the batch of that step, on the device that trains, the same on every device."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from resnet_core.configuration.training_config import EVALUATION_BATCH, TrainingConfig
from resnet_core.training.augmentation import random_shift
from resnet_core.training.batch_order import BatchOrder, seeded_generator
from resnet_core.training.datasets import TensorDataSet


class Batches:
    """The batches of a run; order and shifts follow from the seed and the step alone, so that no state need be saved.

    The images stay in main memory. A batch is gathered and shifted there and sent to a CUDA device from pinned memory,
    which waits for nothing.
    """

    def __init__(self, data: TensorDataSet, training: TrainingConfig, device: torch.device) -> None:
        """Raise ValueError where no full batch can be drawn."""
        self._data = data
        self._training = training
        self._device = device
        self._background_C = data.background
        self._order = BatchOrder(len(data.train_images_NCHW), training.batch_size, training.seed)
        self.steps_per_epoch = self._order.steps_per_epoch

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Return the images (N, C, H, W) and labels (N,) of update `step`."""
        chosen = self._order.batch_indices(step)
        images_NCHW = random_shift(
            self._data.train_images_NCHW[chosen],
            self._training.max_shift,
            seeded_generator(self._training.seed, "shift", step),
            self._background_C,
        )
        return self._sent(images_NCHW), self._sent(self._data.train_labels[chosen])

    def test_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the whole test split in order, unshifted."""
        for start in range(0, len(self._data.test_images_NCHW), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            yield self._sent(self._data.test_images_NCHW[part]), self._sent(self._data.test_labels[part])

    def fixed_batches(self, images: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield about `images` training images, unshifted, in batches of the recipe's size: the same for every seed.

        Where they fill a batch, what would be left over is left out, so that all batches are of one size.
        """
        count = min(images, len(self._data.train_images_NCHW))
        size = min(count, self._training.batch_size)
        chosen = torch.randperm(len(self._data.train_images_NCHW), generator=seeded_generator(0, "fixed", 0))
        for start in range(0, count - size + 1, size):
            part = chosen[start : start + size]
            yield self._sent(self._data.train_images_NCHW[part]), self._sent(self._data.train_labels[part])

    @property
    def test_count(self) -> int:
        """Number of images in the test split; 0 where the data has none."""
        return len(self._data.test_images_NCHW)

    def test_images(self, chosen: Tensor) -> Tensor:
        """Return the test images of the numbers `chosen`, unshifted."""
        return self._sent(self._data.test_images_NCHW[chosen])

    @property
    def test_batch_count(self) -> int:
        """Number of batches `test_batches` yields."""
        return -(-self.test_count // EVALUATION_BATCH)

    def _sent(self, tensor: Tensor) -> Tensor:
        if self._device.type == "cuda":
            return tensor.pin_memory().to(self._device, non_blocking=True)
        return tensor.to(self._device)
