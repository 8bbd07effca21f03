"""Tests what `analyze` tells of memory, and that what cannot fit is refused in one line with status 2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resnet_core.cli import main
from tests.reference_tables import reference_rows


def analyzed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["analyze", *options, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize("row", reference_rows("memory"), ids=lambda row: row["model"])
def test_that_the_document_has_the_reference_memory(row: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    memory = analyzed(capsys, row["model"])["memory"]
    assert memory["saved_for_backward_bytes"] == int(row["saved_for_backward_bytes_train"])
    assert memory["forward_peak_in_place_bytes"] == int(row["fwd_peak_live_bytes_eval_nograd"])
    assert memory["parameter_bytes"] == int(row["params_bytes"])
    assert (memory["precision"], memory["optimizer"]) == ("float32", "sgd_momentum")
    assert set(memory["conventions"]) <= set(memory)
    assert memory["left_out"]


def test_that_the_parts_of_the_memory_sum_to_its_total(capsys: pytest.CaptureFixture[str]) -> None:
    document = analyzed(capsys, "ResNet-50", "--batch", "8", "--optimizer", "adamw", "--precision", "mixed")
    memory = document["memory"]
    parts = ("parameter", "buffer", "gradient", "optimizer", "saved_for_backward", "weight_copy")
    assert memory["total_bytes"] == sum(memory[f"{part}_bytes"] for part in parts)
    assert memory["optimizer_bytes"] == 2 * memory["parameter_bytes"]
    assert document["totals"]["training_memory_bytes"] == memory["total_bytes"]
    assert document["totals"]["precision"] == "mixed"


def test_that_half_precision_keeps_less(capsys: pytest.CaptureFixture[str]) -> None:
    kept = [
        analyzed(capsys, "ResNet-18", "--precision", precision)["memory"]["saved_for_backward_bytes"]
        for precision in ("float32", "mixed", "bfloat16")
    ]
    assert kept == sorted(kept, reverse=True)
    assert kept[2] < 0.6 * kept[0]


def test_that_the_largest_batch_is_told_when_the_device_is_large_enough(capsys: pytest.CaptureFixture[str]) -> None:
    device = analyzed(capsys, "ResNet-50", "--device-memory", "8GB")["memory"]["device"]
    assert device["available_bytes"] == 8_000_000_000
    largest = device["largest_batch"]
    assert main(["analyze", "ResNet-50", "--device-memory", "8GB", "--batch", str(largest)]) == 0
    assert main(["analyze", "ResNet-50", "--device-memory", "8GB", "--batch", str(largest + 1)]) == 2
    assert capsys.readouterr().err.endswith(f"take at most {largest}\n")


@pytest.mark.parametrize(
    ("size", "expected"), [("8GiB", 8 * 2**30), ("1.5 gb", 1_500_000_000), ("512MiB", 2**29), ("9e", None), ("", None)]
)
def test_that_sizes_are_read_with_their_units(
    size: str, expected: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if expected is None:
        assert main(["analyze", "ResNet-20", "--device-memory", size]) == 2
        assert "write it as 24GB" in capsys.readouterr().err
    else:
        memory = analyzed(capsys, "ResNet-20", "--device-memory", size)["memory"]
        assert memory["device"]["available_bytes"] == expected


def test_that_what_is_free_here_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert analyzed(capsys, "ResNet-20", "--device-memory", "free")["memory"]["device"]["largest_batch"] > 1


def test_that_the_text_names_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ResNet-20", "--precision", "mixed"]) == 0
    text = capsys.readouterr().out
    for part in ("kept for backward", "copies of weights", "peak of a step", "peak of a forward pass", "left out"):
        assert part in text


def test_that_a_training_that_cannot_fit_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    huge = ("training.batch_size=1024", "training.image_size=512")
    options = [word for assignment in huge for word in ("--set", assignment)]
    assert main(["train", "Wide-ResNet-101-2", "--data", "digits", *options, "--steps", "1"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "at least" in lines[0]
    assert "cpu has" in lines[0]
