"""Holds checkpoints to their promises: whole or absent, verified before use, and the same tensors back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from resnet_core.training.checkpoint import (
    MANIFEST_NAME,
    TENSORS_NAME,
    Checkpoint,
    CheckpointError,
    CheckpointFacts,
    checkpoint_name,
    load_checkpoint,
    save_checkpoint,
    step_of,
)
from tests.training.tiny_runs import same_bits


def checkpoint(step: int = 7, value: float = 1.0) -> Checkpoint:
    facts = CheckpointFacts(step=step, total_steps=20, seed=3, elapsed_s=1.5, threads=1, device="cpu")
    model = {"conv1.weight": torch.full((2, 3), value).t(), "bn1.num_batches_tracked": torch.tensor(7)}
    return Checkpoint(facts, model, {"conv1.weight": torch.randn(3, 2)})


def test_that_a_checkpoint_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = checkpoint()
    path = save_checkpoint(tmp_path, written)
    found = load_checkpoint(path)
    assert path.name == "step-00000007"
    assert found.facts == written.facts
    assert same_bits(found.model, written.model)
    assert same_bits(found.momentum, written.momentum)
    assert found.model["bn1.num_batches_tracked"].dtype == torch.int64


def test_that_nothing_temporary_is_left(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint())
    assert os.listdir(tmp_path) == ["step-00000007"]
    assert sorted(os.listdir(tmp_path / "step-00000007")) == [MANIFEST_NAME, TENSORS_NAME]


def test_that_a_checkpoint_of_the_same_step_is_replaced(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(value=1.0))
    path = save_checkpoint(tmp_path, checkpoint(value=2.0))
    assert float(load_checkpoint(path).model["conv1.weight"].max()) == 2.0
    assert os.listdir(tmp_path) == [path.name]


def test_that_a_half_written_one_of_before_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".step-00000007.part").mkdir()
    (tmp_path / ".step-00000007.part" / "junk").touch()
    load_checkpoint(save_checkpoint(tmp_path, checkpoint()))


def test_that_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, checkpoint())
    content = bytearray((path / TENSORS_NAME).read_bytes())
    content[-1] ^= 1
    (path / TENSORS_NAME).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"step-00000007: .*damaged.*SHA-256.*before it"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (MANIFEST_NAME, "{", "manifest cannot be read"),
        (MANIFEST_NAME, "[]", "manifest is none"),
        (MANIFEST_NAME, '{"format": 1}', "SHA-256"),
        (MANIFEST_NAME, '{"format": 2}', "newer than 1; update"),
        (TENSORS_NAME, "", "SHA-256"),
    ],
)
def test_that_a_broken_file_gives_one_clear_line(
    tmp_path: Path, name: str, content: str, expected: str
) -> None:
    path = save_checkpoint(tmp_path, checkpoint())
    (path / name).write_text(content)
    with pytest.raises(CheckpointError, match=expected) as caught:
        load_checkpoint(path)
    assert len(str(caught.value).splitlines()) == 1


def test_that_a_manifest_with_a_wrong_value_is_refused(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, checkpoint())
    manifest = json.loads((path / MANIFEST_NAME).read_text())
    (path / MANIFEST_NAME).write_text(json.dumps({**manifest, "threads": "many"}))
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


def test_that_a_renamed_checkpoint_is_refused(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, checkpoint(step=7))
    other = shutil.move(path, tmp_path / checkpoint_name(8))
    with pytest.raises(CheckpointError, match="it holds step 7"):
        load_checkpoint(Path(other))


@pytest.mark.parametrize("name", ["step-7", "latest", "step-00000007.old", "step-0000000a"])
def test_that_only_names_of_a_step_are_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint's name"):
        step_of(tmp_path / name)


def test_that_a_missing_checkpoint_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        load_checkpoint(tmp_path / checkpoint_name(1))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_that_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_checkpoint(tmp_path / "checkpoints", checkpoint())


def test_that_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").touch()
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_checkpoint(tmp_path / "checkpoints", checkpoint())
