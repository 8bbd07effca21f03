"""`latency`: measures how long a network takes, whole and block by block."""

from __future__ import annotations

import argparse
from typing import Any

from resnet_core.analysis.latency import Latency, read_latency
from resnet_core.command_line.arguments import UsageError, add_config, add_json, read_run_config
from resnet_core.command_line.tables import print_table, shape_text
from resnet_core.command_line.terminal import prepare_torch, report_job
from resnet_core.number_text import MINUS, percent, seconds_text

SLOWEST_LAYERS = 5


def add_commands(commands: Any) -> None:
    """Declare this file's command on argparse's sub-parsers."""
    latency = commands.add_parser("latency", help="measure how long each block takes on this machine")
    add_config(latency)
    latency.add_argument("--batch", type=int, default=1, metavar="N", help="images in a pass (default 1)")
    latency.add_argument("--device", default="cpu", metavar="D", help="auto, cpu, cuda or mps (default cpu)")
    latency.add_argument("--repeats", type=int, metavar="N", help="passes (default: as many as fit into some seconds)")
    latency.add_argument("--training", action="store_true", help="time forward and backward of a training step")
    add_json(latency)
    latency.set_defaults(run=run_latency)


def run_latency(arguments: argparse.Namespace) -> int:
    """Measure the pass; `--set training.threads=N` fixes the CPU threads, else the faster number is taken."""
    run = read_run_config(arguments.config, arguments.assignments)
    if arguments.repeats is not None and arguments.repeats < 1:
        raise UsageError(f"--repeats {arguments.repeats}: take a whole number from 1")
    prepare_torch()
    from resnet_core.process.jobs import run_latency_job
    from resnet_core.profiling.latency import LatencyRequest

    request = LatencyRequest(
        batch=arguments.batch,
        device=arguments.device,
        repeats=arguments.repeats or 0,
        threads=run.training.threads,
        training=arguments.training,
    )
    return report_job(
        lambda tell: run_latency_job(run.architecture, request, on_progress=tell),
        print_latency,
        as_json=arguments.json,
    )


def print_latency(document: dict[str, Any]) -> None:
    """Print the conditions, a row a block with its share of the whole pass, and the slowest layers."""
    _, latency = read_latency(document)
    conditions = latency.conditions
    print(f"{document['name']} on {conditions.device_name} ({conditions.device}), {_threads(latency)}, ", end="")
    mode = "forward and backward in training mode" if conditions.training else "forward in evaluation mode"
    print(f"batch {latency.batch} of {shape_text(conditions.input)}, float32, {mode}")
    print(f"medians of {conditions.repeats} passes; torch {conditions.versions['torch']}\n")
    if conditions.training:
        share = sum(latency.backward.values()) / latency.layers_ms
        print(f"the backward pass takes {percent(share)} of the layers' time\n")
    rows = [(id, *_cells(ms, latency.whole_ms)) for id, ms in latency.columns.items()]
    rows.append(("between layers", *_cells(latency.between_ms, latency.whole_ms)))
    rows.append(("whole pass", *_cells(latency.whole_ms, latency.whole_ms)))
    print_table(("block", "time", "share"), rows)
    whole = latency.whole
    print(f"\nhalf of the passes took {_ms(whole.low_ms)} to {_ms(whole.high_ms)}")
    nothing = f"shows {_ms(latency.hook_cost_ms)} of a layer that does nothing, which is taken off"
    print(f"timing every layer took {_ms(latency.hooked_ms)} a pass, and {nothing}")
    slowest = sorted(latency.layers.items(), key=lambda row: -row[1])[:SLOWEST_LAYERS]
    print("slowest layers: " + ", ".join(f"{id} {_ms(ms)}" for id, ms in slowest))


def _cells(ms: float, whole_ms: float) -> tuple[str, str]:
    return _ms(ms), percent(ms / whole_ms)


def _ms(ms: float) -> str:
    return f"{MINUS if ms < 0 else ''}{seconds_text(abs(ms) / 1e3)}"


def _threads(latency: Latency) -> str:
    return f"{latency.threads} CPU thread{'s' if latency.threads > 1 else ''}"
