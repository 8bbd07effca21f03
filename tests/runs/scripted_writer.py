"""Writes a run as a process of its own, by one of a few plans, and says what is committed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from resnet_core.runs.run_events import RunEvent, RunFinished, StatusChanged
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import CONFIG_TOML, started, step_events


def main(folder: Path, plan: str, steps: int) -> None:
    """`finish` after `steps`, write `endlessly`, or get `stuck` in a transaction after `steps`."""
    store = RunStore.create(folder, config_toml=CONFIG_TOML)
    store.record_many((started(steps), StatusChanged("running", 0)))
    print("ready", flush=True)
    step = 0
    while plan == "endlessly" or step < steps:
        store.record_many(step_events(step))
        print(step, flush=True)
        step += 1
    if plan == "stuck":
        store.record_many(_events_that_never_end(step))
    store.record(RunFinished("finished", step, 1.0))
    store.close()


def _events_that_never_end(step: int) -> Iterator[RunEvent]:
    yield from step_events(step)
    print("in the middle", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
