"""Holds how long each layer of a network took, adds it up by block, and carries it as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.config_file import config_to_toml, parse_run_config

STEM, HEAD = "stem", "head"
_SOURCE = "the measurement's configuration"


class LatencyConditions(NamedTuple):
    """What a measurement was made of and on: everything without which its milliseconds mean nothing.

    `input` is (channels, height, width) of one image. `threads` are those of the CPU, which computes, or launches what
    a GPU computes. `versions` are those of the libraries. With `training` a pass is forward and backward.
    """

    device: str
    device_name: str
    batch: int
    input: tuple[int, int, int]
    training: bool
    threads: int
    repeats: int
    versions: Mapping[str, str]


class TimeSpread(NamedTuple):
    """The median of repeated measurements and the quartiles around it, in milliseconds."""

    median_ms: float
    low_ms: float
    high_ms: float


class Latency(NamedTuple):
    """How long a pass takes, whole and layer by layer; all times in milliseconds, medians of all repeats.

    `whole` was measured without any hooks. `hooked_ms` is the pass in which every layer was timed: it is longer by what
    the hooks cost. `hook_cost_ms` is what they show of a layer that does nothing, `backward_hook_cost_ms` of a step
    back that does nothing; both are taken off. `spreads` has every node of the graph but input and output, in
    execution order, its backward included where there is one; `backward` is that part alone. `columns` are the sums
    of the stem, each block and the head.
    """

    conditions: LatencyConditions
    whole: TimeSpread
    hooked_ms: float
    hook_cost_ms: float
    spreads: Mapping[str, TimeSpread]
    columns: Mapping[str, float]
    backward_hook_cost_ms: float = 0.0
    backward: Mapping[str, float] = MappingProxyType({})

    @property
    def layers(self) -> dict[str, float]:
        """Milliseconds by layer."""
        return {id: spread.median_ms for id, spread in self.spreads.items()}

    @property
    def layers_s(self) -> dict[str, float]:
        """Seconds by layer."""
        return {id: spread.median_ms / 1e3 for id, spread in self.spreads.items()}

    @property
    def device(self) -> str:
        """The device, as torch names it."""
        return self.conditions.device

    @property
    def batch(self) -> int:
        """Images in a pass."""
        return self.conditions.batch

    @property
    def threads(self) -> int:
        """CPU threads."""
        return self.conditions.threads

    @property
    def whole_ms(self) -> float:
        """The whole pass without hooks."""
        return self.whole.median_ms

    @property
    def layers_ms(self) -> float:
        """The sum over all layers."""
        return sum(self.columns.values())

    @property
    def between_ms(self) -> float:
        """What the whole pass takes beyond its layers: calling them, and freeing what nobody reads any more.

        Below 0 where the layers took longer than the pass without hooks: on a busy machine, or by few repeats.
        """
        return self.whole_ms - self.layers_ms

    @property
    def slowest(self) -> str:
        """The stem, block or head that takes longest."""
        return max(self.columns, key=self.columns.__getitem__)

    @property
    def about(self) -> str:
        """The conditions in a few words, the most telling first: "cpu, batch 1, 1 thread"."""
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        parts = [self.device, f"batch {self.batch}", *([threads] if self.device == "cpu" else [])]
        return ", ".join([*parts, *(["forward and backward"] if self.conditions.training else [])])


class PassTimes(NamedTuple):
    """What repeated passes took: whole, with every layer timed, and by layer; all as in Latency."""

    whole: TimeSpread
    hooked_ms: float
    hook_cost_ms: float
    layers: tuple[tuple[str, TimeSpread], ...]
    backward_hook_cost_ms: float = 0.0
    backward: tuple[tuple[str, float], ...] = ()


def latency_of(graph: Graph, conditions: LatencyConditions, times: PassTimes) -> Latency:
    """Return the latency of `graph` from what its layers took; raises ValueError where a layer is missing."""
    expected = [node.id for node in graph.nodes[1:-1]]
    if [id for id, _ in times.layers] != expected:
        raise ValueError(f"times of {len(times.layers)} layers were given, and the graph has {len(expected)}")
    spreads = dict(times.layers)
    return Latency(
        conditions=conditions,
        whole=times.whole,
        hooked_ms=times.hooked_ms,
        hook_cost_ms=times.hook_cost_ms,
        spreads=MappingProxyType(spreads),
        columns=MappingProxyType(_column_sums(graph, spreads)),
        backward_hook_cost_ms=times.backward_hook_cost_ms,
        backward=MappingProxyType(dict(times.backward)),
    )


def latency_document(graph: Graph, latency: Latency) -> dict[str, Any]:
    """Return the document that `latency` prints: plain JSON values, the configuration among them."""
    conditions = latency.conditions
    document: dict[str, Any] = {
        "name": graph.name,
        "device": conditions.device,
        "device_name": conditions.device_name,
        "batch": conditions.batch,
        "input": list(conditions.input),
        "threads": conditions.threads,
        "repeats": conditions.repeats,
        "pass": "training" if conditions.training else "forward",
        "precision": "float32",
        "whole_ms": latency.whole.median_ms,
        "whole_low_ms": latency.whole.low_ms,
        "whole_high_ms": latency.whole.high_ms,
        "hooked_ms": latency.hooked_ms,
        "hook_cost_ms": latency.hook_cost_ms,
        "layers_ms": latency.layers_ms,
        "columns": [{"id": id, "ms": ms} for id, ms in latency.columns.items()],
        "layers": [{"id": id, **spread._asdict()} for id, spread in latency.spreads.items()],
        "versions": dict(conditions.versions),
        "configuration": config_to_toml(graph.config),
    }
    if conditions.training:
        document["backward_hook_cost_ms"] = latency.backward_hook_cost_ms
        for row in document["layers"]:
            row["backward_ms"] = latency.backward[row["id"]]
    return document


def read_latency(document: Mapping[str, Any]) -> tuple[Graph, Latency]:
    """Return the measured network and its latency from a document of `latency_document`."""
    graph = build_graph(parse_run_config(document["configuration"], _SOURCE).architecture)
    conditions = LatencyConditions(
        device=document["device"],
        device_name=document["device_name"],
        batch=document["batch"],
        input=tuple(document["input"]),
        training=document["pass"] == "training",
        threads=document["threads"],
        repeats=document["repeats"],
        versions=MappingProxyType(document["versions"]),
    )
    whole = TimeSpread(document["whole_ms"], document["whole_low_ms"], document["whole_high_ms"])
    rows = [(row["id"], TimeSpread(row["median_ms"], row["low_ms"], row["high_ms"])) for row in document["layers"]]
    times = PassTimes(
        whole=whole,
        hooked_ms=document["hooked_ms"],
        hook_cost_ms=document["hook_cost_ms"],
        layers=tuple(rows),
        backward_hook_cost_ms=document.get("backward_hook_cost_ms", 0.0),
        backward=tuple((row["id"], row["backward_ms"]) for row in document["layers"] if "backward_ms" in row),
    )
    return graph, latency_of(graph, conditions, times)


def spread_of(times_ms: Iterable[float]) -> TimeSpread:
    """Return the median of `times_ms`, of which there is at least one, and the quartiles: the values next to them."""
    ordered = sorted(times_ms)
    middle, quarter = len(ordered) // 2, len(ordered) // 4
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return TimeSpread(median, ordered[quarter], ordered[-1 - quarter])


def _column_sums(graph: Graph, spreads: Mapping[str, TimeSpread]) -> dict[str, float]:
    """Return the sums of the stem, each block and the head."""
    sums = dict.fromkeys((STEM, *(block.id for block in graph.blocks), HEAD), 0.0)
    for node in graph.nodes[1:-1]:
        sums[node.block or node.stage] += spreads[node.id].median_ms
    return sums
