"""Holds the training loop: what it yields, that a seed fixes it, and that pause, stop and resume change nothing."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, RegularizationConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.runs.run_events import (
    CheckpointWritten,
    EvaluationCompleted,
    GradientCaptured,
    RunEvent,
    RunFinished,
    RunStarted,
    StatusChanged,
    StepCompleted,
)
from resnet_core.training.checkpoint import Checkpoint, load_checkpoint
from resnet_core.training.control import TrainingControl
from resnet_core.training.loop import RunContext, train
from tests.training.tiny_runs import (
    STEPS_PER_EPOCH,
    only,
    same_bits,
    tiny_architecture,
    tiny_bottleneck,
    tiny_data,
    tiny_run,
)


def trained(
    folder: Path,
    *,
    stop_after: int | None = None,
    start_from: Checkpoint | None = None,
    architecture: ArchitectureConfig | None = None,
    **recipe: object,
) -> list[RunEvent]:
    """The events of a tiny run, stopped when as many updates as `stop_after` were made."""
    control = TrainingControl()
    found = []
    context = RunContext(checkpoints=folder)
    run = tiny_run(architecture, **recipe)
    for event in train(run, tiny_data(), control=control, context=context, start_from=start_from):
        found.append(event)
        if isinstance(event, StepCompleted) and event.step + 1 == stop_after:
            control.stop()
    return found


def losses(events: list[RunEvent]) -> dict[int, float]:
    return {event.step: event.train_loss for event in only(StepCompleted, events)}


def measured(events: list[RunEvent]) -> list[object]:
    """Everything that was measured, without the times."""
    steps = [event._replace(elapsed_s=0.0) for event in only(StepCompleted, events)]
    return [steps, only(GradientCaptured, events), only(EvaluationCompleted, events)]


def final_state(folder: Path) -> Checkpoint:
    return load_checkpoint(max(folder.iterdir()))


@pytest.fixture(autouse=True)
def drained_after_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the loop may run some steps on before a test hears of one."""
    monkeypatch.setattr("resnet_core.training.measurements.CAPACITY", 1)


def test_that_a_run_yields_its_whole_story_in_order(tmp_path: Path) -> None:
    events = trained(tmp_path, steps=STEPS_PER_EPOCH + 3)
    started = only(RunStarted, events)[0]
    assert isinstance(events[0], RunStarted)
    assert events[1] == StatusChanged("running", 0)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].status == "finished"
    assert started.total_steps == STEPS_PER_EPOCH + 3
    assert started.steps_per_epoch == STEPS_PER_EPOCH
    assert started.boundaries == build_graph(tiny_run().architecture).boundaries
    assert list(losses(events)) == list(range(STEPS_PER_EPOCH + 3))
    rows = only(GradientCaptured, events)
    assert {len(row.boundary_norms) for row in rows} == {len(started.boundaries)}
    evaluations = only(EvaluationCompleted, events)
    assert [(event.step, event.epoch) for event in evaluations] == [(22, 0), (25, 1)]
    assert only(CheckpointWritten, events) == [CheckpointWritten(25, "checkpoints/step-00000025")]


def test_that_epochs_fix_the_number_of_steps_when_steps_are_not_given() -> None:
    events = list(train(tiny_run(steps=0, epochs=2), tiny_data(), control=TrainingControl()))
    assert only(RunFinished, events)[0].step == 2 * STEPS_PER_EPOCH


def test_that_elapsed_time_only_grows(tmp_path: Path) -> None:
    times = [event.elapsed_s for event in only(StepCompleted, trained(tmp_path, steps=6))]
    assert times == sorted(times)
    assert times[0] > 0


def test_that_the_same_seed_gives_the_same_run_and_another_seed_another(tmp_path: Path) -> None:
    first = trained(tmp_path / "a", steps=5)
    assert measured(trained(tmp_path / "b", steps=5)) == measured(first)
    assert losses(trained(tmp_path / "c", steps=5, seed=1)) != losses(first)


