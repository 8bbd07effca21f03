"""Holds what a verification found, as frozen records of plain values with a JSON document of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

MemoryMethod = Literal["resident_set", "cuda_allocator", "mps_allocator"]
MismatchKind = Literal["id", "kind", "inputs", "input_shape", "output_shape", "parameters", "macs"]


class LayerMismatch(NamedTuple):
    """A layer in which the built model differs from the graph; an empty text where one of them lacks it."""

    id: str
    what: MismatchKind
    graph: str
    model: str


class CountItem(NamedTuple):
    """One cause for which a witness counts more (or less) than we do, and by how much.

    `term`, `elements`, `basis` and `coefficient` are those of the ledger: the witness counts `coefficient` for each of
    the `elements`.
    """

    cause: str
    amount: int
    term: str = ""
    elements: int = 0
    basis: str = ""
    coefficient: int = 0


class LayerDifference(NamedTuple):
    """A layer for which a witness counts another number of operations than its convention says."""

    id: str
    expected: int
    found: int


class WitnessCount(NamedTuple):
    """What another counter says of a model, for one image in its own convention.

    Learnable parameters, operations, the operators it says it left out with how often they occur, and operations by
    layer; a layer that it counts nothing of may be absent.
    """

    version: str
    parameters: int
    operations: int
    left_out: tuple[tuple[str, int], ...]
    by_layer: Mapping[str, int] = MappingProxyType({})


class WitnessLine(NamedTuple):
    """A witness's count beside ours, the difference itemised: ours + items + unexplained = theirs.

    `layers` are those of which it counts something else than its convention says; none where it agrees.
    """

    witness: str
    version: str
    ours: int
    items: tuple[CountItem, ...]
    theirs: int
    our_parameters: int
    their_parameters: int
    left_out: tuple[tuple[str, int], ...]
    layers: tuple[LayerDifference, ...] = ()
    convention: str = ""

    @property
    def unexplained(self) -> int:
        """What no known cause accounts for; 0 when the counts agree."""
        return self.theirs - self.ours - sum(item.amount for item in self.items)

    @property
    def agrees(self) -> bool:
        """Whether every difference is explained, layer by layer, and the parameters are the same."""
        return not (self.unexplained or self.layers) and self.our_parameters == self.their_parameters

    def as_document(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return {
            "witness": self.witness,
            "version": self.version,
            "convention": self.convention,
            "macs": self.ours,
            "items": [item._asdict() for item in self.items],
            "unexplained": self.unexplained,
            "layers": [layer._asdict() for layer in self.layers],
            "witness_operations": self.theirs,
            "parameters": self.our_parameters,
            "witness_parameters": self.their_parameters,
            "left_out": dict(self.left_out),
        }


class Failure(NamedTuple):
    """A part of the verification that could not be done, and why in one line."""

    part: str
    reason: str

    def as_document(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return {"part": self.part, "reason": self.reason}


class MeasuredMemory(NamedTuple):
    """Memory relative to before the model was built: with the model, with what forward keeps, with the gradients.

    `resident_set` is the whole process as the system sees it, rough for small networks; the allocators' figures are
    exact. `peak_bytes` is the most during the step, None where the system keeps no peak.
    """

    method: MemoryMethod
    built_bytes: int
    forward_bytes: int
    step_bytes: int
    peak_bytes: int | None

    def as_document(self) -> dict[str, Any]:
        """Return the measurement for JSON; a peak nobody keeps is absent."""
        return {key: value for key, value in self._asdict().items() if value is not None}


class MeasuredStep(NamedTuple):
    """One forward and backward pass in training mode.

    `forecast_bytes` is ours: weights, buffers, gradients and what backward needs, without optimiser, workspace and
    loss; `forecast_peak_bytes` the most of it that is held at once, with what the pass needs in passing. `memory` is
    None where the system does not tell.
    """

    batch: int
    forward_s: float
    backward_s: float
    forecast_bytes: int
    memory: MeasuredMemory | None
    forecast_peak_bytes: int

    @property
    def peak_error(self) -> float | None:
        """The forecast peak's error, (forecast - measured) / measured; None where no peak was measured."""
        peak = None if self.memory is None else self.memory.peak_bytes
        return (self.forecast_peak_bytes - peak) / peak if peak else None

    def as_document(self) -> dict[str, Any]:
        """Return the measurement for JSON; what the system does not tell is absent."""
        document = self._asdict()
        del document["memory"]
        if self.memory is not None:
            document["memory"] = self.memory.as_document()
        if self.peak_error is not None:
            document["peak_error"] = self.peak_error
        return document


class VerificationReport(NamedTuple):
    """A network built on a device, held against its graph and against the witnesses.

    `configuration` is the network as the text of a configuration file.
    """

    name: str
    device: str
    versions: Mapping[str, str]
    build_s: float
    layers: int
    parameters: int
    macs: int
    parameter_bytes: int
    buffer_bytes: int
    mismatches: tuple[LayerMismatch, ...]
    witnesses: tuple[WitnessLine, ...]
    step: MeasuredStep | None
    failures: tuple[Failure, ...]
    configuration: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the model equals the graph and every witness that spoke agrees."""
        return not self.mismatches and all(line.agrees for line in self.witnesses)

    def as_document(self) -> dict[str, Any]:
        """Return the report for JSON; a step that was not measured is absent."""
        document: dict[str, Any] = {
            "name": self.name,
            "device": self.device,
            "agrees": self.agrees,
            "versions": dict(self.versions),
            "build_s": self.build_s,
            "layers": self.layers,
            "parameters": self.parameters,
            "macs": self.macs,
            "parameter_bytes": self.parameter_bytes,
            "buffer_bytes": self.buffer_bytes,
            "mismatches": [mismatch._asdict() for mismatch in self.mismatches],
            "witnesses": [line.as_document() for line in self.witnesses],
            "failures": [failure.as_document() for failure in self.failures],
            "configuration": self.configuration,
        }
        if self.step is not None:
            document["step"] = self.step.as_document()
        return document
