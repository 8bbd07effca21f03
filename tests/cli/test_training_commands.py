"""The commands that need torch, driven as a person would, in this process and in one of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resnet_core.cli import main
from resnet_core.folders import runs_folder
from resnet_core.runs.run_reader import RunReader

TINY = [
    "--set", "architecture.stages.0.blocks=1", "--set", "architecture.stages.1.blocks=1",
    "--set", "architecture.stages.2.blocks=1", "--set", "training.batch_size=16", "--set", "training.threads=1",
]  # fmt: skip


def test_that_training_prints_its_curves_and_gradients_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert main(["train", "ResNet-20", "--steps", "7", "--seed", "3", "--out", str(folder), "--json", *TINY]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["run"], document["status"], document["steps"]) == ("run", "finished", 7)
    assert [step for step, _ in document["scalars"]["train_loss"]] == list(range(7))
    assert document["scalars"]["test_accuracy"][-1][0] == 7
    flow = document["gradient_flow"]
    assert flow["steps"][0] == 0
    assert len(flow["boundaries"]) == 4
    assert all(len(row) == 4 and all(norm > 0 for norm in row) for row in flow["boundary_norms"])
    assert main(["runs", "show", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == document


def test_that_a_run_is_listed_exported_and_not_trained_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "Plain-20", "--steps", "3", *TINY]) == 0
    assert main(["runs", "list", "--json"]) == 0
    shown = capsys.readouterr().out
    (run,) = json.loads(shown[shown.index('{\n  "runs"') :])["runs"]
    assert (run["status"], run["architecture_name"], run["step"]) == ("finished", "Plain-20", 3)
    assert main(["runs", "export", run["run"], "--out", str(tmp_path / "csv")]) == 0
    assert (tmp_path / "csv" / "scalars.csv").read_text().count("\n") > 3
    assert main(["train", "Plain-20", "--steps", "3", "--out", run["folder"], *TINY]) == 2
    assert "resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--data", "nowhere"], "nowhere"),
        (["--device", "tpu"], "tpu"),
        (["--set", "training.batch_size=5000"], "1437"),
    ],
)
def test_that_a_refused_training_leaves_no_folder(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "ResNet-20", "--steps", "2", *words]) == 2
    shown = capsys.readouterr().err
    assert expected in shown
    assert len(shown.strip().splitlines()) == 1
    assert not runs_folder().exists() or not any(runs_folder().iterdir())


def test_that_the_gradient_explodes_in_a_plain_network_and_not_in_a_residual_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spreads = {}
    for name in ("Plain-56", "ResNet-56"):
        assert main(["probe", name, "--data", "digits", "--batch", "32", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        norms = document["boundary_norms"]
        assert len(norms) == len(document["boundaries"]) == 28
        assert (document["batch"], document["seed"]) == (32, 0)
        spreads[name] = norms[0] / norms[-1]
    assert spreads["Plain-56"] > 100 * spreads["ResNet-56"]


def test_that_check_finds_every_counter_in_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "ResNet-20", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["agrees"] is True
    assert document["parameters"] == 269_722
    assert {line["witness"] for line in document["witnesses"]} >= {"fvcore", "torchinfo"}
    assert all(line["unexplained"] == 0 for line in document["witnesses"])
    assert main(["check", "ResNet-20"]) == 0
    assert "verified" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="an interrupt cannot be sent to one process on Windows")
def test_that_an_interrupted_training_writes_a_checkpoint_and_is_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ["train", "ResNet-20", "--steps", "400", "--out", str(folder), *TINY]
    process = subprocess.Popen([sys.executable, "-m", "resnet_core", *words], stdout=subprocess.DEVNULL)
    try:
        _wait_for_steps(folder, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    stopped = RunReader(folder).summary()
    assert stopped.status == "stopped"
    assert 0 < stopped.step < 400
    assert RunReader(folder).latest_checkpoint() is not None
    assert main(["resume", str(folder)]) == 0
    finished = RunReader(folder)
    assert finished.summary().status == "finished"
    assert finished.scalars()["train_loss"].steps.tolist() == list(range(400))


def _wait_for_steps(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / "run.db").exists() and RunReader(folder).summary().step > 5:
            return
        time.sleep(0.1)
    pytest.fail("the training did not begin")
