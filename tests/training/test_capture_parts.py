"""Holds rows of several processes, joined, against those of one process that sees the whole batch."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from resnet_core.model.resnet import build_model
from resnet_core.training.capture_parts import gather_rows, join_ranks
from resnet_core.training.flow_capture import CapturedRow, FlowCapture
from tests.training.process_of_two import NETWORK, images_and_labels

PROCESSES = 2
ROOT = Path(__file__).parents[2]
APART = {"stream_variance", "branch_variance", "branch_stream_ratio"}
"""What a process knows of its own images alone: the parts' are averaged, see docs/gradient-flow.md."""


def whole_row() -> CapturedRow:
    """What one process captures of the whole batch."""
    model = build_model(NETWORK, seed=0).double()
    capture = FlowCapture(tuple(model.blocks.values()), torch.device("cpu"), model=model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    images_NCHW, labels_N = images_and_labels()
    with capture.capturing(0):
        F.cross_entropy(model(images_NCHW), labels_N).backward()
    with capture.updating(0):
        optimizer.step()
    return capture.rows(1)[0]


@pytest.fixture(scope="module")
def joined_rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes under DistributedDataParallel makes of both their rows."""
    if not torch.distributed.is_available() or not torch.distributed.is_gloo_available():
        pytest.skip("this torch has no gloo")
    place = tmp_path_factory.mktemp("processes") / "meeting"
    command = [sys.executable, "-m", "tests.training.process_of_two"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if sys.platform.startswith("linux"):
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")
    processes = [
        subprocess.Popen(
            [*command, str(rank), str(PROCESSES), str(place)], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        for rank in range(PROCESSES)
    ]
    try:
        return [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.timeout(150)
def test_that_processes_tell_what_one_would_that_sees_the_whole_batch(joined_rows: list[dict[str, Any]]) -> None:
    first, second = joined_rows
    assert first == second
    expected = whole_row()
    assert first["boundary_norms"] == pytest.approx(expected.boundary_norms, rel=1e-9)
    for table in ("block_quantities", "layer_quantities"):
        for name, values in getattr(expected, table).items():
            if name not in APART:
                near = pytest.approx(values, rel=1e-9, abs=1e-12, nan_ok=True)
                assert first[table][name] == near, name
    assert first["layers"] == list(expected.layers)


def a_row(branch: float, shortcut: float, cosine: float, variance: float) -> CapturedRow:
    quantities = {
        "branch_norm": (branch,), "shortcut_norm": (shortcut,), "branch_shortcut_cosine": (cosine,),
        "parameter_gradient_norm": (7.0,), "update_ratio": (0.01,), "stream_variance": (variance,),
    }  # fmt: skip
    return CapturedRow((branch, shortcut), quantities, {"gradient_norm": (7.0, 2.0)}, ("conv1", "fc"))


def test_that_squares_and_products_of_norms_add_up() -> None:
    """Branch gradients (3, 0) and (0, 4) in two processes, shortcut gradients (3, 0) and (0, -4)."""
    found = join_ranks([a_row(3.0, 3.0, 1.0, 1.0), a_row(4.0, 4.0, -1.0, 3.0)])
    assert found.boundary_norms == (2.5, 2.5)
    quantities = found.block_quantities
    assert quantities["branch_norm"] == quantities["shortcut_norm"] == (2.5,)
    assert quantities["branch_shortcut_cosine"] == pytest.approx([(9 - 16) / 25])
    assert quantities["parameter_gradient_norm"] == (7.0,)
    assert quantities["stream_variance"] == (2.0,)
    assert found.layer_quantities["gradient_norm"] == (7.0, 2.0)


def test_that_a_part_without_a_branch_gradient_adds_nothing_to_the_cosine() -> None:
    found = join_ranks([a_row(3.0, 4.0, 0.5, 1.0), a_row(0.0, 3.0, math.nan, 1.0)])
    assert found.block_quantities["branch_shortcut_cosine"] == pytest.approx([3 * 4 * 0.5 / (3 * 5)])
    nothing = join_ranks([a_row(0.0, 3.0, math.nan, 1.0)] * 2)
    assert math.isnan(nothing.block_quantities["branch_shortcut_cosine"][0])


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_that_joined_norms_keep_the_range_of_float64(size: float) -> None:
    assert join_ranks([a_row(3 * size, size, 0.5, 1.0), a_row(4 * size, size, 0.5, 1.0)]).boundary_norms[0] == (
        pytest.approx(2.5 * size, rel=1e-12)
    )


def test_that_a_gradient_that_is_no_number_in_one_part_is_none_of_the_whole() -> None:
    found = join_ranks([a_row(math.nan, 1.0, math.nan, 1.0), a_row(1.0, 1.0, 0.5, 1.0)])
    assert math.isnan(found.boundary_norms[0])
    assert math.isnan(found.block_quantities["branch_shortcut_cosine"][0])


def test_that_means_that_overflowed_both_ways_are_no_number() -> None:
    found = join_ranks([a_row(1.0, 1.0, 0.5, math.inf), a_row(1.0, 1.0, 0.5, -math.inf)])
    assert math.isnan(found.block_quantities["stream_variance"][0])


def test_that_no_rows_are_nothing_to_gather() -> None:
    assert gather_rows([]) == []
