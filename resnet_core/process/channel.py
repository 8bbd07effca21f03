"""Carries messages between a worker and its parent over the worker's original standard streams."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Self

from resnet_core.process.messages import Upward, encode

LONGEST_LINE_BYTES = 64 * 2**20


class Channel:
    """The worker's end: two file descriptors that nothing but this writes to or reads from."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = threading.Lock()

    @classmethod
    def over_standard_streams(cls) -> Self:
        """Take standard input and output for messages.

        What prints to standard output, be it Python or a library in C, lands on standard error from now on; what reads
        standard input finds it empty.
        """
        incoming, outgoing = os.dup(0), os.dup(1)
        empty = os.open(os.devnull, os.O_RDONLY)
        os.dup2(empty, 0)
        os.close(empty)
        os.dup2(2, 1)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - stands as long as the process
        sys.stdout = sys.stderr = _log_stream()
        return cls(incoming, outgoing)

    def send(self, message: Upward) -> None:
        """Send one message from any thread; a parent that is gone is no error, as its end is noticed on its own."""
        line = encode(message)
        with self._lock, suppress(OSError):
            while line:
                line = line[os.write(self._outgoing, line) :]

    def lines(self) -> Iterator[bytes]:
        """Yield each line that comes in, until the parent closes its end or is gone.

        The descriptor is read without a buffer object, whose lock a thread that waits here would hold at exit.
        """
        rest = b""
        while True:
            chunk = b""
            with suppress(OSError):
                chunk = os.read(self._incoming, 65_536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line for line in lines if line.strip())
            if len(rest) > LONGEST_LINE_BYTES:
                rest = b""


def _log_stream() -> io.TextIOWrapper:
    """Return a text stream to standard error, for stray prints, that outlives whoever reads it."""
    raw = io.BufferedWriter(_Outliving())
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


class _Outliving(io.RawIOBase):
    """Writes to standard error; when nobody reads it any more, what is written is dropped."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, data: object) -> int:
        content = bytes(data)  # type: ignore[call-overload]
        with suppress(OSError):
            os.write(2, content)
        return len(content)
