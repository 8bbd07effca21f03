"""Makes the run folders that the tests read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from resnet_core.runs.run_events import (
    CaptureCostMeasured,
    EvaluationCompleted,
    GradientCaptured,
    RunEvent,
    RunFinished,
    RunStarted,
    StatusChanged,
    StepCompleted,
)
from resnet_core.runs.run_records import GradientUpdate, ScalarUpdate
from resnet_core.runs.run_store import RunStore

CHECKOUT = Path(__file__).resolve().parents[2]
CONFIG_TOML = 'schema_version = 1\nname = "ResNet-20"\n'
BOUNDARIES = ("relu", "layer1.0.relu2", "layer1.1.relu2", "layer2.0.relu2")
BLOCKS = ("layer1.0", "layer1.1", "layer2.0")
LAYERS = ("conv1", "layer1.0.conv1")


def started(total_steps: int = 20, started_at: str = "2026-03-01T10:00:00Z") -> RunStarted:
    """A run of this many steps in epochs of five."""
    notes = ("Fitted to digits: 16x16, 1 channel, 10 classes.",)
    return RunStarted("my run", "ResNet-20", "cpu", 7, total_steps, 5, BOUNDARIES, "digits", started_at, notes)


def block_quantities(step: int) -> dict[str, tuple[float, ...]]:
    """Two quantities of each block, one of which the last block does not have."""
    return {"branch_norm": (step + 0.5, 2.0, 3.0), "shortcut_norm": (1.0, step / 4, float("nan"))}


def layer_quantities(step: int) -> dict[str, tuple[float, ...]]:
    """Two quantities of each layer that has parameters."""
    return {"gradient_norm": (step + 0.5, 1e-25), "update_ratio": (0.25, float("nan"))}


def step_events(step: int) -> tuple[RunEvent, ...]:
    """What the update `step` records: scalars, a gradient row every second step, a test every fifth."""
    events: list[RunEvent] = []
    if step % 2 == 0:
        norms = tuple(step + 0.25 * i for i in range(len(BOUNDARIES)))
        events.append(GradientCaptured(step, norms, block_quantities(step), layer_quantities(step), LAYERS))
    made = StepCompleted(step, 2.3 / (step + 1), step / 100, 0.1, 0.5 * (step + 1), 2.0 + step, 1.0, 65536.0)
    events.append(made)
    if step % 2 == 0:
        events.append(CaptureCostMeasured(step, 12, 0.013, 0.03, 0.040, 0.046 + step / 1e6, 0.02))
    if step % 5 == 4:
        events.append(EvaluationCompleted(step + 1, step // 5, 2.0 / (step + 1), step / 50))
    return tuple(events)


def write_finished_run(folder: Path, steps: int = 20, started_at: str = "2026-03-01T10:00:00Z") -> Path:
    """A run of `steps` updates that ended well."""
    with RunStore.create(folder, config_toml=CONFIG_TOML) as store:
        store.record_many((started(steps, started_at), StatusChanged("running", 0)))
        for step in range(steps):
            store.record_many(step_events(step))
        store.record(RunFinished("finished", steps, 12.5))
    return folder


def start_writer(folder: Path, plan: str, steps: int = 0) -> subprocess.Popen[str]:
    """Start `scripted_writer` as a process of its own; it says on stdout what it has committed."""
    command = [sys.executable, "-m", "tests.runs.scripted_writer", str(folder), plan, str(steps)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


class Follower:
    """Applies incremental updates as `ScalarUpdate` says, in the plainest way."""

    def __init__(self) -> None:
        self.scalars: dict[str, dict[int, float]] = {}
        self.rows: dict[int, tuple[float, ...]] = {}
        self.blocks: dict[int, dict[str, tuple[float, ...]]] = {}
        self.layers: dict[int, dict[str, tuple[float, ...]]] = {}

    def take_scalars(self, update: ScalarUpdate) -> None:
        if update.rewound_to is not None:
            for values in self.scalars.values():
                for step in [step for step in values if step >= update.rewound_to]:
                    del values[step]
        for name, series in update.series.items():
            self.scalars.setdefault(name, {}).update(zip(series.steps.tolist(), series.values, strict=True))

    def take_gradients(self, update: GradientUpdate) -> None:
        if update.rewound_to is not None:
            for step in [step for step in self.rows if step >= update.rewound_to]:
                del self.rows[step], self.blocks[step], self.layers[step]
        flow = update.flow
        for place, step in enumerate(flow.steps.tolist()):
            self.rows[step] = tuple(flow.boundary_norms[place])
            self.blocks[step] = {name: tuple(values_SN[place]) for name, values_SN in flow.block_quantities.items()}
            self.layers[step] = {name: tuple(values_SL[place]) for name, values_SL in flow.layer_quantities.items()}

    def block_rows(self, name: str) -> np.ndarray:
        """One quantity of blocks, float64 [S, N]; nan where a step was sent without it."""
        absent = (float("nan"),) * len(BLOCKS)
        return np.array([self.blocks[step].get(name, absent) for step in sorted(self.blocks)])

    def layer_rows(self, name: str) -> np.ndarray:
        """The same of layers, float64 [S, L]."""
        absent = (float("nan"),) * len(LAYERS)
        return np.array([self.layers[step].get(name, absent) for step in sorted(self.layers)])

    def series_of(self, name: str) -> tuple[list[int], np.ndarray]:
        values = self.scalars.get(name, {})
        return sorted(values), np.array([values[step] for step in sorted(values)], dtype=np.float64)
