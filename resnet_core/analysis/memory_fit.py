"""Says by arithmetic, before anything is allocated, whether a step or a pass fits into a memory, and what would."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.forward_peak import forward_peak, forward_timeline
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.memory_timeline import MemoryTimeline
from resnet_core.analysis.saved_tensors import FLOAT_BYTES
from resnet_core.analysis.step_peak import UpdateLoop, step_timeline
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.data_catalog import DataSetFacts
from resnet_core.configuration.training_config import EVALUATION_BATCH, RunConfig, TrainingConfig
from resnet_core.configuration.validation import Fix, Parameter, Path, Problem

BATCH_PATH: Path = ("training", "batch_size")
EVALUATION = "evaluation"
_OF_A_PASS: Mapping[str, str] = MappingProxyType(
    {"memory_batch": "memory_pass_batch", "memory_network": "memory_pass_network"}
)


class MemoryFit(NamedTuple):
    """Whether a step of `batch` images fits: what it needs at its peak, what there is, the largest batch that would.

    `needed_bytes` is the forecast of `step_peak`, a lower bound: the convolution library's workspace comes on top.
    `largest_batch` is 0 where not even one image fits, or where the evaluation between steps does not, which needs
    `evaluation_bytes` whatever the batch. `moment` names where the peak is.
    """

    batch: int
    needed_bytes: int
    available_bytes: int
    largest_batch: int
    moment: str
    evaluation_bytes: int = 0

    @property
    def fits(self) -> bool:
        """Whether the forecast peak is within what there is."""
        return self.needed_bytes <= self.available_bytes


class AlsoHeld(NamedTuple):
    """What a job holds besides the step: bytes all the time, and images it evaluates at once (0: none)."""

    fixed_bytes: int = 0
    evaluated_images: int = 0


def fits(
    graph: Graph,
    recipe: MemoryRecipe,
    available_bytes: int,
    *,
    loop: UpdateLoop = "each",
    also: AlsoHeld = AlsoHeld(),  # noqa: B008 - an immutable value
) -> MemoryFit:
    """Return whether training `graph` after `recipe` fits into `available_bytes`.

    The step's bytes grow linearly with the batch at each of its moments, so that the largest batch is an exact integer.
    """
    step = step_timeline(graph, recipe, loop)
    moments = MemoryTimeline(
        step.moments, tuple(size + also.fixed_bytes for size in step.fixed_bytes), step.image_bytes
    )
    needed, moment = moments.peak(recipe.batch)
    largest, evaluation = moments.largest_batch(available_bytes), 0
    if also.evaluated_images:
        passing = forward_peak(graph, also.evaluated_images, precision=recipe.precision).bytes
        evaluation = moments.fixed_bytes[0] + passing  # at the first moment there is only what is always there
        if evaluation > needed:
            needed, moment = evaluation, EVALUATION
        if evaluation > available_bytes:
            largest = 0
    return MemoryFit(recipe.batch, needed, available_bytes, largest, moment, evaluation)


def training_fit(run: RunConfig, facts: DataSetFacts, available_bytes: int, *, on_cpu: bool) -> MemoryFit:
    """Return whether the training of `run`, fitted to its data already, fits into `available_bytes` of its device.

    Besides the steps it evaluates; while it measures its pace it holds the network twice; the images lie in main
    memory.
    """
    training, graph = run.training, build_graph(run.architecture)
    recipe = memory_recipe(training)
    held = 0
    if on_cpu:
        images = facts.train_count + facts.test_count
        held += FLOAT_BYTES * images * facts.channels * facts.height * facts.width
    if not (training.steps or training.epochs):
        memory = cost_report(graph).memory
        held += memory.parameter_bytes + memory.buffer_bytes
    also = AlsoHeld(held, min(EVALUATION_BATCH, facts.test_count))
    fused = training.precision == "float16"
    fit = fits(graph, recipe, available_bytes, loop="none" if fused else "each" if on_cpu else "all", also=also)
    return fit._replace(batch=training.batch_size, largest_batch=fit.largest_batch * training.accumulation)


def memory_recipe(training: TrainingConfig) -> MemoryRecipe:
    """Return what the memory of a step of `training` depends on; both half precisions are mixed ones."""
    return MemoryRecipe(
        training.micro_batch,
        "sgd_momentum" if training.momentum else "sgd",
        "float32" if training.precision == "float32" else "mixed",
        training.accumulation,
        training.checkpointing,
    )


def forward_fit(graph: Graph, batch: int, available_bytes: int) -> MemoryFit:
    """Return whether a forward pass of `batch` images in evaluation mode fits, with the weights, which are built first.

    As `forward_peak` counts: what an operator takes for itself comes on top.
    """
    memory, passing = cost_report(graph).memory, forward_timeline(graph)
    held = memory.parameter_bytes + memory.buffer_bytes
    moments = passing._replace(fixed_bytes=tuple(size + held for size in passing.fixed_bytes))
    needed, moment = moments.peak(batch)
    return MemoryFit(batch, needed, available_bytes, moments.largest_batch(available_bytes), moment)


def pass_problem(fit: MemoryFit, device: str, place: Path) -> Problem | None:
    """Return why a forward pass cannot fit `device`, in the words of `memory_problem`; None where it fits."""
    problem = memory_problem(fit, device, place)
    return problem and problem._replace(message=_OF_A_PASS[problem.message])


def memory_problem(fit: MemoryFit, device: str, place: Path = BATCH_PATH) -> Problem | None:
    """Return why a step cannot fit `device`, with the number and the largest batch that would; None where it fits."""
    if fit.fits:
        return None
    sizes = {"needed": gigabytes(fit.needed_bytes), "available": gigabytes(fit.available_bytes)}
    facts: dict[str, Parameter] = {"device": device, "batch": fit.batch, **sizes}
    if fit.largest_batch:
        fixes = (Fix(place, fit.largest_batch),)
        return Problem(place, "memory_batch", {**facts, "largest": fit.largest_batch}, fixes)
    if fit.evaluation_bytes > fit.available_bytes:
        needed = gigabytes(fit.evaluation_bytes)
        return Problem(place, "memory_evaluation", {**facts, "images": EVALUATION_BATCH, "needed": needed})
    return Problem(place, "memory_network", facts)


def gigabytes(size: int) -> str:
    """Return bytes as decimal gigabytes, or as megabytes below one."""
    return f"{size / 1e6:,.0f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"
