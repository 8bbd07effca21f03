"""Reads how much memory is in use on a device, as exactly as the system tells it."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import torch

from resnet_core.system_memory import available_memory_bytes, kibibyte_lines
from resnet_core.verification.verification_report import MemoryMethod

_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"  # to clear_refs: see proc(5)
# See mallopt(3): larger blocks than the threshold are mapped one by one; glibc raises it up to 32 MiB by itself.
_MMAP_THRESHOLD = -3
_SMALL_BLOCK_BYTES = 128 * 1024
_LARGE_BLOCK_BYTES = 32 * 1024**2


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


@contextmanager
def compact_heap(device: torch.device) -> Iterator[None]:
    """Have large tensors take their memory from the system one by one, and give it back at once, for a while.

    Before its bug 30723 was mended, glibc hardly finds an aligned block again that was freed at the same size, so
    that a heap in which tensors come and go grows by up to a half over what is alive. The price is time: pages are
    new each time.
    """
    options = _allocator_options() if device.type == "cpu" else None
    if options is None:
        yield
        return
    options(_MMAP_THRESHOLD, _SMALL_BLOCK_BYTES)
    try:
        yield
    finally:
        options(_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


def _allocator_options() -> Callable[[int, int], int] | None:
    """Return glibc's mallopt, or None where there is none."""
    if sys.platform != "linux":
        return None
    with suppress(AttributeError, OSError):
        found: Callable[[int, int], int] = ctypes.CDLL(None).mallopt
        return found
    return None


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
    return available_memory_bytes()


def _resident() -> MemoryReading | None:
    with suppress(OSError, KeyError, ValueError):
        status = kibibyte_lines(_STATUS)
        return MemoryReading(status["VmRSS"], status["VmHWM"])
    if sys.platform == "darwin":
        import resource

        # macOS tells the largest resident size so far, in bytes, and cannot begin anew.
        return MemoryReading(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, None)
    return None
