"""Verifies a configuration: builds it on a device, holds it against its graph and asks the witnesses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from torch import nn

from resnet_core.analysis.conventions import Convention
from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.training.devices import library_versions, resolve_device
from resnet_core.verification import fvcore_witness, torch_witness, torchinfo_witness
from resnet_core.verification.count_items import count_items, layer_differences
from resnet_core.verification.graph_agreement import graph_mismatches
from resnet_core.verification.measured_build import build_on, measure_step, reason, require_memory
from resnet_core.verification.memory_refusal import refuse_weights
from resnet_core.verification.verification_report import (
    Failure,
    MeasuredStep,
    VerificationReport,
    WitnessCount,
    WitnessLine,
)

Result = TypeVar("Result")

#: Called with how many parts are done, how many there are, and the label of the one that begins.
Progress = Callable[[int, int, str], None]


class Witness(NamedTuple):
    """Another counter: its name, how it counts a model for one image, and the convention it does so by."""

    name: str
    count_model: Callable[[nn.Module, Shape], WitnessCount]
    convention: Convention


WITNESSES = (
    Witness(fvcore_witness.NAME, fvcore_witness.count, fvcore_witness.CONVENTION),
    Witness(torchinfo_witness.NAME, torchinfo_witness.count, torchinfo_witness.CONVENTION),
    Witness(torch_witness.NAME, torch_witness.count, torch_witness.CONVENTION),
)


def verify(
    config: ArchitectureConfig,
    device: str = "cpu",
    progress: Progress | None = None,
    *,
    batch: int = 2,
    seed: int = 0,
    witnesses: tuple[Witness, ...] = WITNESSES,
) -> VerificationReport:
    """Return how the built network compares with its graph and with other counters.

    `device` is what `training.devices.resolve_device` takes. `batch` images go through one training step, to measure
    its time and memory. With no `witnesses` the network is only built, run and compared with its graph. A step or a
    witness that fails becomes a `Failure` in the report; what `progress` raises ends the verification. Raises
    ConfigurationError where the device is absent or too small for the weights, VerificationError where building fails.
    """
    target, graph, parts = resolve_device(device), build_graph(config), 3 + len(witnesses)

    def tell(done: int, label: str) -> None:
        if progress is not None:
            progress(done, parts, label)

    report = cost_report(graph, batch=batch)
    refuse_weights(report.memory.parameter_bytes + report.memory.buffer_bytes, target)

    tell(0, N_("Progress", "building the network"))
    built = build_on(config, target, seed)
    tell(1, N_("Progress", "running one training step"))  # at once: what else is loaded would count as its memory
    step = _attempted("training step", lambda: measure_step(built, report))
    built.model.zero_grad(set_to_none=True)
    tell(2, N_("Progress", "comparing it with its graph"))
    mismatches = graph_mismatches(built.model, graph)
    answers: list[WitnessLine | Failure] = []
    for done, witness in enumerate(witnesses, start=3):
        tell(done, witness.name)
        answers.append(ask(witness, built.model, graph, report))
    tell(parts, "")
    return VerificationReport(
        name=config.name,
        device=str(target),
        versions=library_versions(),
        build_s=built.build_s,
        layers=len(graph.nodes) - 2,
        parameters=report.total.parameters,
        macs=report.total.macs,
        parameter_bytes=_bytes(*built.model.parameters()),
        buffer_bytes=_bytes(*built.model.buffers()),
        mismatches=mismatches,
        witnesses=tuple(answer for answer in answers if isinstance(answer, WitnessLine)),
        step=step if isinstance(step, MeasuredStep) else None,
        failures=tuple(answer for answer in (step, *answers) if isinstance(answer, Failure)),
        configuration=config_to_toml(config),
    )


def ask(witness: Witness, model: nn.Module, graph: Graph, report: CostReport) -> WitnessLine | Failure:
    """Return the count of `witness` for one image beside ours, or why there is none; `model` is left as it was."""

    def answer() -> WitnessLine:
        memory = report.memory
        require_memory(torch.device("cpu"), memory.parameter_bytes + memory.saved_bytes // memory.batch)
        theirs = witness.count_model(model, graph.nodes[0].output_shape)
        return WitnessLine(
            witness=witness.name,
            version=theirs.version,
            ours=report.total.macs,
            items=count_items(graph, witness.convention),
            theirs=theirs.operations,
            our_parameters=report.total.parameters,
            their_parameters=theirs.parameters,
            left_out=theirs.left_out,
            layers=layer_differences(graph, witness.convention, theirs.by_layer),
            convention=witness.convention.id,
        )

    return _attempted(witness.name, answer)


def _attempted(part: str, action: Callable[[], Result]) -> Result | Failure:
    """Return what `action` returns, or a line that says why it could not."""
    try:
        return action()
    except ModuleNotFoundError as error:
        return Failure(part, f"{error.name} is not installed")
    except Exception as error:  # whatever another counter or a device raises, the rest of the report stands
        return Failure(part, reason(error))


def _bytes(*tensors: torch.Tensor) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
