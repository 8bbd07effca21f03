"""Captures a step of a network under DistributedDataParallel as one of several processes, and prints the joined row."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.model.resnet import build_model
from resnet_core.training.capture_parts import gather_rows
from resnet_core.training.flow_capture import FlowCapture
from tests.training.tiny_runs import tiny_architecture

NETWORK = tiny_architecture(norm={"kind": "group", "groups": 2})
"""A norm that looks at one image at a time: so the batch may be divided as one likes."""


def images_and_labels() -> tuple[Tensor, Tensor]:
    """Sixteen images of noise in float64, (16, 1, 8, 8), and their labels."""
    generator = torch.Generator().manual_seed(0)
    images_NCHW = torch.randn(16, 1, 8, 8, generator=generator, dtype=torch.float64)
    return images_NCHW, torch.randint(10, (16,), generator=generator)


def main() -> None:
    """Make one step on this process's share of the images; the words are its number, how many there are, a file."""
    rank, count, place = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=Path(place).as_uri(), rank=rank, world_size=count)
    model = build_model(NETWORK, seed=0).double()
    capture = FlowCapture(tuple(model.blocks.values()), torch.device("cpu"), model=model)
    parallel = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(parallel.parameters(), 0.1)
    images_NCHW, labels_N = (whole.chunk(count)[rank] for whole in images_and_labels())
    with capture.capturing(0):
        F.cross_entropy(parallel(images_NCHW), labels_N).backward()
    with capture.updating(0):
        optimizer.step()
    (row,) = gather_rows(capture.rows(1))
    print(json.dumps(row._asdict()))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
