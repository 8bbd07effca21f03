"""Reads how much memory is in use on a device, as exactly as the system tells it."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import torch

from resnet_core.verification.verification_report import MemoryMethod

_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"  # to clear_refs: see proc(5)


class MemoryReading(NamedTuple):
    """Bytes in use, and the most that were since the probe was reset; None where the system does not tell."""

    in_use_bytes: int
    peak_bytes: int | None


def memory_method(device: torch.device) -> MemoryMethod:
    """Return where `read_memory` takes its figures from on `device`."""
    if device.type == "cuda":
        return "cuda_allocator"
    return "mps_allocator" if device.type == "mps" else "resident_set"


def reset_peak(device: torch.device) -> None:
    """Begin a new peak, where the system can."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif device.type == "cpu" and _STATUS.exists():
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text(_RESET_PEAK)


def release_free_memory(device: torch.device) -> None:
    """Give memory that is free, but still the process's, back to the system, so that taking it again shows.

    Only glibc can; elsewhere what was used before may be taken again unseen.
    """
    gc.collect()
    if device.type == "cpu" and sys.platform == "linux":
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)


def read_memory(device: torch.device) -> MemoryReading | None:
    """Return the memory in use on `device`, or None where the system does not tell."""
    if device.type == "cuda":
        return MemoryReading(torch.cuda.memory_allocated(device), torch.cuda.max_memory_allocated(device))
    if device.type == "mps":
        return MemoryReading(torch.mps.current_allocated_memory(), None)
    return _resident()


def free_bytes(device: torch.device) -> int | None:
    """Return the memory that could still be taken on `device`, or None where the system does not tell."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    with suppress(OSError, KeyError, ValueError):
        return _kibibytes(Path("/proc/meminfo"))["MemAvailable"]
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _resident() -> MemoryReading | None:
    with suppress(OSError, KeyError, ValueError):
        status = _kibibytes(_STATUS)
        return MemoryReading(status["VmRSS"], status["VmHWM"])
    if sys.platform == "darwin":
        import resource

        # macOS tells the largest resident size so far, in bytes, and cannot begin anew.
        return MemoryReading(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, None)
    return None


def _kibibytes(path: Path) -> dict[str, int]:
    """Return the lines `Name:  123 kB` of a file of /proc, in bytes."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) == 3 and words[2] == "kB"}
