"""Tells whether the process that writes a run still lives."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

HEARTBEAT_STALE_S: Final = 60.0
"""After this long without a heartbeat a writer on another host is taken for dead."""

_TOKEN_TRUST_S: Final = 10.0  # with a heartbeat this fresh, a process of the same id is the same process


class WriterProcess(NamedTuple):
    """Who writes a run: process id, host name, a token that differs when the id is reused, and the last
    heartbeat in seconds since 1970, UTC.
    """

    pid: int
    host: str
    start_token: str
    heartbeat_at: float


def current_writer() -> WriterProcess:
    """Describe the calling process, with a heartbeat of now."""
    pid = os.getpid()
    return WriterProcess(pid, socket.gethostname(), process_start_token(pid) or "", time.time())


def writer_is_alive(writer: WriterProcess) -> bool:
    """Whether the writer lives: on this host by its process, on another one by its heartbeat."""
    heartbeat_age_s = time.time() - writer.heartbeat_at
    if writer.host != socket.gethostname():
        return heartbeat_age_s < HEARTBEAT_STALE_S
    if not sys.platform.startswith(("linux", "win")):
        # Asking for the token starts a process here, so it is done only when the heartbeat leaves a doubt.
        if not _signal_reaches(writer.pid):
            return False
        if heartbeat_age_s < _TOKEN_TRUST_S:
            return True
    token = process_start_token(writer.pid)
    return token is not None and token == writer.start_token


def process_start_token(pid: int) -> str | None:
    """A text that differs between two processes that had the same id; None when no such process runs."""
    if sys.platform == "win32":
        return _windows_start_token(pid)
    if sys.platform.startswith("linux"):
        return _linux_start_token(pid)
    return _ps_start_token(pid)


def _linux_start_token(pid: int) -> str | None:
    """Boot id and start time in clock ticks since boot (proc(5), field 22 of /proc/PID/stat)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field, the command in parentheses, may itself hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in {"Z", "X"}:  # a zombie writes nothing any more
        return None
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        boot = ""
    return f"{boot}:{fields[19]}"


def _signal_reaches(pid: int) -> bool:
    """Whether a process of this id exists (POSIX only: on Windows `os.kill` would end it)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ps_start_token(pid: int) -> str | None:
    """The start time as `ps` prints it; None for a process that is gone or a zombie."""
    listing = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    state, _, started = listing.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _windows_start_token(pid: int) -> str | None:
    """The creation time of the process in units of 100 ns (GetProcessTimes)."""
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.OpenProcess.restype = wintypes.HANDLE
    query_limited_information, still_active = 0x1000, 259
    handle = kernel32.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return None
    try:
        exit_code = wintypes.DWORD()
        created, ended, kernel, user = (wintypes.FILETIME() for _ in range(4))
        process = wintypes.HANDLE(handle)
        read = kernel32.GetExitCodeProcess(process, ctypes.byref(exit_code)) and kernel32.GetProcessTimes(
            process, ctypes.byref(created), ctypes.byref(ended), ctypes.byref(kernel), ctypes.byref(user)
        )
        if not read or exit_code.value != still_active:
            return None
        return str(created.dwHighDateTime << 32 | created.dwLowDateTime)
    finally:
        kernel32.CloseHandle(wintypes.HANDLE(handle))
