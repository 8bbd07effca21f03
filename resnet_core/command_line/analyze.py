"""`analyze`, `compare` and `schema`: everything that is counted without torch."""

from __future__ import annotations

import argparse
from typing import Any

from resnet_core.analysis.convention_switches import read_convention
from resnet_core.analysis.conventions import CONVENTIONS, Convention
from resnet_core.analysis.cost_report import CostReport, GroupCost, cost_report
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.report_diff import Difference, report_diff
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.command_line.arguments import UsageError, add_config, add_json, read_architecture
from resnet_core.command_line.ledger_text import (
    conventions_document,
    ledger_document,
    print_conventions,
    print_ledger,
)
from resnet_core.command_line.memory_text import (
    add_memory_options,
    device_fit,
    memory_document,
    memory_recipe,
    print_memory,
)
from resnet_core.command_line.tables import count, megabytes, print_json, print_table, shape_text, signed
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import json_schema

CONVENTION = (
    "MACs and activations: convolutions and linear layers, one image; 1 MAC = 2 FLOPs; bias, BatchNorm, ReLU, "
    "pooling and additions left out."
)


def add_commands(commands: Any) -> None:
    """Declare this file's commands on argparse's sub-parsers."""
    analyze = commands.add_parser("analyze", help="count a network layer by layer")
    add_config(analyze)
    analyze.add_argument("--input", metavar="CxHxW", help="another input size, for example 3x224x224")
    add_memory_options(analyze)
    analyze.add_argument(
        "--convention",
        metavar="NAME",
        help="count term by term as NAME does, and say why it differs: "
        + ", ".join(convention.id for convention in CONVENTIONS)
        + "; or with switches, as macs+norm+activation or fvcore-norm",
    )
    analyze.add_argument("--ledger", action="store_true", help="the total by every convention")
    add_json(analyze)
    analyze.set_defaults(run=run_analyze)

    compare = commands.add_parser("compare", help="compare networks with the first one")
    add_config(compare, count="+")
    add_json(compare)
    compare.set_defaults(run=run_compare)

    schema = commands.add_parser("schema", help="print the JSON Schema of the configuration file")
    schema.set_defaults(run=run_schema)


def _report_under(recipe: MemoryRecipe, graph: Graph) -> CostReport:
    return cost_report(graph, batch=recipe.batch, optimizer=recipe.optimizer, precision=recipe.precision)


def run_analyze(arguments: argparse.Namespace) -> int:
    """Count one network."""
    recipe = memory_recipe(arguments)
    config = read_architecture(arguments.config, arguments.assignments, arguments.input)
    graph = build_graph(config)
    fit = device_fit(graph, recipe, arguments.device_memory)
    chosen = _convention(arguments.convention)
    if arguments.json:
        report = _report_under(recipe, graph)
        document = report_document(config, report) | {"memory": memory_document(graph, report, fit)}
        if chosen is not None:
            document["ledger"] = ledger_document(graph, chosen)
        if arguments.ledger:
            document["conventions"] = conventions_document(graph)
        print_json(document)
        return 0
    if chosen is None and not arguments.ledger:
        report = _report_under(recipe, graph)
        _print_report(config, report)
        print_memory(graph, report, fit)
    if chosen is not None:
        print_ledger(graph, chosen)
    if arguments.ledger:
        print("" if chosen is None else "\n", end="")
        print_conventions(graph)
    return 0


def _convention(text: str | None) -> Convention | None:
    if text is None:
        return None
    try:
        return read_convention(text)
    except KeyError as error:
        raise UsageError(f"--convention {error.args[0]}") from None


def run_compare(arguments: argparse.Namespace) -> int:
    """Compare each network with the first."""
    if len(arguments.config) < 2:
        raise UsageError(
            "compare: name at least two configurations, for example: skipscope compare ResNet-34 ResNet-50"
        )
    configs = [read_architecture(name, arguments.assignments) for name in arguments.config]
    reports = [cost_report(build_graph(config)) for config in configs]
    if arguments.json:
        print_json(_comparison_document(reports))
        return 0
    header = ("", "parameters", "", "MACs", "", "activations", "training memory", "depth")
    rows = [_network_row(reports[0], report) for report in reports]
    print_table(header, rows)
    for report in reports[1:]:
        print(f"\n{report.name} against {reports[0].name}, by stage")
        print_table(
            ("stage", "parameters", "MACs"),
            [
                (d.id, signed(d.delta("parameters")), signed(d.delta("macs")))
                for d in report_diff(reports[0], report).stages
            ],
        )
    return 0


