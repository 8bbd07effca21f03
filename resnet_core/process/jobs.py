"""Does what is asked of a worker, in whatever process calls it: train, resume, probe, check, build, time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from resnet_core.analysis.latency import Latency, latency_document
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.memory_fit import memory_problem, training_fit
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import config_to_toml, parse_run_config, validated
from resnet_core.configuration.data_catalog import DataSetFacts, find_data_set
from resnet_core.configuration.fitting import (
    fit_for_training,
    fit_to_data,
    fitting_line,
    is_fitting_line,
    training_problems,
)
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.process.messages import MeasureLatency, Probe, Progress
from resnet_core.process.progress_pace import ProgressPace
from resnet_core.process.run_recorder import Listener, Report, RunLength, RunRecorder
from resnet_core.profiling.latency import LatencyRequest, measure_latency
from resnet_core.runs.run_database import CONFIG_NAME
from resnet_core.runs.run_events import RunEvent, RunFinished
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError, RunSummary
from resnet_core.runs.run_store import RunStore
from resnet_core.training.checkpoint import Checkpoint, load_checkpoint
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet, load_data_set
from resnet_core.training.devices import resolve_device
from resnet_core.training.initial_flow import initial_flow
from resnet_core.training.loop import RunContext, train
from resnet_core.training.precision import refuse_precision
from resnet_core.verification.memory_probe import compact_heap, free_bytes
from resnet_core.verification.memory_refusal import refuse_step

OnProgress = Callable[[Report], None] | None


def run_train_job(
    run: RunConfig,
    run_folder: Path,
    *,
    control: TrainingControl,
    on_progress: OnProgress = None,
    name: str = "",
) -> RunFinished:
    """Fit `run` to its data, train it into `run_folder`, a new run, and return how it ended.

    What it measures stands in the folder. Raises, with no folder made, ConfigurationError or DataSetError for what
    cannot be trained and RunFolderError where the folder holds a run; whatever fails later is recorded there, then
    raised.
    """
    facts = find_data_set(run.training.data, run.training.image_size)
    fitted = fit_for_training(run, facts)
    fitted_run = RunConfig(architecture=fitted.config, training=run.training)
    _refuse_problems(fitted_run, facts)
    room = _room_for(fitted_run, facts)
    notes = (fitting_line(fitted.config.name, facts.name, fitted.changes),) if fitted.changes else ()
    with RunStore.create(run_folder, config_toml=config_to_toml(fitted.config, run.training)) as store:
        context = RunContext(name, notes, store.checkpoints_folder)
        recorder = RunRecorder(store, control, listener(on_progress))

        def begin() -> Iterator[RunEvent]:
            return train(fitted_run, loaded(facts, on_progress), control=control, context=context)

        with room:
            return recorder.record(begin)


def run_resume_job(
    run_folder: Path, *, control: TrainingControl, on_progress: OnProgress = None
) -> RunFinished:
    """Go on with the run in `run_folder` from its latest checkpoint, or from its beginning if it has none.

    Raises RunFolderError where there is no run, it is finished, another process writes it or its checkpoint is damaged.
    """
    reader = RunReader(run_folder)
    run = parse_run_config(reader.config_toml(), str(run_folder / CONFIG_NAME))
    facts = find_data_set(run.training.data, run.training.image_size)
    _refuse_problems(run, facts)
    room = _room_for(run, facts)
    with RunStore.reopen(run_folder) as store:
        summary = reader.summary()
        start, length = _starting_point(reader, summary)
        step = start.facts.step if start else 0
        notes = tuple(note for note in summary.notes if is_fitting_line(note, run.architecture.name))
        context = RunContext("" if summary.name == summary.run else summary.name, notes, store.checkpoints_folder)
        store.rewind_to(step)
        recorder = RunRecorder(store, control, listener(on_progress), length)

        def begin() -> Iterator[RunEvent]:
            return train(run, loaded(facts, on_progress), control=control, context=context, start_from=start)

        with room:
            return recorder.record(begin, step)


def run_probe_job(run: RunConfig, *, on_progress: OnProgress = None) -> dict[str, Any]:
    """Measure the gradient flow of `run.architecture` as it begins, on one batch, and return its JSON document.

    Of the recipe, data (`random`: noise of the network's own input), image size, batch, seed and device count. The
    network is fitted to data that is not random; it begins as it says itself, without the recipe's zero-init. What the
    recipe says of precision, micro-batches and shifts does not hold for a probe.
    Raises ConfigurationError or DataSetError for what cannot be measured.
    """
    facts = _probe_facts(run)
    at_once = run.training.model_copy(update={"precision": "float32", "accumulation": 1, "max_shift": 0})
    probed = RunConfig(architecture=fit_to_data(run.architecture, facts).config, training=at_once)
    _refuse_problems(probed, facts)
    device = resolve_device(run.training.device)
    refuse_step(build_graph(probed.architecture), MemoryRecipe(run.training.batch_size, "sgd"), device)
    listener(on_progress)(Progress("working", text="one forward and one backward pass"))
    data = load_data_set(facts, seed=run.training.seed)
    return initial_flow(probed, data, device)


def run_check_job(
    config: ArchitectureConfig, device: str = "auto", *, on_progress: OnProgress = None
) -> dict[str, Any]:
    """Build the network, have it counted by independent witnesses too, and return the document of `check`."""
    from resnet_core.verification.verifier import verify  # the witnesses are heavy, and no other job needs them

    return verify(config, device, _part_teller(on_progress)).as_document()


def run_build_job(
    config: ArchitectureConfig, device: str = "auto", *, on_progress: OnProgress = None
) -> dict[str, Any]:
    """Build the network on `device` and return its document: time, memory, and whether its counts are the graph's.

    It is that of `check`, with no witness heard. Raises ConfigurationError where the device is absent.
    """
    from resnet_core.verification.verifier import verify

    return verify(config, device, _part_teller(on_progress), witnesses=()).as_document()


class MeasurementStopped(RuntimeError):
    """A measurement that was asked to stop; what it had measured until then is dropped."""


def run_latency_job(
    config: ArchitectureConfig,
    request: LatencyRequest,
    control: TrainingControl | None = None,
    *,
    on_progress: OnProgress = None,
) -> dict[str, Any]:
    """Measure the passes of `config` layer by layer and return the document of `latency`.

    Raises ConfigurationError for what cannot be measured, and MeasurementStopped where `control` was asked to stop.
    """
    tell = ProgressPace(listener(on_progress))
    for state in measure_latency(config, request):
        if isinstance(state, Latency):
            return latency_document(build_graph(config), state)
        if control is not None and control.stopped:
            break
        tell.note(state.done, state.total, state.part)
    raise MeasurementStopped("the measurement was stopped before its end")


def latency_request(request: MeasureLatency) -> LatencyRequest:
    """Return what a message asks to measure with."""
    return LatencyRequest(
        batch=request.batch,
        device=request.device,
        repeats=request.repeats,
        threads=request.threads,
        training=request.training,
    )


def probe_config(request: Probe) -> RunConfig:
    """Return the configuration of a probe with what the request says of data, batch, seed and device."""
    run = parse_run_config(request.config_toml, "the request's configuration")
    chosen = {"data": request.data, "batch_size": request.batch, "seed": request.seed, "device": request.device}
    data = run.model_dump(mode="json")
    data["training"].update(chosen)
    return validated(RunConfig, data)


def _refuse_problems(run: RunConfig, facts: DataSetFacts) -> None:
    """Raise ConfigurationError for all that stands against training `run`, before anything is made or loaded."""
    problems = training_problems(run.architecture, run.training, facts)
    if problems:
        raise ConfigurationError(problems)
    refuse_precision(run.training, resolve_device(run.training.device))


def _room_for(run: RunConfig, facts: DataSetFacts) -> AbstractContextManager[None]:
    """Return how the heap is kept while `run` trains; raises ConfigurationError where it cannot fit its device.

    What freed tensors leave in a heap of pieces may be half of the forecast. Where less than twice the forecast is
    free, the heap is kept compact, which takes longer.
    """
    device = resolve_device(run.training.device)
    free = free_bytes(device)
    if free is None:
        return nullcontext()
    fit = training_fit(run, facts, free, on_cpu=device.type == "cpu")
    problem = memory_problem(fit, str(device))
    if problem is not None:
        raise ConfigurationError([problem])
    return compact_heap(device) if 2 * fit.needed_bytes > free else nullcontext()


def _starting_point(reader: RunReader, summary: RunSummary) -> tuple[Checkpoint | None, RunLength]:
    """Return the checkpoint to go on from, if there is one, and how long the run is."""
    if summary.status == "finished":
        raise RunFolderError(reader.folder, "This run is finished; start a new one with more steps.", "exists")
    path = reader.latest_checkpoint()
    if path is None:
        return None, RunLength()
    start = load_checkpoint(path)
    return start, RunLength(start.facts.total_steps, summary.steps_per_epoch or 0)


def _probe_facts(run: RunConfig) -> DataSetFacts:
    """Return the facts of the probe's data; noise is made to measure for the network."""
    facts = find_data_set(run.training.data, run.training.image_size)
    if facts.kind != "random":
        return facts
    image = run.architecture.input
    return facts._replace(
        channels=image.channels,
        height=image.height,
        width=image.width,
        classes=run.architecture.head.classes,
        train_count=run.training.batch_size,
        test_count=0,
    )


def loaded(facts: DataSetFacts, on_progress: OnProgress) -> TensorDataSet:
    """Return the data set in memory, telling how far its reading is."""
    tell = listener(on_progress)
    return load_data_set(
        facts, progress=lambda done, total: tell(Progress("preparing", done, total, text=f"reading {facts.name}"))
    )


def _part_teller(on_progress: OnProgress) -> Callable[[int, int, str], None]:
    tell = listener(on_progress)
    return lambda done, total, part: tell(Progress("working", done, total, text=part))


def listener(on_progress: OnProgress) -> Listener:
    """Return who is told, or one who does not listen."""
    return on_progress or (lambda _report: None)
