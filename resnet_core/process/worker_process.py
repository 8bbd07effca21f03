"""Runs one worker as a process: starts it, listens to it, tells how it ended, and never leaves it behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import resnet_core
from resnet_core.process.messages import (
    Downward,
    JobDone,
    JobFailed,
    LineRefused,
    MessageError,
    Upward,
    WorkerDied,
    decode_upward,
    encode,
)

Deliver = Callable[[int, Upward], None]
Ended = Callable[[int], None]

MODULE = "resnet_core.process.worker"
STDERR_LINES = 40
KILL_AFTER_S = 2.0


class WorkerProcess:
    """A worker from its start to its end. Its messages are delivered from a thread of its own."""

    def __init__(self, number: int, deliver: Deliver, ended: Ended) -> None:
        """Start the process; raises OSError where the interpreter cannot be started."""
        self.number = number
        self._deliver = deliver
        self._ended = ended
        self._settled = False
        self._ending = False
        self._sending = threading.Lock()
        self._stderr_tail: deque[str] = deque(maxlen=STDERR_LINES)
        self._process = _start()
        self._threads = [
            threading.Thread(target=target, name=f"worker-{number}-{name}", daemon=True)
            for name, target in (("stderr", self._read_stderr), ("stdout", self._read_stdout))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def send(self, message: Downward) -> bool:
        """Send a request or command; return False where the worker is gone."""
        assert self._process.stdin is not None
        try:
            with self._sending:
                self._process.stdin.write(encode(message))
                self._process.stdin.flush()
        except (OSError, ValueError):  # ValueError: it was closed
            return False
        return True

    def ask_to_end(self, *, at_once: bool) -> None:
        """Close the worker's input, upon which a training writes its checkpoint and ends; or end it `at_once`."""
        self._ending = True
        self._close_input()
        if at_once:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the end until `deadline` on the monotonic clock, then enforce it; return when nothing is left."""
        for enforce in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(max(0.0, deadline - time.monotonic()))
                break
            except subprocess.TimeoutExpired:
                enforce()
                deadline = time.monotonic() + KILL_AFTER_S
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(KILL_AFTER_S)

    def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._take(line)
        exit_code = self._process.wait()
        self._threads[0].join(KILL_AFTER_S)
        self._ended(self.number)
        if not self._settled and not self._ending:
            tail = "\n".join(self._stderr_tail)
            self._deliver(self.number, WorkerDied(death_line(exit_code), exit_code, tail))
        self._close_input()

    def _take(self, line: bytes) -> None:
        message: Upward
        try:
            message = decode_upward(line)
        except MessageError as error:
            message = LineRefused(f"the worker sent what is no message: {error}")
        self._settled = self._settled or isinstance(message, JobDone | JobFailed)
        self._deliver(self.number, message)

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._stderr_tail.append(line.decode("utf-8", errors="replace").rstrip())

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError), self._sending:
            self._process.stdin.close()


def death_line(exit_code: int) -> str:
    """Return what is told of a worker that ended before its job did."""
    if exit_code >= 0:
        return f"the engine ended with exit code {exit_code} before its job was done; what it recorded is kept"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    memory = "; the system does so when memory runs out" if name == "SIGKILL" else ""
    return f"the engine was ended by {name}{memory}; what it recorded is kept"


def _start() -> subprocess.Popen[bytes]:
    """Start the interpreter away from the terminal's Ctrl+C, with only our own folders on its path."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE],  # -P: a file in the working directory is never taken for a module
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=worker_environment(),
        start_new_session=os.name == "posix",
        creationflags=flags,
    )


def worker_environment() -> dict[str, str]:
    """Return this process's environment with the folder that holds our packages on PYTHONPATH.

    An installed package is found without; site-packages must not come before the standard library.
    """
    environment = dict(os.environ)
    root = Path(resnet_core.__file__).resolve().parents[1]
    if root.name not in ("site-packages", "dist-packages"):
        given = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *([given] if given else [])])
    return environment
