"""`lesion`: tests the network of a run with each of its blocks removed in turn."""

from __future__ import annotations

import argparse
import math
from typing import Any

from resnet_core.command_line.arguments import add_json
from resnet_core.command_line.tables import print_table
from resnet_core.command_line.terminal import prepare_torch, report_job
from resnet_core.number_text import decimal, percent
from resnet_core.runs.run_library import RunLibrary
from resnet_core.studies.lesion_document import BlockLesion, read_lesion

BAR = 25
"""Characters of the bar of an accuracy of 100 %."""


def add_commands(commands: Any) -> None:
    """Declare this file's command on argparse's sub-parsers."""
    lesion = commands.add_parser("lesion", help="test a trained run without each of its blocks")
    lesion.add_argument("folder", metavar="RUN_FOLDER", help="a run's name or its folder")
    lesion.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda or mps (default auto)")
    add_json(lesion)
    lesion.set_defaults(run=run_lesion)


def run_lesion(arguments: argparse.Namespace) -> int:
    """Test the run's newest checkpoint whole and without each block."""
    folder = RunLibrary().resolve(arguments.folder)
    prepare_torch()
    from resnet_core.process.jobs import run_lesion_job

    return report_job(
        lambda tell: run_lesion_job(folder, arguments.device, on_progress=tell), print_lesion, as_json=arguments.json
    )


def print_lesion(document: dict[str, Any]) -> None:
    """Print what was tested, a row a block with a bar of its accuracy, and the median."""
    network, study = read_lesion(document)
    print(f"{network.run}: {network.architecture} after {network.step} steps, ", end="")
    print(f"{study.images} test images of {network.data}, {study.device}\n")
    whole = BlockLesion("none", study.accuracy, study.loss)
    rows = [(block.id, *_cells(block), _bar(block)) for block in (whole, *study.blocks)]
    print_table(("removed", "accuracy", "loss", "0".ljust(BAR - 5) + "100 %"), [_padded(row) for row in rows])
    for block in study.blocks:
        if not block.removable:
            print(f"{block.id} cannot be removed: {block.reason}")
    if not math.isnan(study.median_accuracy):
        removable = sum(block.removable for block in study.blocks)
        print(f"\nmedian accuracy without one of {removable} blocks: {percent(study.median_accuracy)}")


def _cells(block: BlockLesion) -> tuple[str, str]:
    if not block.removable:
        return "", ""
    return percent(block.accuracy), decimal(block.loss, 3)


def _bar(block: BlockLesion) -> str:
    return "cannot be removed" if not block.removable else "#" * round(BAR * block.accuracy)


def _padded(row: tuple[str, ...]) -> tuple[str, ...]:
    """Fill the last cell, which a table would else align right."""
    return (*row[:-1], row[-1].ljust(BAR))
