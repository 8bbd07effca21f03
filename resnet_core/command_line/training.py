"""`check`, `probe`, `train` and `resume`: everything that needs torch, in this process."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.command_line.arguments import UsageError, add_config, add_json, read_run_config
from resnet_core.command_line.check_text import print_verification
from resnet_core.command_line.probe_text import print_probe
from resnet_core.command_line.runs import print_run
from resnet_core.command_line.tables import print_json
from resnet_core.command_line.terminal import clear_line, prepare_torch, say
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.training_config import RunConfig
from resnet_core.runs.run_library import RunLibrary
from resnet_core.runs.run_reader import RunReader

if TYPE_CHECKING:
    from resnet_core.training.control import TrainingControl


def add_commands(commands: Any) -> None:
    """Declare this file's commands on argparse's sub-parsers."""
    check = commands.add_parser("check", help="build a network and have it counted by fvcore, torchinfo and torch")
    add_config(check)
    check.add_argument("--device", default="cpu", metavar="D", help="auto, cpu, cuda or mps (default cpu)")
    add_json(check)
    check.set_defaults(run=run_check)

    probe = commands.add_parser("probe", help="gradient flow at initialisation, on one batch")
    add_config(probe)
    probe.add_argument("--data", default="random", metavar="random|NAME", help="what the batch is (default random)")
    probe.add_argument("--batch", type=int, metavar="N", help="images in the batch")
    _add_recipe(probe)
    add_json(probe)
    probe.set_defaults(run=run_probe)

    train = commands.add_parser("train", help="train for about a minute, or as long as is asked for")
    add_config(train)
    train.add_argument("--data", metavar="NAME", help="digits, cifar10 or an image folder (default digits)")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, metavar="N", help="updates")
    length.add_argument("--epochs", type=int, metavar="N", help="passes over the data")
    _add_recipe(train)
    train.add_argument("--out", metavar="FOLDER", help="the run's folder (default: a new one among your runs)")
    add_json(train)
    train.set_defaults(run=run_train)

    resume = commands.add_parser("resume", help="go on with a stopped run from its checkpoint")
    resume.add_argument("folder", metavar="RUN_FOLDER", help="a run's name or its folder")
    add_json(resume)
    resume.set_defaults(run=run_resume)


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, metavar="N", help="fixes weights, order and shifts (default 0)")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda or mps")


def run_check(arguments: argparse.Namespace) -> int:
    """Build the network on the device and hold every count against the graph's and the witnesses'."""
    prepare_torch()
    from resnet_core.verification.verifier import verify

    config = read_run_config(arguments.config, arguments.assignments).architecture
    report = verify(config, arguments.device, lambda done, total, part: say(f"{done}/{total} {part}"))
    clear_line()
    if arguments.json:
        print_json(report.as_document())
    else:
        print_verification(report)
    return 0 if report.agrees else 1


def run_probe(arguments: argparse.Namespace) -> int:
    """Measure the gradients of one batch before any training."""
    prepare_torch()
    from resnet_core.process.jobs import run_probe_job

    run = _with_recipe(read_run_config(arguments.config, arguments.assignments), arguments)
    document = run_probe_job(run)
    if arguments.json:
        print_json(document)
        return 0
    print_probe(document)
    return 0


def run_train(arguments: argparse.Namespace) -> int:
    """Train a network into a run folder; an interrupt stops it with a checkpoint."""
    run = _with_recipe(read_run_config(arguments.config, arguments.assignments), arguments)
    prepare_torch()
    from resnet_core.process.jobs import run_train_job

    folder = Path(arguments.out) if arguments.out else RunLibrary().new_folder(run.architecture.name)
    try:
        with _interruptible() as control:
            run_train_job(run, folder, control=control, on_progress=None if arguments.json else say)
    finally:
        with suppress(OSError):
            folder.rmdir()  # succeeds only where it is empty, because no run was made in it
    return _report(folder, arguments.json)


def run_resume(arguments: argparse.Namespace) -> int:
    """Go on with a run from its newest checkpoint."""
    folder = RunLibrary().resolve(arguments.folder)
    prepare_torch()
    from resnet_core.process.jobs import run_resume_job

    with _interruptible() as control:
        run_resume_job(folder, control=control, on_progress=None if arguments.json else say)
    return _report(folder, arguments.json)


def _with_recipe(run: RunConfig, arguments: argparse.Namespace) -> RunConfig:
    """Return `run` with what the options say of its recipe; raises ConfigurationError for what cannot be."""
    names = {"batch": "batch_size"}
    chosen = {
        names.get(option, option): getattr(arguments, option, None)
        for option in ("data", "batch", "seed", "device", "steps", "epochs")
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    for length in ("steps", "epochs"):
        if given.get(length) == 0:
            raise UsageError(f"--{length} 0: take a whole number from 1; without it the run takes about a minute")
    data = run.model_dump(mode="json")
    data["training"].update(given)
    return validated(RunConfig, data)


def _report(folder: Path, as_json: bool) -> int:
    reader = RunReader(folder)
    if as_json:
        print_json(reader.as_document())
    else:
        clear_line()
        print_run(reader)
        print(folder)
    return 1 if reader.summary().status == "failed" else 0


@contextmanager
def _interruptible() -> Iterator[TrainingControl]:
    """Yield a control that the first interrupt (Ctrl+C) or termination stops; a second interrupt ends at once."""
    from resnet_core.training.control import TrainingControl

    control = TrainingControl()

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler)
        control.stop("interrupted")

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield control
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
