"""How numbers come from the device: in order, as they were when they were sent, and without waiting for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from resnet_core.runs.run_events import GradientCaptured, StepCompleted
from resnet_core.training.control import TrainingControl
from resnet_core.training.loop import train
from resnet_core.training.read_back import SLOTS_AT_FIRST, DirectReadBack, PinnedReadBack, read_back
from resnet_core.training.step_clock import EventClock, WallClock, step_clock
from tests.training.tiny_runs import only, tiny_data, tiny_run


class Stream:
    """A device that works off its events only when it is told to, counted in milliseconds."""

    def __init__(self) -> None:
        self.passed, self.waits, self.now_ms = 0, 0, 0.0
        self._recorded = 0

    def event(self) -> StreamEvent:
        return StreamEvent(self)

    def next_number(self) -> int:
        self._recorded += 1
        return self._recorded

    def pass_all(self) -> None:
        self.passed = self._recorded


class StreamEvent:
    """What a `torch.cuda.Event` does, on a `Stream`."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._number, self._at_ms = 0, 0.0

    def record(self) -> None:
        self._number, self._at_ms = self._stream.next_number(), self._stream.now_ms

    def query(self) -> bool:
        return self._stream.passed >= self._number

    def synchronize(self) -> None:
        if not self.query():
            self._stream.waits += 1
            self._stream.passed = self._number

    def elapsed_time(self, later: StreamEvent) -> float:
        return later._at_ms - self._at_ms


def test_that_main_memory_is_read_where_it_lies() -> None:
    way: DirectReadBack[str] = DirectReadBack()
    buffer = torch.arange(3.0)
    way.send("first", (buffer,))
    ((tag, host),) = list(way.arrived())
    assert tag == "first" and host(buffer) is buffer
    assert list(way.arrived(wait=True)) == []


def test_that_what_was_sent_arrives_in_order_and_as_it_was_once_the_device_has_copied_it() -> None:
    stream = Stream()
    way: PinnedReadBack[int] = PinnedReadBack(stream.event, pinned=False)
    buffer = torch.zeros(2, dtype=torch.float64)
    for number in range(3):
        buffer.fill_(number)
        way.send(number, (buffer,))
    assert list(way.arrived()) == [] and stream.waits == 0
    stream.passed = 2
    assert [(tag, host(buffer).tolist()) for tag, host in way.arrived()] == [(0, [0.0, 0.0]), (1, [1.0, 1.0])]
    assert stream.waits == 0
    assert [(tag, host(buffer).tolist()) for tag, host in way.arrived(wait=True)] == [(2, [2.0, 2.0])]
    assert stream.waits == 1


def test_that_copies_are_used_again_and_made_where_all_are_under_way() -> None:
    stream = Stream()
    way: PinnedReadBack[int] = PinnedReadBack(stream.event, pinned=False)
    buffers = torch.zeros(2), torch.ones(3, 4)
    places: set[int] = set()
    for number in range(3 * SLOTS_AT_FIRST):
        way.send(number, buffers)
        stream.pass_all()
        places |= {host(buffers[1]).data_ptr() for _, host in way.arrived()}
    assert len(places) <= SLOTS_AT_FIRST
    for number in range(2 * SLOTS_AT_FIRST):
        way.send(number, buffers)
    assert len({host(buffers[1]).data_ptr() for _, host in way.arrived(wait=True)}) == 2 * SLOTS_AT_FIRST


def test_that_the_cpu_is_timed_by_the_wall_and_read_directly() -> None:
    assert isinstance(step_clock(torch.device("cpu")), WallClock)
    assert isinstance(read_back(torch.device("cpu")), DirectReadBack)
    clock = WallClock()
    for _ in range(2):
        clock.begin()
        clock.end()
    assert len(durations := clock.durations()) == 2 and min(durations) >= 0
    assert clock.durations() == []


def test_that_steps_of_a_device_are_timed_by_events_that_are_read_once_it_has_passed_them() -> None:
    stream = Stream()
    clock = EventClock(stream.event)
    for milliseconds in (3.0, 5.0):
        clock.begin()
        stream.now_ms += milliseconds
        clock.end()
    stream.passed = 2
    assert clock.durations() == pytest.approx([0.003])
    stream.pass_all()
    assert clock.durations() == pytest.approx([0.005])
    assert stream.waits == 0


def test_that_a_run_whose_numbers_arrive_late_tells_the_same_story(monkeypatch: pytest.MonkeyPatch) -> None:
    def story(way: Callable[[torch.device], object] | None = None) -> list[object]:
        if way is not None:
            monkeypatch.setattr("resnet_core.training.measurements.read_back", way)
        events = list(train(tiny_run(steps=30, capture_every=7), tiny_data(), control=TrainingControl()))
        steps = [event._replace(elapsed_s=0.0) for event in only(StepCompleted, events)]
        captured = [(e.step, e.boundary_norms, repr(e.block_quantities)) for e in only(GradientCaptured, events)]
        return [steps, captured]

    stream = Stream()
    straight = story()
    assert story(lambda _device: PinnedReadBack(stream.event, pinned=False)) == straight
    assert stream.waits > 0  # nothing was there before the end of an epoch, or of the run, was waited for


@pytest.mark.gpu
def test_that_on_cuda_a_run_reads_its_numbers_without_waiting_for_the_device() -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    device = torch.device("cuda:0")
    way = read_back(device)
    buffer = torch.zeros(4, dtype=torch.float64, device=device)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for number in range(20):
            buffer.fill_(number)
            way.send(number, (buffer,))
            for tag, host in way.arrived():
                assert host(buffer).tolist() == [tag] * 4
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert all(host(buffer).tolist() == [tag] * 4 for tag, host in way.arrived(wait=True))
    events = list(train(tiny_run(steps=60, capture_every=0, device="cuda"), tiny_data(), control=TrainingControl()))
    assert [event.step for event in only(StepCompleted, events)] == list(range(60))
    assert [event.step for event in only(GradientCaptured, events)][:11] == list(range(11))
