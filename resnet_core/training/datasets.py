"""Turns the facts of a data set into standardised tensors, ready to train on.

Legend: N images, C channels, H rows, W columns.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from resnet_core.configuration.data_catalog import (
    CIFAR10_RECORDS_PER_FILE,
    CIFAR10_TEST_FILE,
    CIFAR10_TRAIN_FILES,
    DataSetFacts,
    image_folder_listing,
)
from resnet_core.configuration.data_errors import DataSetError
from resnet_core.configuration.image_folder import LabelledFile
from resnet_core.training.augmentation import random_shift
from resnet_core.training.batch_order import BatchOrder, seeded_generator
from resnet_core.training.cifar_files import read_records
from resnet_core.training.image_files import read_image
from resources import resource_bytes, resource_text

__all__ = ["BatchOrder", "Progress", "TensorDataSet", "load_data_set", "random_shift", "seeded_generator"]

#: Called with how many images are read, and how many there are.
Progress = Callable[[int, int], None]

MEMORY_LIMIT_GIB = 8.0
MOST_INK = 16.0
CHUNK = 1_000  # images resized or summed at once, so that no second copy of the whole set is made


@dataclass(frozen=True, slots=True)
class TensorDataSet:
    """A data set in memory: images float32 (N, C, H, W), standardised; labels int64 (N,).

    `mean` and `std`, one a channel, are those of the training images before standardisation, where 0 is no
    ink or black and 1 full ink or full colour; both parts were standardised by them. `class_names[label]`
    names a class.
    """

    train_images_NCHW: Tensor  # noqa: N815 - the shape stands in the name
    train_labels: Tensor
    test_images_NCHW: Tensor  # noqa: N815
    test_labels: Tensor
    mean: tuple[float, ...]
    std: tuple[float, ...]
    class_names: tuple[str, ...]

    @property
    def background(self) -> Tensor:
        """What a pixel of 0 (no ink, black) has become: -mean / std, float32 of shape (C,)."""
        values = [-mean / std for mean, std in zip(self.mean, self.std, strict=True)]
        return torch.tensor(values, dtype=torch.float32, device=self.train_images_NCHW.device)

    def to(self, device: torch.device | str) -> TensorDataSet:
        """Return the same data set with its tensors on `device`."""
        return TensorDataSet(
            self.train_images_NCHW.to(device),
            self.train_labels.to(device),
            self.test_images_NCHW.to(device),
            self.test_labels.to(device),
            self.mean,
            self.std,
            self.class_names,
        )


def load_data_set(
    facts: DataSetFacts, size: int | None = None, progress: Progress | None = None, seed: int = 0
) -> TensorDataSet:
    """Return the images of `facts` (from find_data_set), `size` pixels a side, by default as `facts` says.

    Digits and CIFAR-10 are resized bilinearly (align_corners=False, antialiased where they shrink). `seed`
    is that of `random`, the only set that is drawn. `progress` is called while images are read.

    Raises DataSetError, naming the file, where something is missing or broken, or the images do not fit in
    memory.
    """
    height, width = (facts.height, facts.width) if size is None else (size, size)
    sized = facts._replace(height=height, width=width)
    _check_memory(sized)
    match facts.kind:
        case "digits":
            parts = _digits(sized)
        case "cifar10":
            parts = _cifar10(sized, progress)
        case "random":
            return _noise(sized, seed)
        case "folder":
            parts = _image_folder(sized, progress)
    return _standardised(parts, facts.class_names)


# Training images in [0, 1] and labels, test images and labels.
Parts = tuple[Tensor, Tensor, Tensor, Tensor]


def _check_memory(facts: DataSetFacts) -> None:
    values = (facts.train_count + facts.test_count) * facts.channels * facts.height * facts.width
    needed_gib = values * 4 / 2**30
    if needed_gib > MEMORY_LIMIT_GIB:
        sizes = {"needed_gib": f"{needed_gib:.1f}", "limit_gib": f"{MEMORY_LIMIT_GIB:g}"}
        raise DataSetError(facts.location or facts.name, "too_large", {**sizes, "size": facts.height})


def _digits(facts: DataSetFacts) -> Parts:
    lines = gzip.decompress(resource_bytes("digits", "digits.csv.gz")).decode("ascii").splitlines()[1:]
    rows = torch.tensor([[int(value) for value in line.split(",")] for line in lines])
    ink_NCHW = rows[:, :64].reshape(-1, 1, 8, 8).float() / MOST_INK
    images_NCHW = _resized(ink_NCHW, facts)
    split = csv.DictReader(resource_text("digits", "split.csv").splitlines())
    in_test = torch.tensor([row["part"] == "test" for row in split])
    labels = rows[:, 64]
    return images_NCHW[~in_test], labels[~in_test], images_NCHW[in_test], labels[in_test]


def _cifar10(facts: DataSetFacts, progress: Progress | None) -> Parts:
    total = facts.train_count + facts.test_count
    files = [(file, index * CIFAR10_RECORDS_PER_FILE) for index, file in enumerate(CIFAR10_TRAIN_FILES)]
    train_images = torch.empty(facts.train_count, 3, facts.height, facts.width)
    train_labels = torch.empty(facts.train_count, dtype=torch.int64)
    for file, start in files:
        images, labels = read_records(Path(facts.location) / file, CIFAR10_RECORDS_PER_FILE)
        stop = start + len(labels)
        _fill(train_images[start:stop], images, facts)
        train_labels[start:stop] = labels
        _tell(progress, stop, total)
    images, test_labels = read_records(Path(facts.location) / CIFAR10_TEST_FILE, CIFAR10_RECORDS_PER_FILE)
    test_images = torch.empty(facts.test_count, 3, facts.height, facts.width)
    _fill(test_images, images, facts)
    _tell(progress, total, total)
    return train_images, train_labels, test_images, test_labels


def _image_folder(facts: DataSetFacts, progress: Progress | None) -> Parts:
    listing = image_folder_listing(facts)
    total = facts.train_count + facts.test_count

    def read(files: Sequence[LabelledFile], done: int) -> tuple[Tensor, Tensor]:
        images_NCHW = torch.empty(len(files), 3, facts.height, facts.width)
        for index, file in enumerate(files):
            images_NCHW[index] = read_image(file.path, facts.height, facts.width).float().div_(255)
            _tell(progress, done + index + 1, total)
        return images_NCHW, torch.tensor([file.label for file in files])

    return (*read(listing.train, 0), *read(listing.test, len(listing.train)))


def _noise(facts: DataSetFacts, seed: int) -> TensorDataSet:
    """Return normally distributed images, mean 0 and variance 1 as they come, with labels drawn evenly."""

    def draw(purpose: str, count: int) -> tuple[Tensor, Tensor]:
        generator = seeded_generator(seed, purpose, 0)
        images_NCHW = torch.randn(count, facts.channels, facts.height, facts.width, generator=generator)
        return images_NCHW, torch.randint(facts.classes, (count,), generator=generator)

    parts = (*draw("noise/train", facts.train_count), *draw("noise/test", facts.test_count))
    return TensorDataSet(*parts, (0.0,) * facts.channels, (1.0,) * facts.channels, facts.class_names)


def _fill(target_NCHW: Tensor, images_u8_NCHW: Tensor, facts: DataSetFacts) -> None:
    for part in _chunks(len(target_NCHW)):
        target_NCHW[part] = _resized(images_u8_NCHW[part].float().div_(255), facts)


def _resized(images_NCHW: Tensor, facts: DataSetFacts) -> Tensor:
    height, width = images_NCHW.shape[2:]
    if (height, width) == (facts.height, facts.width):
        return images_NCHW
    shrinks = facts.height < height or facts.width < width
    return F.interpolate(
        images_NCHW, (facts.height, facts.width), mode="bilinear", align_corners=False, antialias=shrinks
    )


def _standardised(parts: Parts, class_names: tuple[str, ...]) -> TensorDataSet:
    train_images, train_labels, test_images, test_labels = parts
    mean, std = _statistics(train_images)
    for images_NCHW in (train_images, test_images):
        images_NCHW.sub_(torch.tensor(mean)[:, None, None]).div_(torch.tensor(std)[:, None, None])
    return TensorDataSet(train_images, train_labels, test_images, test_labels, mean, std, class_names)


def _statistics(images_NCHW: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and (population) standard deviation a channel, summed in double precision."""
    count = images_NCHW.numel() // images_NCHW.shape[1]
    total = torch.zeros(images_NCHW.shape[1], dtype=torch.float64)
    for part in _chunks(len(images_NCHW)):
        total += images_NCHW[part].double().sum(dim=(0, 2, 3))
    mean = total / count
    squares = torch.zeros_like(total)
    for part in _chunks(len(images_NCHW)):
        squares += (images_NCHW[part].double() - mean[:, None, None]).square().sum(dim=(0, 2, 3))
    std = (squares / count).sqrt()
    std[std == 0] = 1.0  # a channel that never varies becomes 0 everywhere, and not a division by zero
    return tuple(mean.tolist()), tuple(std.tolist())


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
