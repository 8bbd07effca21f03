"""Times pieces of work and prints them as a table, beside a calibration loop that tells the machine's speed."""

from __future__ import annotations

import cProfile
import io
import pstats
import statistics
import time
from collections.abc import Callable, Sequence

Clock = Callable[[], float]
"""Seconds since some moment: `time.perf_counter`, or `time.process_time`, which stands still while others compute."""


def seconds(work: Callable[[], object], repeats: int, clock: Clock = time.perf_counter) -> list[float]:
    """Return how long each of `repeats` calls of `work` took, in seconds."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return times


def milliseconds(
    work: Callable[[], object],
    repeats: int,
    before: Callable[[], object] | None = None,
    clock: Clock = time.perf_counter,
) -> list[float]:
    """Return how long each of `repeats` calls of `work` took, in milliseconds; `before` runs untimed before each."""
    times = []
    for _ in range(repeats):
        if before is not None:
            before()
        times += seconds(work, 1, clock)
    return [1e3 * taken for taken in times]


def profiled(work: Callable[[], object], rows: int = 30) -> str:
    """Return which functions `work` spends its time in: by their own time, then with what they call."""
    profile = cProfile.Profile()
    profile.runcall(work)
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(rows).sort_stats("cumulative").print_stats(rows)
    return text.getvalue()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the sorted values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def calibration_ms(clock: Clock = time.perf_counter) -> float:
    """Return the median time of a fixed loop of plain Python: about 25 ms on an idle core of 2024."""
    return 1e3 * statistics.median(seconds(lambda: sum(i * i for i in range(500_000)), 5, clock))


def print_rows(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], clock: Clock = time.perf_counter
) -> None:
    """Print a table, the calibration loop's time under it."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    print(f"\n{title}")
    for row in (header, *rows):
        first, rest = row[0].ljust(widths[0]), [c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
        print("  ".join((first, *rest)).rstrip())
    print(f"calibration loop {calibration_ms(clock):.1f} ms")
