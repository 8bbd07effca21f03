"""Asks the operating system how much main memory there is and how much of it could still be taken."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")  # a container sees its own group there: see the kernel's cgroup-v2.rst


def available_memory_bytes() -> int | None:
    """Return the main memory that a process could still take, swap left out; None where the system does not tell.

    Linux tells what could be freed for it (`MemAvailable`), less where a control group allows less. Windows tells what
    is free. macOS does not tell in a stable way; there it is all of the memory.
    """
    if sys.platform == "win32":
        return _windows_memory()[1]
    with suppress(OSError, KeyError, ValueError):
        return min(kibibyte_lines(_MEMINFO)["MemAvailable"], _left_to_group())
    return physical_memory_bytes()


def physical_memory_bytes() -> int | None:
    """Return the machine's main memory; None where the system does not tell."""
    if sys.platform == "win32":
        return _windows_memory()[0]
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def kibibyte_lines(path: Path) -> dict[str, int]:
    """Return the lines `Name:  123 kB` of a file of /proc, in bytes."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) == 3 and words[2] == "kB"}


def _left_to_group() -> int:
    """Return what the control group that the process sees may still take; its file cache counts as free."""
    unlimited = sys.maxsize
    with suppress(OSError, KeyError, ValueError):
        limit = (_GROUP / "memory.max").read_text().strip()
        if limit == "max":
            return unlimited
        used = int((_GROUP / "memory.current").read_text())
        counts = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        return max(0, int(limit) - used + int(counts["inactive_file"]))
    return unlimited


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load_percent", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("total_page_file", ctypes.c_uint64),
        ("available_page_file", ctypes.c_uint64),
        ("total_virtual", ctypes.c_uint64),
        ("available_virtual", ctypes.c_uint64),
        ("available_extended_virtual", ctypes.c_uint64),
    )


def _windows_memory() -> tuple[int | None, int | None]:
    """Return all and the free main memory as Windows tells it (GlobalMemoryStatusEx)."""
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    library = getattr(ctypes, "windll", None)  # only Windows has it
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return int(status.total), int(status.available)
