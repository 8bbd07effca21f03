"""Writes the state of a training run into a folder that is whole or absent, and reads it back if its hash is right."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save_file
from torch import Tensor

from resnet_core.runs.run_records import RunFolderError

FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
TENSORS_NAME = "state.safetensors"
NAME_PATTERN = re.compile(r"step-(\d{8})")

_MODEL_PREFIX = "model."
_MOMENTUM_PREFIX = "momentum."


class CheckpointError(RunFolderError):
    """A checkpoint that cannot be used: says which, why, and how to go on."""


class CheckpointFacts(NamedTuple):
    """What a run needs besides its tensors to go on exactly: order and shifts follow from seed and step.

    `step` updates of `total_steps` were made, in `elapsed_s` seconds of training, with `threads` CPU threads. In
    float16 `skipped_steps` of them left the weights as they were, and the loss is scaled by `loss_scale`, which has
    gone well for `good_steps` (None: it is not scaled). Gradients were captured every `capture_every` steps (0: no
    period had been chosen yet, or an earlier version wrote this).
    """

    step: int
    total_steps: int
    seed: int
    elapsed_s: float
    threads: int
    device: str
    loss_scale: float | None = None
    good_steps: int = 0
    skipped_steps: int = 0
    capture_every: int = 0


class Checkpoint(NamedTuple):
    """A training state: weights and BatchNorm buffers by their names in the model, momentum by its parameter's."""

    facts: CheckpointFacts
    model: dict[str, Tensor]
    momentum: dict[str, Tensor]


def checkpoint_name(step: int) -> str:
    """Return the only name a checkpoint of `step` may have: `step-00000160`."""
    return f"step-{step:08d}"


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write `checkpoint` below `folder` and return where; one of the same step is replaced.

    It is written under a temporary name, forced to the disk and renamed, so that a crash leaves a whole one or none.
    Raises CheckpointError where the disk refuses.
    """
    target = folder / checkpoint_name(checkpoint.facts.step)
    temporary = folder / f".{target.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        _write_tensors(temporary / TENSORS_NAME, checkpoint)
        _write_manifest(temporary, checkpoint.facts)
        _force_to_disk(temporary)
        _put_in_place(temporary, target)
        _force_to_disk(folder)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        message = f"The checkpoint cannot be written ({error}); free some space or check the folder."
        raise CheckpointError(target, message, "denied") from error
    return target


def load_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path`, its tensors on the CPU.

    Raises CheckpointError where it is missing, damaged, of a newer format, or not what its hash says.
    """
    manifest = _read_manifest(path)
    try:
        content = (path / TENSORS_NAME).read_bytes()
    except OSError as error:
        raise _damaged(path, f"its tensors cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != manifest.get("sha256"):
        raise _damaged(path, "its SHA-256 is not that of its manifest")
    try:
        tensors = tensors_from_bytes(content)
        facts = _facts_of(manifest)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from None
    if facts.step != step_of(path):
        raise _damaged(path, f"it holds step {facts.step}")
    return Checkpoint(facts, _under(_MODEL_PREFIX, tensors), _under(_MOMENTUM_PREFIX, tensors))


def step_of(path: Path) -> int:
    """Return the step in a checkpoint's name; raises CheckpointError for any other name."""
    found = NAME_PATTERN.fullmatch(path.name)
    if found is None:
        raise CheckpointError(path, f"This is no checkpoint's name; they are called {checkpoint_name(160)}.")
    return int(found[1])


def _write_tensors(path: Path, checkpoint: Checkpoint) -> None:
    named = {_MODEL_PREFIX + name: value for name, value in checkpoint.model.items()}
    named |= {_MOMENTUM_PREFIX + name: value for name, value in checkpoint.momentum.items()}
    save_file({name: _plain(value) for name, value in named.items()}, path)


def _plain(tensor: Tensor) -> Tensor:
    """Return a copy on the CPU in the usual memory order: safetensors writes neither views nor other orders."""
    return tensor.detach().to("cpu", copy=True).contiguous()


def _write_manifest(folder: Path, facts: CheckpointFacts) -> None:
    digest = hashlib.sha256((folder / TENSORS_NAME).read_bytes()).hexdigest()
    manifest = {"format": FORMAT_VERSION, **facts._asdict(), "torch": str(torch.__version__), "sha256": digest}
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for name in (TENSORS_NAME, MANIFEST_NAME):
        _force_to_disk(folder / name)


def _force_to_disk(path: Path) -> None:
    """Flush a file, or a folder's entries; Windows neither needs nor allows the latter."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename the finished folder; an older one of that step steps aside first, as no system replaces a full folder."""
    aside = target.with_name(f".{target.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.rename(aside)
    temporary.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _read_manifest(path: Path) -> dict[str, Any]:
    step_of(path)
    try:
        manifest = json.loads((path / MANIFEST_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(path, "There is no such checkpoint; resume from another one.", "missing") from None
    except (OSError, ValueError) as error:
        raise _damaged(path, f"its manifest cannot be read: {error}") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _damaged(path, "its manifest is none")
    if manifest["format"] > FORMAT_VERSION:
        message = f"The checkpoint has format {manifest['format']}, newer than {FORMAT_VERSION}; update Skipscope."
        raise CheckpointError(path, message, "newer_schema")
    return manifest


def _facts_of(manifest: dict[str, Any]) -> CheckpointFacts:
    return CheckpointFacts(
        step=int(manifest["step"]),
        total_steps=int(manifest["total_steps"]),
        seed=int(manifest["seed"]),
        elapsed_s=float(manifest["elapsed_s"]),
        threads=int(manifest["threads"]),
        device=str(manifest["device"]),
        loss_scale=None if manifest.get("loss_scale") is None else float(manifest["loss_scale"]),
        good_steps=int(manifest.get("good_steps", 0)),
        skipped_steps=int(manifest.get("skipped_steps", 0)),
        capture_every=int(manifest.get("capture_every", 0)),
    )


def _damaged(path: Path, reason: str) -> CheckpointError:
    message = f"The checkpoint is damaged ({reason}); delete its folder to resume from the one before it."
    return CheckpointError(path, message)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
