"""Runs for the tests of tracks: made-up ones with exact numbers, and one whose numbers behave as a real one's do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.layer_cost import parameters_of
from resnet_core.architecture.graph import Graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.runs.run_events import LAYER_QUANTITIES
from resnet_core.runs.run_records import RunSummary

FloatArray = NDArray[np.float64]


class MadeUpRun(NamedTuple):
    """A run that nobody trained; it has what `RunFlow` asks for."""

    key: str
    summary: RunSummary
    architecture: ArchitectureConfig
    boundaries: tuple[str, ...]
    gradient_steps: NDArray[np.int64]
    boundary_norms: FloatArray
    block_quantities: Mapping[str, FloatArray]
    batch_size: int = 0
    layers: tuple[str, ...] = ()
    layer_quantities: Mapping[str, FloatArray] = MappingProxyType({})


def run_of(
    graph: Graph,
    norms_SN: FloatArray,
    quantities: Mapping[str, FloatArray] | None = None,
    *,
    key: str = "run",
    steps: NDArray[np.int64] | None = None,
    batch_size: int = 0,
) -> MadeUpRun:
    """Return a run of `graph` with these numbers, one capture a step where no `steps` are given."""
    steps = np.arange(len(norms_SN), dtype=np.int64) if steps is None else steps
    summary = RunSummary(key, Path(key), key, "finished", step=len(norms_SN))
    return MadeUpRun(key, summary, graph.config, graph.boundaries, steps, norms_SN, quantities or {}, batch_size)


def level_run(graph: Graph, steps: int = 3, value: float = 1e-2, **more: int) -> MadeUpRun:
    """Return a run in which everything has the same value everywhere, the shares one half."""
    shape = (steps, len(graph.blocks))
    even = np.full(shape, value)
    shortcut = np.where([block.plan.shortcut != "none" for block in graph.blocks], even, np.nan)
    quantities = {"branch_norm": even, "shortcut_norm": shortcut, "branch_shortcut_cosine": shortcut * 0,
                  "update_ratio": even, "stream_variance": even, "branch_variance": shortcut / 10,
                  "branch_stream_ratio": shortcut, "dead_fraction": even, "norm_drift": even,
                  "parameter_gradient_norm": even}  # fmt: skip
    run = run_of(graph, np.full((steps, len(graph.boundaries)), value), quantities, **more)  # type: ignore[arg-type]
    return with_layers(run, graph, {name: np.full((steps, 1), value) for name in LAYER_QUANTITIES})


def with_layers(run: MadeUpRun, graph: Graph, rows_SL: Mapping[str, FloatArray]) -> MadeUpRun:
    """Return the run with these values of layers, of all alike where there is one value a step."""
    layers = tuple(node.id for node in graph.nodes if parameters_of(node))
    wide = {name: np.broadcast_to(rows, (len(rows), len(layers))) for name, rows in rows_SL.items()}
    return run._replace(layers=layers, layer_quantities=wide)


def plausible_run(graph: Graph, captures: int, every: int = 1, seed: int = 0) -> MadeUpRun:
    """Return a run as one of a network with BatchNorm goes: gradients level out, branches take over from shortcuts."""
    random = np.random.default_rng(seed)
    blocks = len(graph.blocks)
    has_shortcut = np.array([block.plan.shortcut != "none" for block in graph.blocks])
    time = np.arange(captures)[:, None] / max(captures - 1, 1)
    settled = 1 - np.exp(-6 * time)
    rate = np.where(has_shortcut, 0.05, 0.34) * (1 - 0.7 * settled)
    steps_back = np.cumsum(rate[:, ::-1], axis=1)[:, ::-1]
    level = -2.2 - 0.9 * settled + 0.06 * random.standard_normal((captures, 1))
    noise = 0.04 * random.standard_normal((captures, blocks + 1))
    norms = 10 ** (level + np.concatenate((steps_back, np.zeros((captures, 1))), axis=1) + noise)
    place = np.concatenate([np.arange(stage.stop - stage.first) for stage in graph.stages])[None, :]
    share = 0.75 / (place + 1.4) * (1 - 0.35 * settled) + 0.02 * random.standard_normal((captures, blocks))
    share = np.clip(share, 0.02, 1)
    branch, shortcut = norms[:, :-1] * np.sqrt(share), norms[:, :-1] * np.sqrt(1 - share)
    variance = (1.3 + 0.66 * place) * (1 - 0.3 * settled) * 10 ** (0.02 * random.standard_normal((captures, blocks)))
    updates = 10 ** (-2.1 - 1.2 * settled + 0.12 * random.standard_normal((captures, blocks)))
    forks = np.where(has_shortcut, 1.0, np.nan)
    quantities = {
        "branch_norm": np.where(has_shortcut, branch, norms[:, :-1]),
        "shortcut_norm": shortcut * forks,
        "branch_shortcut_cosine": 0.15 * random.standard_normal((captures, blocks)) * forks,
        "update_ratio": updates,
        "stream_variance": variance,
        "branch_variance": 0.5 * variance / (place + 1.5) * forks,
        "branch_stream_ratio": forks / np.sqrt(place + 1) * 10 ** (0.05 * random.standard_normal((captures, blocks))),
        "dead_fraction": np.clip(0.04 * time + 0.02 * random.standard_normal((captures, blocks)), 0, 1),
        "norm_drift": 10 ** (-0.9 * settled + 0.1 * random.standard_normal((captures, blocks))),
        "parameter_gradient_norm": norms[:, :-1] * 10 ** (0.1 * random.standard_normal((captures, blocks))),
    }
    run = run_of(graph, norms, quantities, steps=np.arange(captures) * every, batch_size=128)
    count = sum(parameters_of(node) > 0 for node in graph.nodes)
    layers: dict[str, FloatArray] = {
        name: 10 ** (level - 0.5 + 0.3 * random.standard_normal((captures, count))) for name in LAYER_QUANTITIES
    }
    return with_layers(run, graph, layers)
