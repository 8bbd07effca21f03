"""Turns a file of CIFAR-10's binary release into labels and 8-bit pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from resnet_core.configuration.data_catalog import CIFAR10_RECORD_BYTES, CIFAR10_URL
from resnet_core.configuration.data_errors import DataSetError

SIDE_PX = 32


def read_records(path: Path, count: int) -> tuple[Tensor, Tensor]:
    """Return the `count` records of a file: images uint8 (count, 3, 32, 32), labels int64 (count,).

    A record is a label byte from 0 to 9, then the red, green and blue planes of 32 rows of 32 pixels, without
    header or separator (https://www.cs.toronto.edu/~kriz/cifar.html, "binary version").

    Raises DataSetError where the file has another size or a label that CIFAR-10 lacks.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataSetError(str(path), "unreadable", {"reason": error.strerror or str(error)}) from None
    expected = count * CIFAR10_RECORD_BYTES
    if len(content) != expected:
        sizes = {"bytes": f"{len(content):,}", "expected": f"{expected:,}"}
        raise DataSetError(str(path), "cifar_size", sizes | {"url": CIFAR10_URL})
    records = np.frombuffer(content, dtype=np.uint8).reshape(count, CIFAR10_RECORD_BYTES)
    labels = records[:, 0].astype(np.int64)
    wrong = np.flatnonzero(labels > 9)
    if len(wrong):
        record = int(wrong[0])
        found = {"record": str(record), "label": str(labels[record]), "url": CIFAR10_URL}
        raise DataSetError(str(path), "cifar_label", found)
    images_NCHW = records[:, 1:].reshape(count, 3, SIDE_PX, SIDE_PX).copy()
    return torch.from_numpy(images_NCHW), torch.from_numpy(labels)
