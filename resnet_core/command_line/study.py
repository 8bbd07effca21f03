"""`study`: examines a network on demand, as it begins or as a run has trained it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from resnet_core.command_line.arguments import UsageError, add_json, read_run_config
from resnet_core.command_line.tables import print_table
from resnet_core.command_line.terminal import prepare_torch, report_job
from resnet_core.configuration.config_file import config_to_toml, validated
from resnet_core.configuration.edits import parse_value, with_value
from resnet_core.drawing.say import as_written
from resnet_core.findings.catalog import STUDIES, read_report, study_named
from resnet_core.process.messages import Study
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_records import RunFolderError

OPTION_PREFIX = "study."


def add_commands(commands: Any) -> None:
    """Declare this file's command on argparse's sub-parsers."""
    names = ", ".join(study.name for study in STUDIES)
    study = commands.add_parser("study", help=f"examine a network on demand: {names}")
    study.add_argument("study", metavar="STUDY", help=names)
    study.add_argument("subject", metavar="RUN_FOLDER|CONFIG", help="a run, by name or folder, or a configuration")
    study.add_argument(
        "--set",
        dest="assignments",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="change one field, as study.steps=50 or training.batch_size=32 (repeatable)",
    )
    study.add_argument("--seed", type=int, metavar="N", help="fixes an untrained network and the order of its batches")
    study.add_argument("--device", metavar="D", help="auto, cpu, cuda or mps")
    add_json(study)
    study.set_defaults(run=run_study)


def run_study(arguments: argparse.Namespace) -> int:
    """Make the study and print what it found."""
    request = study_request(arguments)
    prepare_torch()
    from resnet_core.process.study_job import run_study_job

    return report_job(lambda tell: run_study_job(request, on_progress=tell), print_study, as_json=arguments.json)


def study_request(arguments: argparse.Namespace) -> Study:
    """Return what the words of the command line ask for; raises what the words can be blamed for."""
    study = study_named(arguments.study)
    mine = [text for text in arguments.assignments if text.startswith(OPTION_PREFIX)]
    others = [text for text in arguments.assignments if not text.startswith(OPTION_PREFIX)]
    options = validated(study.options, _options(mine)).model_dump(mode="json")
    folder = _run_folder(arguments.subject)
    if folder is not None:
        if others or arguments.seed is not None:
            raise UsageError(f"{others[0] if others else '--seed'}: a run keeps its own configuration; leave it out")
        return Study(study.name, run_folder=str(folder), options=options, device=arguments.device or "auto")
    run = read_run_config(arguments.subject, others)
    for field, value in (("seed", arguments.seed), ("device", arguments.device)):
        if value is not None:
            run = with_value(run, ("training", field), value)
    return Study(study.name, config_to_toml(run.architecture, run.training), options=options)


def print_study(document: dict[str, Any]) -> None:
    """Print what was studied, what was found in a sentence, and its table."""
    report = read_report(document)
    network = report.network
    when = f"after {network.step} steps" if network.step else "before any training"
    whose = f"{network.run}: " if network.run else ""
    print(f"{whose}{network.architecture} {when}, {network.data}, seed {network.seed}, {network.device}")
    print(report.study.headline(report.found, as_written) + "\n")
    table = report.study.table(report.found)
    print_table(table.header, [tuple("" if cell is None else str(cell) for cell in row) for row in table.rows])
    print(f"\n{report.study.words.source}")


def _options(assignments: list[str]) -> dict[str, Any]:
    options = {}
    for assignment in assignments:
        name, equals, text = assignment.removeprefix(OPTION_PREFIX).partition("=")
        if not equals:
            raise UsageError(f"--set {assignment}: write it as {OPTION_PREFIX}FIELD=VALUE")
        options[name.strip()] = parse_value(text)
    return options


def _run_folder(subject: str) -> Path | None:
    """Return the folder where `subject` is a run; None where it is to be read as a configuration."""
    try:
        return RunLibrary().resolve(subject)
    except RunFolderError:
        return None
