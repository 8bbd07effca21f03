"""Checks that a run stays readable while another process writes it, and when that process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from resnet_core.runs.run_events import RunFinished, StatusChanged
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import ReadCursor
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import Follower, start_writer, step_events

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs waitid and /proc")


@contextmanager
def writer(folder: Path, plan: str, steps: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A writing process that has made its folder, and is gone afterwards."""
    process = start_writer(folder, plan, steps)
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return (line.strip() for line in process.stdout)


def killed_after(folder: Path, step: int) -> int:
    """Let an endless writer commit `step`, kill it with no warning, and return the last step it reported."""
    with writer(folder, "endlessly") as process:
        said = lines(process)
        while int(next(said)) < step:
            pass
        process.kill()
        process.wait()
        return max([step, *map(int, said)])


def test_that_all_that_was_committed_is_read_when_the_writer_is_killed(tmp_path: Path) -> None:
    reported = killed_after(tmp_path / "run", 100)
    reader = RunReader(tmp_path / "run")
    summary = reader.summary()
    assert summary.status == "crashed" and summary.step > reported
    scalars, flow = reader.scalars(), reader.gradient_flow()
    np.testing.assert_array_equal(scalars["train_loss"].steps, np.arange(summary.step))
    np.testing.assert_array_equal(flow.steps, np.arange(0, summary.step, 2))
    np.testing.assert_array_equal(flow.boundary_norms[:, 1], flow.steps + 0.25)
    assert reader.as_document()["status"] == "crashed"


def test_that_looking_at_a_crashed_run_loses_nothing_of_it(tmp_path: Path) -> None:
    killed_after(tmp_path / "run", 20)
    documents = [RunReader(tmp_path / "run").as_document() for _ in range(3)]
    assert documents[0] == documents[1] == documents[2]


def test_that_a_half_written_batch_is_not_seen_when_the_writer_is_killed_in_it(tmp_path: Path) -> None:
    with writer(tmp_path / "run", "stuck", steps=4) as process:
        said = lines(process)
        assert [next(said) for _ in range(5)] == ["0", "1", "2", "3", "in the middle"]
        assert RunReader(tmp_path / "run").summary().status == "running"
    assert RunReader(tmp_path / "run").summary().step == 4


@linux_only
def test_that_a_run_has_crashed_when_its_killed_writer_was_not_waited_for(tmp_path: Path) -> None:
    with writer(tmp_path / "run", "endlessly") as process:
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but its process id is still taken
        assert RunReader(tmp_path / "run").summary().status == "crashed"


def test_that_a_crashed_run_can_be_resumed(tmp_path: Path) -> None:
    killed_after(tmp_path / "run", 30)
    with RunStore.reopen(tmp_path / "run") as store:
        store.rewind_to(10)
        store.record(StatusChanged("running", 10))
        assert RunReader(tmp_path / "run").summary()[3:5] == ("running", 10)
        store.record_many(step_events(10))
        store.record(RunFinished("finished", 11, 9.0))
    assert RunReader(tmp_path / "run").summary()[3:5] == ("finished", 11)
    assert not list((tmp_path / "run").glob("run.db-*"))


def test_that_two_readers_follow_a_writer_to_its_end_and_never_call_it_crashed(tmp_path: Path) -> None:
    statuses: list[set[str]] = [set(), set()]
    followers = [Follower(), Follower()]
    with writer(tmp_path / "run", "finish", steps=150) as process:
        threads = [
            Thread(target=follow, args=(tmp_path / "run", seen, follower))
            for seen, follower in zip(statuses, followers, strict=True)
        ]
        for thread in threads:
            thread.start()
        assert len(list(lines(process))) == 150
        for thread in threads:
            thread.join(60)
        assert process.wait(60) == 0
    assert all(seen <= {"running", "finished"} and "finished" in seen for seen in statuses)
    full = RunReader(tmp_path / "run").scalars()
    for follower in followers:
        assert {name: series.steps.tolist() for name, series in full.items()} == {
            name: sorted(values) for name, values in follower.scalars.items()
        }
        assert sorted(follower.rows) == list(range(0, 150, 2))
    assert not list((tmp_path / "run").glob("run.db-*"))


def follow(folder: Path, statuses: set[str], follower: Follower) -> None:
    """Read increments as fast as they come, until the run says that it is finished."""
    reader, scalar_cursor, gradient_cursor = RunReader(folder), ReadCursor(), ReadCursor()
    while "finished" not in statuses and "crashed" not in statuses:
        statuses.add(reader.summary().status)
        scalar_update = reader.scalars_since(scalar_cursor)
        gradient_update = reader.gradient_rows_since(gradient_cursor)
        scalar_cursor, gradient_cursor = scalar_update.cursor, gradient_update.cursor
        follower.take_scalars(scalar_update)
        follower.take_gradients(gradient_update)
