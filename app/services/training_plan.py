"""Turns the open architecture and the recipe into what a worker is asked to train, or says why it cannot be."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.state.engine_state import DeviceFacts
from app.wording import problem_text
from resnet_core.analysis.memory_fit import memory_problem, training_fit
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.data_catalog import DataSetError, DataSetFacts, find_data_set
from resnet_core.configuration.data_errors import DATA_MESSAGES
from resnet_core.configuration.fitting import (
    Fitted,
    FittingChange,
    fit_for_training,
    fit_to_data,
    training_problems,
)
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import ConfigurationError, Problem, dotted
from resnet_core.system_memory import available_memory_bytes

translate = QCoreApplication.translate


class PlanRefused(Exception):
    """What was asked for cannot be trained: one line that says what, where and how to mend it."""


class TrainingPlan(NamedTuple):
    """A run before it is made: its name, architecture and recipe as a file's text, and how it will be fitted."""

    name: str
    config_toml: str
    line: str


def plan_training(
    config: ArchitectureConfig, recipe: TrainingConfig, devices: tuple[DeviceFacts, ...] = ()
) -> TrainingPlan:
    """Return the run of `config` after `recipe`; raises PlanRefused, also where it cannot fit its device's memory.

    `devices` are those the engine told of, the one that `auto` takes first; until it has, only the CPU is known.
    """
    facts = _facts(recipe)
    fitted = fit_for_training(RunConfig(architecture=config, training=recipe), facts)
    problems = training_problems(fitted.config, recipe, facts)
    problems = problems or _memory_problems(RunConfig(architecture=fitted.config, training=recipe), facts, devices)
    if problems:
        raise PlanRefused(_refusal(config.name, problems))
    # The worker fits it again and writes in the run's notes what it changed.
    text = config_to_toml(config, recipe)
    return TrainingPlan(config.name, text, fitting_text(config.name, facts, fitted.changes))


def _memory_problems(run: RunConfig, facts: DataSetFacts, devices: tuple[DeviceFacts, ...]) -> tuple[Problem, ...]:
    """Return why the run cannot fit the memory of its device; nothing where the device or its memory is unknown."""
    choice = run.training.device
    found = next((device for device in devices if choice == "auto" or device.id.startswith(choice)), None)
    name = found.id if found else choice
    on_cpu = name == "cpu"
    memory_bytes = available_memory_bytes() if on_cpu else found.memory_bytes if found else None
    if memory_bytes is None:
        return ()
    problem = memory_problem(training_fit(run, facts, memory_bytes, on_cpu=on_cpu), name)
    return (problem,) if problem is not None else ()


def fitted_to_data(config: ArchitectureConfig, recipe: TrainingConfig) -> tuple[ArchitectureConfig, str]:
    """Return `config` for the recipe's data, and what was changed in one line; raises PlanRefused."""
    facts = _facts(recipe)
    fitted: Fitted = fit_to_data(config, facts)
    return fitted.config, fitting_text(config.name, facts, fitted.changes)


def fitting_text(name: str, facts: DataSetFacts, changes: tuple[FittingChange, ...]) -> str:
    """Return in one line what a copy was changed in to fit the data."""
    if not changes:
        return translate("TrainingPlan", "{name} fits {data} as it is.").format(name=name, data=facts.name)
    texts = {
        "input": translate("TrainingPlan", "input {before} → {after}"),
        "classes": translate("TrainingPlan", "classes {before} → {after}"),
        "pooling": translate("TrainingPlan", "pooling {before} → {after}"),
        "zero_init_residual": translate("TrainingPlan", "zero-init residual {before} → {after}"),
    }
    parts = (texts[change.field].format(before=change.before, after=change.after) for change in changes)
    line = translate("TrainingPlan", "Training a copy of {name} fitted to {data}: {changes}.")
    return line.format(name=name, data=facts.name, changes=", ".join(parts))


def data_set_text(error: DataSetError) -> str:
    """Return what is wrong with a data set, in the language in force."""
    template = translate("DataSet", DATA_MESSAGES[error.message])
    return f"{error.place}: {template.format(**error.parameters)}"


def problems_line(problems: tuple[Problem, ...]) -> str:
    """Return what is wrong with a configuration in one line, each with its place."""
    texts = (f"{dotted(problem.path)}: {problem_text(problem)}" for problem in problems)
    return "; ".join(dict.fromkeys(texts))


def _facts(recipe: TrainingConfig) -> DataSetFacts:
    try:
        return find_data_set(recipe.data, recipe.image_size)
    except DataSetError as error:
        raise PlanRefused(data_set_text(error)) from error
    except ConfigurationError as error:
        raise PlanRefused(problems_line(error.problems)) from error


def _refusal(name: str, problems: tuple[Problem, ...]) -> str:
    line = translate("TrainingPlan", "{name} cannot be trained so: {problems}")
    return line.format(name=name, problems=problems_line(problems))
