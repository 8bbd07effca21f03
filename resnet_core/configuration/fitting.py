"""Turns an architecture and the facts of a data set into the copy that can be trained on it, or says why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.data_catalog import DataSetFacts
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import Fix, Parameter, Problem

ChangedField = Literal["input", "classes", "pooling", "zero_init_residual"]

SMALLEST_NORM_BATCH = 2


class FittingChange(NamedTuple):
    """One thing that was changed: which, and how it reads before and after (`3x224x224`, `1000`, `off`)."""

    field: ChangedField
    before: str
    after: str


class Fitted(NamedTuple):
    """An architecture fitted to data, and what was changed for it; `changes` is empty where it fitted already."""

    config: ArchitectureConfig
    changes: tuple[FittingChange, ...]


def fit_to_data(config: ArchitectureConfig, facts: DataSetFacts) -> Fitted:
    """Return a copy of `config` that takes the images of `facts` and puts out one value a class."""
    image = {"channels": facts.channels, "height": facts.height, "width": facts.width}
    fitted = config.model_copy(
        update={
            "input": config.input.model_copy(update=image),
            "head": config.head.model_copy(update={"classes": facts.classes} | _pooling(config)),
        }
    )
    return Fitted(fitted, tuple(_changes(config, fitted)))


def fit_for_training(run: RunConfig, facts: DataSetFacts) -> Fitted:
    """Return the architecture as `run` will train it: fitted to its data, its branches begun as the recipe says.

    The recipe's zero-init leaves out blocks that pad channels with zeros, which would stay zero.
    """
    config, changes = fit_to_data(run.architecture, facts)
    zero_init = run.training.zero_init_residual and _may_begin_at_zero(config)
    if zero_init and not config.initialization.zero_init_residual:
        start = config.initialization.model_copy(update={"zero_init_residual": True, "zero_init_padded": False})
        config = config.model_copy(update={"initialization": start})
        padded = any(plan.pads_channels for plan in config.block_plans())
        changes = (*changes, FittingChange("zero_init_residual", "off", "on, not where padded" if padded else "on"))
    return Fitted(config, changes)


def is_fitted_copy(fitted: ArchitectureConfig, config: ArchitectureConfig) -> bool:
    """Return whether `fitted` is `config`, or differs from it at most in what fitting it for training changes."""
    head = fitted.head.model_copy(update={"classes": config.head.classes, "pool": config.head.pool})
    begun = config.initialization
    begun_at = {"zero_init_residual": begun.zero_init_residual, "zero_init_padded": begun.zero_init_padded}
    start = fitted.initialization.model_copy(update=begun_at)
    return fitted.model_copy(update={"input": config.input, "head": head, "initialization": start}) == config


def fitting_line(name: str, data_name: str, changes: tuple[FittingChange, ...]) -> str:
    """Return the changes as one English line: `ResNet-50 fitted to digits: input 3x224x224 -> 1x16x16, ...`."""
    parts = (f"{change.field.replace('_', '-')} {change.before} -> {change.after}" for change in changes)
    return f"{name} fitted to {data_name}: " + (", ".join(parts) or "nothing to change")


def is_fitting_line(line: str, name: str) -> bool:
    """Return whether `line` is a `fitting_line` of the architecture `name`, to tell it from a run's other notes."""
    return line.startswith(f"{name} fitted to ")


def training_problems(
    config: ArchitectureConfig, training: TrainingConfig, facts: DataSetFacts | None = None
) -> tuple[Problem, ...]:
    """Return why `config`, fitted already, cannot be trained so; their paths begin with `training`.

    With `facts` the sizes of the data's splits are looked at too.
    """
    problems = [*_accumulation_problems(training), *_norm_problems(config, training), *_shift_problems(training)]
    if facts is not None:
        problems += _split_problems(training, facts)
    return tuple(problems)


def _pooling(config: ArchitectureConfig) -> dict[str, str]:
    """A backbone without a head is trained with the usual one: its last map averaged."""
    return {"pool": "average"} if config.head.pool == "none" else {}


def _changes(before: ArchitectureConfig, after: ArchitectureConfig) -> Iterator[FittingChange]:
    if before.input != after.input:
        yield FittingChange("input", _input_text(before), _input_text(after))
    if before.head.classes != after.head.classes:
        yield FittingChange("classes", str(before.head.classes), str(after.head.classes))
    if before.head.pool != after.head.pool:
        yield FittingChange("pooling", before.head.pool, after.head.pool)


def _input_text(config: ArchitectureConfig) -> str:
    return f"{config.input.channels}x{config.input.height}x{config.input.width}"


def _may_begin_at_zero(config: ArchitectureConfig) -> bool:
    """Return whether any branch may begin at zero; without a shortcut it is all that carries the signal.

    Fixup and SkipInit begin there by themselves.
    """
    if config.initialization.scheme in ("fixup", "skipinit"):
        return False
    return any(plan.shortcut != "none" for plan in config.block_plans())


def _accumulation_problems(training: TrainingConfig) -> Iterator[Problem]:
    """Parts of different sizes would have to be weighted, and BatchNorm would see them so."""
    batch, parts = training.batch_size, training.accumulation
    if batch % parts:
        divisors = (count for count in range(1, batch + 1) if batch % count == 0)
        nearest = min(divisors, key=lambda count: abs(count - parts))
        facts: dict[str, Parameter] = {"batch": batch, "parts": parts, "nearest": nearest}
        path = ("training", "accumulation")
        yield Problem(path, "accumulation_uneven", facts, (Fix(path, nearest),))


def _norm_problems(config: ArchitectureConfig, training: TrainingConfig) -> Iterator[Problem]:
    """BatchNorm has no variance of one value: torch refuses it in training mode."""
    if training.micro_batch >= SMALLEST_NORM_BATCH:
        return
    for node in build_graph(config).nodes:
        _, height, width = node.input_shape
        if node.kind == "batch_norm" and height * width == 1:
            facts: dict[str, Parameter] = {"node": node.id, "batch": training.micro_batch}
            sizes = {"height": height, "width": width}
            place = "batch_size" if training.accumulation == 1 else "accumulation"
            yield Problem(("training", place), "batch_norm_one_value", facts | sizes)
            return


def _shift_problems(training: TrainingConfig) -> Iterator[Problem]:
    if training.max_shift >= training.image_size:
        size = training.image_size
        sizes: dict[str, Parameter] = {"shift": training.max_shift, "size": size, "bound": size - 1}
        yield Problem(("training", "max_shift"), "shift_beyond_image", sizes)


def _split_problems(training: TrainingConfig, facts: DataSetFacts) -> Iterator[Problem]:
    if training.batch_size > facts.train_count:
        counts: dict[str, Parameter] = {"batch": training.batch_size, "count": facts.train_count, "data": facts.name}
        yield Problem(("training", "batch_size"), "batch_exceeds_split", counts)
