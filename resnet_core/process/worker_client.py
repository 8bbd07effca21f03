"""Starts workers, hands them their jobs and delivers what they say; the parent's side, without torch and without Qt."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

from resnet_core.process.messages import (
    Command,
    Hello,
    JobDone,
    JobFailed,
    Request,
    Resume,
    StatusReported,
    StopJob,
    Train,
    Upward,
    WorkerDied,
)
from resnet_core.process.worker_process import WorkerProcess

CLOSE_TIMEOUT_S = 15.0


class Delivery(NamedTuple):
    """A message and the number of the worker it comes from; a job has the number of its worker."""

    worker: int
    message: Upward


class WorkerPool:
    """Workers at work, and one spare that has torch loaded already, so that a job begins at once.

    No call blocks but `close`. Messages wait in a queue for `poll`; `on_message`, if given, is called from another
    thread each time one has come. Methods may be called from any thread. Close the pool, or use it in `with`.
    """

    def __init__(self, on_message: Callable[[], None] | None = None, *, keep_spare: bool = True) -> None:
        self._on_message = on_message
        self._keep_spare = keep_spare
        self._deliveries: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._workers: dict[int, WorkerProcess] = {}
        self._training_jobs: set[int] = set()
        self._delays_spare: int | None = None
        self._spare: int | None = None
        self._started = 0
        self._closed = False
        self._hello: Hello | None = None

    @property
    def hello(self) -> Hello | None:
        """What the first worker that was ready told of devices and versions; None until then."""
        return self._hello

    @property
    def jobs(self) -> tuple[int, ...]:
        """The jobs that are under way."""
        with self._lock:
            return tuple(number for number in self._workers if number != self._spare)

    def start(self) -> None:
        """Start the spare worker, if there is none."""
        with self._lock:
            if self._keep_spare and self._spare is None and not self._closed:
                self._spare = self._start_worker()

    def submit(self, request: Request) -> int:
        """Give `request` to the spare worker, or to a new one; return the job's number.

        The spare's successor is started at once; behind a training, only when that runs, as loading torch beside it
        would spoil its measurement of the machine's pace.
        """
        with self._lock:
            if self._closed:
                raise ValueError("the worker pool is closed")
            number, self._spare = self._spare, None
            if number is None or not self._workers[number].send(request):
                number = self._start_worker()
                self._workers[number].send(request)
            if isinstance(request, Train | Resume):
                self._training_jobs.add(number)
                self._delays_spare = number
            else:
                self.start()
            return number

    def send(self, job: int, command: Command) -> bool:
        """Send a command to a job; return whether its worker is there to hear it."""
        with self._lock:
            worker = self._workers.get(job)
        return worker is not None and worker.send(command)

    def cancel(self, job: int) -> None:
        """End a job: a training is asked to stop, and writes its checkpoint; any other is ended at once, wordlessly."""
        with self._lock:
            worker = self._workers.get(job)
            trains = job in self._training_jobs
        if worker is not None and trains:
            worker.send(StopJob())
        elif worker is not None:
            worker.ask_to_end(at_once=True)

    def poll(self) -> list[Delivery]:
        """Return what has come since the last call, oldest first, without waiting."""
        found = []
        while True:
            try:
                found.append(self._deliveries.get_nowait())
            except queue.Empty:
                return found

    def pid_of(self, job: int) -> int | None:
        """Return the process id of a job's worker, or None when it has ended."""
        with self._lock:
            worker = self._workers.get(job)
        return None if worker is None else worker.pid

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """End every worker: trainings write their checkpoint, in at most `timeout_s` together; then they are ended."""
        with self._lock:
            self._closed = True
            workers, spare = list(self._workers.values()), self._spare
        for worker in workers:
            worker.ask_to_end(at_once=worker.number == spare)
        deadline = time.monotonic() + timeout_s
        for worker in workers:
            worker.end(deadline)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_worker(self) -> int:
        self._started += 1
        number = self._started
        self._workers[number] = WorkerProcess(number, self._take, self._forget)
        return number

    def _take(self, number: int, message: Upward) -> None:
        """Queue a message; called from a worker's reading thread."""
        with self._lock:
            if isinstance(message, Hello):
                self._hello = self._hello or message
            settled = isinstance(message, JobDone | JobFailed | WorkerDied)
            running = isinstance(message, StatusReported) and message.status == "running"
            if number == self._delays_spare and (running or settled):
                self._delays_spare = None
                self.start()
        self._deliveries.put(Delivery(number, message))
        if self._on_message is not None:
            self._on_message()

    def _forget(self, number: int) -> None:
        """Let go of a worker whose process has ended."""
        with self._lock:
            self._workers.pop(number, None)
            self._training_jobs.discard(number)
            if self._spare == number:
                self._spare = None
