"""Trains a network for two steps in this process and measures the peak of its memory, beside the forecast."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from typing import NamedTuple

import torch
import torch.nn.functional as F

from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.step_peak import step_peak
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, HeadConfig, InputConfig, StageConfig
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.training.devices import resolve_device
from resnet_core.verification.measured_build import build_on
from resnet_core.verification.memory_probe import compact_heap, read_memory, reset_peak

STEPS = 2
#: Trained before anything is measured, so that loading torch's optimiser and kernels is not taken for memory.
TINY = ArchitectureConfig(
    input=InputConfig(height=32, width=32), stages=(StageConfig(blocks=1, width=8),), head=HeadConfig(classes=2)
)


class TrainingPeak(NamedTuple):
    """The peak of the memory of training, relative to before the network was built; None where nobody keeps a peak."""

    forecast_bytes: int
    forecast_moment: str
    measured_bytes: int | None


def measure_training_peak(
    config: ArchitectureConfig, batch: int, device: torch.device, *, compact: bool = True
) -> TrainingPeak:
    """Return the peak of two steps of SGD with momentum in float32: the second one finds the optimiser's state.

    To be called in a fresh process: what was used before and is free, but still the process's, would hide what is
    taken again. Without `compact` the heap is left as the system has it.
    """
    _train(_with_optimizer(build_model(TINY, seed=0).to(device)), 2, TINY, device)
    graph = build_graph(config)
    forecast = step_peak(graph, MemoryRecipe(batch), "all" if device.type == "cuda" else "each")
    with compact_heap(device) if compact else nullcontext():
        built = build_on(config, device, seed=0)
        trained = _with_optimizer(built.model)
        reset_peak(device)
        _train(trained, batch, config, device)
        last = read_memory(device)
    peak = None if last is None else last.peak_bytes
    before = 0 if built.before is None else built.before.in_use_bytes
    return TrainingPeak(*forecast, None if peak is None else peak - before)


def _with_optimizer(model: ResNet) -> tuple[ResNet, torch.optim.Optimizer]:
    return model, torch.optim.SGD(model.parameters(), 0.1, 0.9, weight_decay=5e-4, nesterov=True)


def _train(
    trained: tuple[ResNet, torch.optim.Optimizer], batch: int, config: ArchitectureConfig, device: torch.device
) -> None:
    """Make two steps on images of ones: untouched zeros would take no memory."""
    model, optimizer = trained
    size = config.input
    images = torch.ones(batch, size.channels, size.height, size.width, device=device)
    labels = torch.zeros(batch, dtype=torch.int64, device=device)
    for _ in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()


def main() -> int:
    """Measure the preset, batch, device and heap (`compact` or `plain`) of the command line; print JSON."""
    name, batch, device, heap = sys.argv[1:]
    found = measure_training_peak(preset(name), int(batch), resolve_device(device), compact=heap == "compact")
    json.dump(found._asdict(), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
