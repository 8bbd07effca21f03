"""Talks with real workers: through the pool, and with the bare process over its pipes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from resnet_core.configuration.config_file import config_to_toml
from resnet_core.process.messages import (
    Hello,
    JobDone,
    JobFailed,
    StatusReported,
    Train,
    Upward,
    WorkerDied,
    decode_upward,
)
from resnet_core.process.worker_client import Delivery, WorkerPool
from resnet_core.process.worker_process import MODULE, worker_environment
from tests.training.tiny_runs import tiny_run

PATIENCE_S = 120.0
"""A worker loads torch in seconds on a free machine; tests wait longer, as nothing here is about speed."""

Expected = TypeVar("Expected", bound=object)


def train_request(folder: Path, **recipe: object) -> Train:
    """A request for a tiny training; without steps it takes long enough to be interrupted."""
    run = tiny_run(**{"steps": 100_000, **recipe})
    return Train(config_to_toml(run.architecture, run.training), str(folder))


class Mailbox:
    """What the workers of a pool said and nobody has asked for yet."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._waiting: deque[Delivery] = deque()

    def await_message(
        self, job: int, kind: type[Expected], matches: Callable[[Expected], bool] = lambda _: True
    ) -> Expected:
        """Return the first message of `kind` from `job` that matches; fail when the job ends without it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self._waiting += self._pool.poll()
            while self._waiting:
                worker, message = self._waiting.popleft()
                if worker != job:
                    continue
                if isinstance(message, kind) and matches(message):
                    return message
                assert not isinstance(message, JobDone | JobFailed | WorkerDied), message
            time.sleep(0.01)
        raise AssertionError(f"no {kind.__name__} came")

    def await_status(self, job: int, status: str) -> StatusReported:
        """Return the report that the job's run has come to `status`."""
        return self.await_message(job, StatusReported, lambda report: report.status == status)

    def rest(self) -> list[Upward]:
        """Return what has come and was not asked for."""
        self._waiting += self._pool.poll()
        return [message for _, message in self._waiting]


def await_that(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


class BareWorker:
    """A worker's process whose lines are written and read by hand; ended when the `with` is left."""

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        command = arguments or ("-P", "-m", MODULE)
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=worker_environment(),
            cwd=cwd,
        )
        self.errors = b""
        # Read at once, so that a worker that prints much is never held up.
        self._reader = threading.Thread(target=self._read_errors)
        self._reader.start()

    def send(self, line: bytes) -> None:
        """Write one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def receive(self) -> Upward:
        """Return the next message; a line that is none raises MessageError."""
        assert self.process.stdout is not None
        return decode_upward(self.process.stdout.readline())

    def receive_until(self, kind: type[Expected]) -> Expected:
        """Return the next message of `kind`."""
        while True:
            message = self.receive()
            if isinstance(message, kind):
                return message

    def close_input(self) -> None:
        """Do what happens when the program that started it dies."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Return the exit status."""
        return self.process.wait(PATIENCE_S)

    def __enter__(self) -> Self:
        assert isinstance(self.receive(), Hello)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors = self.process.stderr.read()


