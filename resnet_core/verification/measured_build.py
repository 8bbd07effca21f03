"""Builds a network on a device and runs one training step on it, with times and memory measured."""

from __future__ import annotations

import time
from typing import NamedTuple

import torch
import torch.nn.functional as F

from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.step_peak import step_peak
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, HeadConfig, StageConfig, StemConfig
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.training.devices import synchronize
from resnet_core.verification.memory_probe import (
    MemoryReading,
    compact_heap,
    free_bytes,
    memory_method,
    read_memory,
    release_free_memory,
    reset_peak,
)
from resnet_core.verification.memory_refusal import refuse_step
from resnet_core.verification.verification_report import MeasuredMemory, MeasuredStep


class VerificationError(RuntimeError):
    """A network that cannot be built or run on the device: says why and what would help, in one line."""


class BuiltModel(NamedTuple):
    """A model on its device, how long building it took, and the memory in use before and after."""

    model: ResNet
    device: torch.device
    build_s: float
    before: MemoryReading | None
    after: MemoryReading | None


def build_on(config: ArchitectureConfig, device: torch.device, seed: int) -> BuiltModel:
    """Return the network of `config` on `device`, in training mode.

    Raises VerificationError where the device refuses, for lack of memory above all.
    """
    _warm_up(device)
    release_free_memory(device)
    before = read_memory(device)
    started = time.perf_counter()
    try:
        with device:
            model = build_model(config, seed=seed)
        synchronize(device)
    except RuntimeError as error:  # torch.OutOfMemoryError is one, and so is the CPU allocator's refusal
        raise VerificationError(f"{device}: the network could not be built: {reason(error)}") from None
    return BuiltModel(model, device, time.perf_counter() - started, before, read_memory(device))


def _warm_up(device: torch.device) -> None:
    """Run a step of a tiny network, so that loading torch's kernels is not taken for the memory of the real one."""
    stage = StageConfig(blocks=1, width=8)
    tiny = ArchitectureConfig(stem=StemConfig(kind="cifar", width=4), stages=(stage,), head=HeadConfig(classes=2))
    with device:
        F.cross_entropy(
            build_model(tiny, seed=0)(torch.zeros(2, 3, 8, 8)), torch.zeros(2, dtype=torch.int64)
        ).backward()
    synchronize(device)


def measure_step(built: BuiltModel, report: CostReport) -> MeasuredStep:
    """Return the memory of one forward and backward pass of `report.memory.batch` images, and the times of a second.

    The model's gradients are set and its BatchNorm buffers move, as in training. Raises ConfigurationError where memory
    would be too small, and whatever torch raises where the step is not possible.
    """
    memory, device = report.memory, built.device
    graph, recipe = build_graph(built.model.config), MemoryRecipe(memory.batch, "sgd")
    refuse_step(graph, recipe, device, place=(), held_bytes=memory.parameter_bytes + memory.buffer_bytes)
    images_NCHW = torch.ones(memory.batch, *report.layers[0].output_shape, device=device)  # untouched zeros take none
    with compact_heap(device):
        reset_peak(device)
        loss = loss_of(built.model(images_NCHW))
        synchronize(device)
        middle = read_memory(device)
        loss.backward()
        synchronize(device)
        last = read_memory(device)
    del loss
    forward_s, backward_s = _times(built, images_NCHW)
    return MeasuredStep(
        batch=memory.batch,
        forward_s=forward_s,
        backward_s=backward_s,
        forecast_bytes=memory.total_bytes - memory.optimizer_bytes,
        memory=_relative(device, built.before, built.after, middle, last),
        forecast_peak_bytes=step_peak(graph, recipe, "none").bytes,
    )


def _times(built: BuiltModel, images_NCHW: torch.Tensor) -> tuple[float, float]:
    """Return the seconds of a forward and of a backward pass."""
    built.model.zero_grad(set_to_none=True)
    started = time.perf_counter()
    loss = loss_of(built.model(images_NCHW))
    synchronize(built.device)
    halfway = time.perf_counter()
    loss.backward()
    synchronize(built.device)
    return halfway - started, time.perf_counter() - halfway


def loss_of(output: torch.Tensor | dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the cross-entropy of logits; of maps or features, which have no classes, their sum."""
    if isinstance(output, dict):
        return torch.stack([part.sum() for part in output.values()]).sum()
    return F.cross_entropy(output, torch.zeros(len(output), dtype=torch.int64, device=output.device))


def _relative(device: torch.device, *readings: MemoryReading | None) -> MeasuredMemory | None:
    """Return the readings (before and after building, after forward, after backward) relative to the first."""
    known = [reading for reading in readings if reading is not None]
    if len(known) < len(readings):
        return None
    zero = known[0].in_use_bytes
    built, forward, step = (reading.in_use_bytes - zero for reading in known[1:])
    peak = known[-1].peak_bytes
    return MeasuredMemory(memory_method(device), built, forward, step, None if peak is None else peak - zero)


def require_memory(device: torch.device, needed_bytes: int) -> None:
    """Raise VerificationError where `device` has less memory left than `needed_bytes`."""
    free = free_bytes(device)
    if free is not None and needed_bytes > free:
        raise VerificationError(
            f"{device}: {needed_bytes / 1e9:,.1f} GB would be needed and {free / 1e9:,.1f} GB are free; "
            "take a smaller network, input or batch"
        )


def reason(error: Exception) -> str:
    """Return the first line of what an exception says, or its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
