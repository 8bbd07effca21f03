"""Tells the memory of training and of a forward pass: the options that choose it, its text and its JSON document."""

from __future__ import annotations

import argparse
import re
from typing import Any, Final

from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.forward_peak import forward_peak
from resnet_core.analysis.memory import OPTIMIZERS, PRECISIONS, MemoryRecipe
from resnet_core.analysis.memory_fit import MemoryFit, fits, memory_problem
from resnet_core.analysis.step_peak import step_peak
from resnet_core.architecture.graph import Graph
from resnet_core.command_line.arguments import UsageError
from resnet_core.command_line.tables import megabytes, print_table
from resnet_core.configuration.validation import in_english
from resnet_core.system_memory import available_memory_bytes

LEFT_OUT = (
    "workspace and reordered copies of the convolution library",
    "what the allocator loses to rounding and fragments",
)
CONVENTIONS: Final[dict[str, str]] = {
    "saved_for_backward_bytes": "the tensors autograd keeps, each storage once, parameters and buffers left out",
    "gradient_bytes": "gradients of the parameters",
    "weight_copy_bytes": "copies of weights in half precision that autocast makes",
    "step_peak_bytes": "parameters, buffers, optimiser state, images, and all tensors alive at one moment of a step",
    "forward_peak_bytes": "tensors alive at one moment of a forward pass without gradients, in evaluation mode, "
    "nothing in place or folded, the images counted, parameters not",
    "forward_peak_in_place_bytes": "the same with ReLU and addition in place, as torchvision computes",
}
OPTIMIZER_NAMES: Final[dict[str, str]] = {
    "sgd": "SGD", "sgd_momentum": "SGD with momentum", "adam": "Adam", "adamw": "AdamW",
}  # fmt: skip
_UNITS: Final[dict[str, int]] = {"": 1, "MB": 10**6, "GB": 10**9, "MIB": 2**20, "GIB": 2**30}


def add_memory_options(parser: argparse.ArgumentParser) -> None:
    """Add `--batch`, `--optimizer`, `--precision` and `--device-memory`."""
    parser.add_argument("--batch", type=int, default=1, metavar="N", help="images a step, for memory (default 1)")
    parser.add_argument(
        "--optimizer", choices=OPTIMIZERS, default="sgd_momentum", help="for memory (default sgd_momentum)"
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="float32",
        help="for memory; mixed: float32 weights under autocast (default float32)",
    )
    parser.add_argument(
        "--device-memory",
        metavar="SIZE",
        help="refuse, with status 2, what cannot be trained in it: as 24GB or 8GiB, or free for what is free here",
    )


def memory_recipe(arguments: argparse.Namespace) -> MemoryRecipe:
    """Return what the options choose; raises UsageError."""
    if not 1 <= arguments.batch <= 1_000_000:
        raise UsageError(f"--batch {arguments.batch}: take a whole number from 1 to 1000000")
    return MemoryRecipe(arguments.batch, arguments.optimizer, arguments.precision)


def device_fit(graph: Graph, recipe: MemoryRecipe, size: str | None) -> MemoryFit | None:
    """Return how a step fits into the memory that `--device-memory` names, None without it.

    Raises UsageError where it does not fit, with the number and the largest batch that would.
    """
    if size is None:
        return None
    fit = fits(graph, recipe, parse_memory(size))
    problem = memory_problem(fit, "the device", ("--batch",))
    if problem is not None:
        raise UsageError(in_english(problem))
    return fit


def parse_memory(text: str) -> int:
    """Return the bytes of a size such as `24GB` or `8GiB`, or of `free`; raises UsageError."""
    if text.strip().lower() == "free":
        free = available_memory_bytes()
        if free is None:
            raise UsageError("--device-memory free: this system does not tell; write the size, for example 8GB")
        return free
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG]i?B)?", text.strip(), re.IGNORECASE)
    if match is None:
        raise UsageError(f"--device-memory {text}: write it as 24GB, 8GiB or free")
    return int(float(match[1]) * _UNITS[(match[2] or "").upper()])


def memory_document(graph: Graph, report: CostReport, fit: MemoryFit | None = None) -> dict[str, Any]:
    """Return the JSON document of the memory: every part by name, the peaks, and what each counts and leaves out."""
    memory = report.memory
    recipe = MemoryRecipe(memory.batch, memory.optimizer, memory.precision)
    step = step_peak(graph, recipe)
    forward = forward_peak(graph, memory.batch, precision=memory.precision)
    in_place = forward_peak(graph, memory.batch, precision=memory.precision, in_place=True)
    document: dict[str, Any] = {
        "batch": memory.batch,
        "optimizer": memory.optimizer,
        "precision": memory.precision,
        "parameter_bytes": memory.parameter_bytes,
        "buffer_bytes": memory.buffer_bytes,
        "gradient_bytes": memory.gradient_bytes,
        "optimizer_bytes": memory.optimizer_bytes,
        "saved_for_backward_bytes": memory.saved_bytes,
        "weight_copy_bytes": memory.weight_copy_bytes,
        "total_bytes": memory.total_bytes,
        "step_peak_bytes": step.bytes,
        "step_peak_at": step.moment,
        "forward_peak_bytes": forward.bytes,
        "forward_peak_at": forward.moment,
        "forward_peak_in_place_bytes": in_place.bytes,
        "conventions": CONVENTIONS,
        "left_out": list(LEFT_OUT),
    }
    if fit is not None:
        document["device"] = {"available_bytes": fit.available_bytes, "largest_batch": fit.largest_batch}
    return document


def print_memory(graph: Graph, report: CostReport, fit: MemoryFit | None = None) -> None:
    """Print the parts of training memory, the peaks and what is left out."""
    memory = report.memory
    recipe = MemoryRecipe(memory.batch, memory.optimizer, memory.precision)
    step = step_peak(graph, recipe)
    forward = forward_peak(graph, memory.batch, precision=memory.precision)
    images = "1 image" if memory.batch == 1 else f"{memory.batch:,} images"
    rows = [
        ("parameters", memory.parameter_bytes),
        ("buffers", memory.buffer_bytes),
        ("gradients", memory.gradient_bytes),
        ("optimiser state", memory.optimizer_bytes),
        ("kept for backward", memory.saved_bytes),
    ]
    rows += [("copies of weights", memory.weight_copy_bytes)] if memory.weight_copy_bytes else []
    rows += [
        ("together", memory.total_bytes),
        ("peak of a step", step.bytes),
        ("peak of a forward pass", forward.bytes),
    ]
    print(f"\ntraining memory: {images} a step, {memory.precision}, {OPTIMIZER_NAMES[memory.optimizer]}")
    print_table(("", "size"), [(name, megabytes(size)) for name, size in rows])
    print(f"left out: the {LEFT_OUT[0]}; {LEFT_OUT[1]}")
    if fit is not None:
        print(f"fits into {megabytes(fit.available_bytes)}; the largest batch that does: {fit.largest_batch:,}")
