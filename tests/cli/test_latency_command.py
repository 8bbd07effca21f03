"""Tests `latency`: one document, a table that adds up, and one line for what cannot be measured."""

from __future__ import annotations

import json

import pytest

from resnet_core.cli import main

TINY = [
    "ResNet-20", "--set", "architecture.stages.0.blocks=1", "--set", "architecture.stages.1.blocks=1",
    "--set", "architecture.stages.2.blocks=1", "--set", "training.threads=1", "--repeats", "2",
]  # fmt: skip


def test_that_the_document_has_every_layer_its_sums_and_its_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", *TINY, "--batch", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["device"], document["batch"], document["threads"], document["repeats"]) == ("cpu", 2, 1, 2)
    assert document["input"] == [3, 32, 32]
    assert [row["id"] for row in document["columns"]] == ["stem", "layer1.0", "layer2.0", "layer3.0", "head"]
    assert {"conv1", "layer2.0.add", "layer3.0.relu2", "fc"} <= {row["id"] for row in document["layers"]}
    assert all(row["low_ms"] <= row["median_ms"] <= row["high_ms"] for row in document["layers"])
    assert document["layers_ms"] == pytest.approx(sum(row["median_ms"] for row in document["layers"]))
    assert document["whole_ms"] > 0 and document["hook_cost_ms"] > 0


def test_that_the_table_adds_up_to_the_whole_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", *TINY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ResNet-20 on CPU (cpu), 1 CPU thread, batch 1 of 3x32x32, float32")
    rows = [line for line in lines if line.endswith(" %")]
    shares = [float(line.split()[-2].replace("−", "-")) for line in rows]
    blocks = ["layer1.0", "layer2.0", "layer3.0"]
    assert [line.split()[0] for line in rows] == ["stem", *blocks, "head", "between", "whole"]
    assert shares[-1] == 100
    assert sum(shares[:-1]) == pytest.approx(100, abs=0.5)


def test_that_a_training_pass_is_timed_backward_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", *TINY, "--batch", "2", "--training", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["pass"] == "training"
    assert all(row["backward_ms"] <= row["median_ms"] for row in document["layers"] if row["id"].endswith("conv1"))
    assert main(["latency", *TINY, "--batch", "2", "--training"]) == 0
    assert "the backward pass takes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--batch", "0"], "batch: 0 is too small"),
        (["--repeats", "0"], "--repeats 0"),
        (["--device", "tpu"], "tpu"),
        (["--batch", "65536", "--set", "architecture.input.height=1024"], "take at most"),
    ],
)
def test_that_what_cannot_be_measured_is_one_line_with_status_2(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["latency", *TINY, *words]) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1 and expected in shown[0]
