"""`presets`: lists the published networks with their counts and what was printed of them; builds none."""

from __future__ import annotations

import argparse
from typing import Any, Final

from resnet_core.command_line.arguments import UsageError, add_json
from resnet_core.command_line.tables import count, print_json, print_table
from resnet_core.configuration.presets import Accuracy, Preset, PrintedCount, search_presets

UNITS: Final = {"parameters": 10**6, "macs": 10**9}


def add_commands(commands: Any) -> None:
    """Declare this file's command on argparse's sub-parsers."""
    presets = commands.add_parser("presets", help="list the published networks, or those that some words find")
    presets.add_argument("words", nargs="*", metavar="WORD", help="a name, family, author or year: presets wide 2016")
    add_json(presets)
    presets.set_defaults(run=run_presets)


def run_presets(arguments: argparse.Namespace) -> int:
    """List every preset, or those that have every word."""
    text = " ".join(arguments.words)
    found = search_presets(text)
    if not found:
        raise UsageError(f"presets {text}: no preset has these words; take fewer, or none to list them all")
    if arguments.json:
        print_json({"presets": [_document(entry) for entry in found]})
        return 0
    header = ("name", "family", "published", "parameters", "MACs", "depth")
    print_table(header, [_row(entry) for entry in found], 3)
    return 0


def _row(entry: Preset) -> tuple[str, ...]:
    counts = entry.counts
    return (
        entry.name, entry.family, f"{entry.paper.authors} {entry.year}",
        count(counts.parameters), count(counts.macs), str(counts.depth),
    )  # fmt: skip


def _document(entry: Preset) -> dict[str, Any]:
    return {
        "name": entry.name,
        "aliases": list(entry.aliases),
        "family": entry.family,
        "source": entry.source,
        "title": entry.paper.title,
        "year": entry.year,
        **entry.counts._asdict(),
        "printed": [_printed(figure) for figure in entry.printed],
        "accuracies": [_accuracy(result) for result in entry.accuracies],
    }


def _printed(figure: PrintedCount) -> dict[str, Any]:
    """`printed` has the digits of the source, in units of `unit`."""
    return {
        "quantity": figure.quantity,
        "printed": figure.printed,
        "unit": UNITS[figure.quantity],
        "source": figure.source,
        "agreement": figure.agreement,
    }


def _accuracy(result: Accuracy) -> dict[str, Any]:
    protocol = {"protocol": result.protocol} if result.protocol else {}
    return {
        "measure": result.measure,
        "percent": result.value,
        "data": result.data,
        **protocol,
        "source": result.source,
    }