@pytest.mark.usefixtures("two_threads")
def test_that_training_leaves_random_generators_and_threads_as_they_were(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    trained(tmp_path, steps=2, threads=1)
    assert bool((torch.get_rng_state() == before).all())
    assert torch.get_num_threads() == 2


def test_that_a_network_learns_the_digits() -> None:
    events = list(train(tiny_run(steps=110), tiny_data(), control=TrainingControl()))
    evaluations = only(EvaluationCompleted, events)
    assert evaluations[-1].test_accuracy > 0.5
    assert evaluations[-1].test_loss < evaluations[0].test_loss


@pytest.mark.parametrize("stop_after", [5, STEPS_PER_EPOCH])
def test_that_a_resumed_run_ends_bit_for_bit_as_one_that_never_stopped(
    tmp_path: Path, stop_after: int
) -> None:
    steps = STEPS_PER_EPOCH + 6
    whole = trained(tmp_path / "whole", steps=steps)
    first = trained(tmp_path / "parts", steps=steps, stop_after=stop_after)
    assert only(RunFinished, first)[0][:2] == ("stopped", stop_after)
    checkpoint = final_state(tmp_path / "parts")
    assert checkpoint.facts.step == stop_after
    second = trained(tmp_path / "parts", steps=steps, start_from=checkpoint)
    assert only(RunStarted, second) == []
    assert measured(first + second) == measured(whole)
    one, other = final_state(tmp_path / "whole"), final_state(tmp_path / "parts")
    assert same_bits(one.model, other.model)
    assert same_bits(one.momentum, other.momentum)
    assert one.momentum.keys() > {"conv1.weight", "fc.bias"}


def test_that_what_is_dropped_follows_from_seed_and_step(tmp_path: Path) -> None:
    noisy = tiny_architecture(regularization=RegularizationConfig(dropout=0.3, stochastic_depth=0.5))
    before = torch.get_rng_state()
    whole = trained(tmp_path / "whole", steps=8, architecture=noisy)
    first = trained(tmp_path / "parts", steps=8, architecture=noisy, stop_after=3)
    torch.rand(100)  # a resumed run is another process, with its own random state
    second = trained(tmp_path / "parts", steps=8, architecture=noisy, start_from=final_state(tmp_path / "parts"))
    assert measured(first + second) == measured(whole)
    assert losses(trained(tmp_path / "calm", steps=8, architecture=tiny_architecture())) != losses(whole)
    torch.set_rng_state(before)
    trained(tmp_path / "again", steps=2, architecture=noisy)
    assert bool((torch.get_rng_state() == before).all())


def test_that_a_run_stopped_at_its_last_step_is_evaluated_when_resumed(tmp_path: Path) -> None:
    stopped = trained(tmp_path, steps=4, stop_after=4)
    assert only(RunFinished, stopped)[0].status == "stopped"
    resumed = trained(tmp_path, steps=4, start_from=final_state(tmp_path))
    assert [event.step for event in only(EvaluationCompleted, resumed)] == [4]
    assert only(RunFinished, resumed)[0].status == "finished"


def test_that_a_checkpoint_of_another_seed_or_network_is_refused(tmp_path: Path) -> None:
    trained(tmp_path, steps=2)
    checkpoint = final_state(tmp_path)
    other = tiny_run().model_copy(update={"architecture": tiny_bottleneck()})
    for run, place in ((tiny_run(seed=5), "training.seed"), (other, "architecture")):
        with pytest.raises(ConfigurationError, match=place):
            list(train(run, tiny_data(), control=TrainingControl(), start_from=checkpoint))


def test_that_a_paused_run_makes_no_step_until_it_may_go_on() -> None:
    control = TrainingControl()
    events: list[RunEvent] = []
    paused = threading.Event()

    def follow(stream: Iterator[RunEvent]) -> None:
        for event in stream:
            events.append(event)
            if isinstance(event, StepCompleted) and event.step == 2:
                control.pause()
            if isinstance(event, StatusChanged) and event.status == "paused":
                paused.set()

    thread = threading.Thread(target=follow, args=(train(tiny_run(steps=6), tiny_data(), control=control),))
    thread.start()
    assert paused.wait(60)
    thread.join(0.3)
    assert thread.is_alive()
    assert events[-1] == StatusChanged("paused", 3)
    control.resume()
    thread.join(60)
    statuses = [(event.status, event.step) for event in only(StatusChanged, events)]
    assert statuses == [("running", 0), ("paused", 3), ("running", 3)]
    assert list(losses(events)) == list(range(6))
    elapsed = [event.elapsed_s for event in only(StepCompleted, events)]
    assert elapsed[3] - elapsed[2] < 0.3, "the pause of 0.3 s is not counted"


def test_that_a_stop_ends_a_pause_with_a_checkpoint(tmp_path: Path) -> None:
    control = TrainingControl()
    control.pause()
    found = []
    for event in train(
        tiny_run(), tiny_data(), control=control, context=RunContext(checkpoints=tmp_path)
    ):
        found.append(event)
        if isinstance(event, StatusChanged) and event.status == "paused":
            control.stop("the window was closed")
    assert found[-1][:2] == ("stopped", 0)
    assert found[-1].message == "the window was closed"
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000000"]


def test_that_a_checkpoint_is_written_on_a_wish_while_training_goes_on(tmp_path: Path) -> None:
    control = TrainingControl()
    steps = []
    for event in train(
        tiny_run(steps=6), tiny_data(), control=control, context=RunContext(checkpoints=tmp_path)
    ):
        if isinstance(event, StepCompleted) and event.step == 1:
            control.checkpoint()
        if isinstance(event, CheckpointWritten):
            steps.append(event.step)
    assert steps == [2, 6]


def test_that_a_stop_while_preparing_ends_without_a_step(tmp_path: Path) -> None:
    control = TrainingControl()
    control.stop()
    context = RunContext(checkpoints=tmp_path)
    events = list(train(tiny_run(steps=0), tiny_data(), control=control, context=context))
    assert [event[:2] for event in events] == [("stopped", 0)]
    assert list(tmp_path.iterdir()) == []


def test_that_a_diverged_run_is_recorded_to_its_end_and_says_so_once(tmp_path: Path) -> None:
    events = trained(tmp_path, steps=12, learning_rate=100.0, warmup_share=0.0, weight_decay=1.0)
    finite = [math.isfinite(loss) for loss in losses(events).values()]
    assert len(finite) == 12
    if all(finite):
        pytest.fail("the run did not diverge, so this test shows nothing")
    end = only(RunFinished, events)[0]
    assert end.status == "finished"
    assert end.message == (
        f"diverged: the loss is not finite from step {finite.index(False)} on; lower training.learning_rate"
    )


def test_that_what_cannot_train_is_refused_before_a_network_is_built() -> None:
    run = tiny_run(max_shift=8)
    with pytest.raises(ConfigurationError, match=r"training\.max_shift"):
        next(train(run, tiny_data(), control=TrainingControl()))


def test_that_an_absent_device_gives_one_line_with_what_there_is() -> None:
    if torch.backends.mps.is_available():
        pytest.skip("there is an MPS device")
    with pytest.raises(ConfigurationError, match=r"training\.device: there is no mps here; take one of auto, .*cpu"):
        next(train(tiny_run(device="mps"), tiny_data(), control=TrainingControl()))


@pytest.mark.gpu
def test_that_a_run_on_cuda_begins_with_the_weights_of_the_cpu(tmp_path: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    on_cpu, on_cuda = trained(tmp_path / "a", steps=3), trained(tmp_path / "b", steps=3, device="cuda")
    assert losses(on_cuda)[0] == pytest.approx(losses(on_cpu)[0], rel=1e-3)
    assert only(RunStarted, on_cuda)[0].device == "cuda:0"
