"""`runs list|show|export`: what earlier runs recorded, read as the window reads it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from resnet_core.command_line.arguments import UsageError, add_json
from resnet_core.command_line.tables import print_json, print_table
from resnet_core.number_text import percent, seconds_text
from resnet_core.runs.capture_cost import RecordedCost, recorded_cost
from resnet_core.runs.run_export import export_csv, export_json
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunSummary


def add_commands(commands: Any) -> None:
    """Declare `runs` and its own commands."""
    runs = commands.add_parser("runs", help="list, show and export recorded runs")
    runs.set_defaults(run=run_none)
    own = runs.add_subparsers(title="commands", metavar="list|show|export", parser_class=type(runs))

    listing = own.add_parser("list", help="every run, newest first")
    add_json(listing)
    listing.set_defaults(run=run_list)

    show = own.add_parser("show", help="one run with its curves")
    show.add_argument("name", metavar="RUN", help="a run's name or its folder")
    add_json(show)
    show.set_defaults(run=run_show)

    export = own.add_parser("export", help="write a run as CSV files or one JSON file")
    export.add_argument("name", metavar="RUN", help="a run's name or its folder")
    export.add_argument("--out", required=True, metavar="FOLDER|FILE.json", help="where to write")
    export.set_defaults(run=run_export)


def run_none(_arguments: argparse.Namespace) -> int:
    """Refuse `runs` alone."""
    raise UsageError("runs: say which: list, show or export; see skipscope runs --help")


def run_list(arguments: argparse.Namespace) -> int:
    """List the library."""
    library = RunLibrary()
    found = library.list()
    if arguments.json:
        print_json({"runs": [_summary_document(summary) for summary in found]})
    elif not found:
        print(f"{library.root}: no runs yet; `skipscope train ResNet-56` makes one")
    else:
        header = ("run", "status", "steps", "test accuracy", "started")
        print_table(header, [_row(summary) for summary in found], 2)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one run."""
    reader = RunReader(RunLibrary().resolve(arguments.name))
    if arguments.json:
        print_json(reader.as_document())
        return 0
    print_run(reader)
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write one run as CSV or JSON."""
    reader, target = RunReader(RunLibrary().resolve(arguments.name)), Path(arguments.out)
    written = (export_json(reader, target),) if target.suffix == ".json" else export_csv(reader, target)
    for path in written:
        print(path)
    return 0


def print_run(reader: RunReader) -> None:
    """Print a run's summary and its gradient norms at the first and the last capture."""
    summary, flow = reader.summary(), reader.gradient_flow()
    for note in summary.notes:
        print(note)
    header = ("run", "status", "steps", "test accuracy", "started")
    print_table(header, [_row(summary)], 2)
    cost = recorded_cost(reader.scalars())
    if cost is not None:
        print(_cost_line(cost))
    if len(flow.steps):
        print("\ngradient norm at each block boundary (L2 norm of dLoss/dx)")
        first, last = int(flow.steps[0]), int(flow.steps[-1])
        norms = zip(flow.boundaries, flow.boundary_norms[0], flow.boundary_norms[-1], strict=True)
        print_table(
            ("boundary", f"step {first}", f"step {last}"),
            [(id, f"{a:.3e}", f"{b:.3e}") for id, a, b in norms],
        )
    if summary.message:
        print(summary.message)


def _cost_line(cost: RecordedCost) -> str:
    chosen = "as given" if cost.budget is None else f"chosen to stay under {percent(cost.budget, 0)}"
    return (
        f"capture took {percent(cost.share)} of the time, one step in {cost.every} ({chosen}): "
        f"{seconds_text(cost.plain_s)} a step, {seconds_text(cost.captured_s)} a captured one; "
        f"{percent(cost.share_so_far)} with the first steps, which are all captured"
    )


def _row(summary: RunSummary) -> tuple[str, ...]:
    steps = str(summary.step) if summary.total_steps is None else f"{summary.step}/{summary.total_steps}"
    accuracy = "" if summary.test_accuracy is None else f"{100 * summary.test_accuracy:.1f} %"
    return summary.run, summary.error or summary.status, steps, accuracy, summary.started_at or ""


def _summary_document(summary: RunSummary) -> dict[str, Any]:
    fields = {**summary._asdict(), "folder": str(summary.folder)}
    fields.pop("boundaries")
    return {name: list(v) if isinstance(v, tuple) else v for name, v in fields.items() if v is not None and v != ""}