def run_schema(_arguments: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    print_json(json_schema())
    return 0


def report_document(config: ArchitectureConfig, report: CostReport) -> dict[str, Any]:
    """Return the JSON document of `analyze`; counts are for one image, memory for `batch` images."""
    size = config.input
    return {
        "name": report.name,
        "input": [size.channels, size.height, size.width],
        "batch": report.memory.batch,
        "totals": {
            **_group(report.total),
            "training_memory_bytes": report.memory.total_bytes,
            **_memory(report),
        },
        "stages": [{"id": stage.id, **_group(stage)} for stage in report.stages.values()],
        "blocks": [{"id": block.id, **_group(block)} for block in report.blocks.values()],
        "layers": [_layer(row) for row in report.layers],
    }


def _group(group: GroupCost) -> dict[str, int]:
    return {
        "parameters": group.parameters,
        "macs": group.macs,
        "flops": group.flops,
        "activations": group.activations,
        "depth": group.depth,
        "receptive_field": group.receptive_field,
        "saved_for_backward_bytes": group.saved_bytes,
    }


def _memory(report: CostReport) -> dict[str, Any]:
    memory = report.memory
    return {
        "parameter_bytes": memory.parameter_bytes,
        "gradient_bytes": memory.gradient_bytes,
        "optimizer_bytes": memory.optimizer_bytes,
        "buffer_bytes": memory.buffer_bytes,
        "optimizer": memory.optimizer,
        "precision": memory.precision,
    }


def _layer(row: LayerCost) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "stage": row.stage,
        "block": row.block,
        "input_shape": list(row.input_shape),
        "output_shape": list(row.output_shape),
        "parameters": row.parameters,
        "macs": row.macs,
        "flops": row.flops,
        "activations": row.activations,
        "receptive_field": row.receptive_field,
        "effective_stride": row.effective_stride,
        "saved_for_backward_bytes": row.saved_bytes,
    }


def _print_report(config: ArchitectureConfig, report: CostReport) -> None:
    size = config.input
    print(f"{report.name}  input {size.channels}x{size.height}x{size.width}  depth {report.depth}\n")
    header = ("layer", "kind", "output", "parameters", "MACs", "activations", "receptive field")
    rows: list[tuple[str, ...]] = [
        (
            r.id,
            r.kind,
            shape_text(r.output_shape),
            count(r.parameters),
            count(r.macs),
            count(r.activations),
            str(r.receptive_field),
        )
        for r in report.layers
    ]
    total = report.total
    rows.append(("total", "", "", count(total.parameters), count(total.macs), count(total.activations), ""))
    print_table(header, rows, 2)
    print(f"\n{CONVENTION}")


def _network_row(reference: CostReport, report: CostReport) -> tuple[str, ...]:
    first, total, same = reference.total, report.total, report is reference
    return (
        report.name, count(total.parameters), "" if same else _percent(first.parameters, total.parameters),
        count(total.macs), "" if same else _percent(first.macs, total.macs),
        count(total.activations), megabytes(report.memory.total_bytes), str(total.depth),
    )  # fmt: skip


def _percent(reference: int, other: int) -> str:
    return f"{100 * (other - reference) / reference:+.1f} %"


def _comparison_document(reports: list[CostReport]) -> dict[str, Any]:
    first = reports[0]
    return {
        "reference": first.name,
        "networks": [
            {"name": r.name, "totals": {**_group(r.total), "training_memory_bytes": r.memory.total_bytes}}
            for r in reports
        ],
        "differences": [_difference_document(first, report) for report in reports[1:]],
    }


def _difference_document(reference: CostReport, other: CostReport) -> dict[str, Any]:
    diff = report_diff(reference, other)
    return {
        "name": other.name,
        "totals": _delta(diff.total),
        "stages": [{"id": row.id, **_delta(row)} for row in diff.stages],
        "blocks": [{"id": row.id, **_delta(row)} for row in diff.blocks],
    }


def _delta(row: Difference) -> dict[str, int]:
    return {field: row.delta(field) for field in ("parameters", "macs", "flops", "activations", "depth")}
