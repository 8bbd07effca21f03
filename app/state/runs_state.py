"""Holds the runs that are shown: the one that is looked at and those its curves are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from resnet_core.architecture.graph import Graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fitting import is_fitted_copy
from resnet_core.runs.run_records import RunSummary

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class Curve(NamedTuple):
    """One scalar of a run over its steps; steps ascend."""

    steps: IntArray
    values: FloatArray


class ShownRun(NamedTuple):
    """A run as far as it has been read.

    `architecture` is the fitted copy it trains. `gradient_steps` [S] and `boundary_norms` [S, N+1] (float64,
    L2 norms of dLoss/d(block input), the last column the output of the last block) belong to `boundaries`
    [N+1]. `block_quantities` holds what was measured of the N blocks, each float64 [S, N], row for row with
    `gradient_steps`, under its name in `run_events.BLOCK_QUANTITIES`; nan where a block has no such thing or where it
    was not measured yet. It is empty for runs that were recorded before there was any. `batch_size` counts the images
    of a step; 0 where that is not known. `layer_quantities` holds the same, [S, L], of the L `layers` with parameters,
    under the names in `run_events.LAYER_QUANTITIES`.
    """

    summary: RunSummary
    architecture: ArchitectureConfig
    curves: Mapping[str, Curve]
    boundaries: tuple[str, ...]
    gradient_steps: IntArray
    boundary_norms: FloatArray
    block_quantities: Mapping[str, FloatArray] = MappingProxyType({})
    batch_size: int = 0
    layers: tuple[str, ...] = ()
    layer_quantities: Mapping[str, FloatArray] = MappingProxyType({})

    @property
    def key(self) -> str:
        """What tells this run from every other: its folder's name."""
        return self.summary.run

    def norms_at(self, step: int | None) -> FloatArray | None:
        """Return the boundary norms [N+1] of the newest capture up to `step` (None: of all), or None."""
        row = self._row_at(step)
        return None if row is None else self.boundary_norms[row]

    def block_quantity_at(self, name: str, step: int | None) -> FloatArray | None:
        """Return a quantity of the blocks [N] of the newest capture up to `step` (None: of all), or None."""
        row, values_SN = self._row_at(step), self.block_quantities.get(name)
        return None if row is None or values_SN is None else values_SN[row]

    def captured_step_at(self, step: int | None) -> int | None:
        """Return the step of the newest capture up to `step` (None: of all), or None."""
        row = self._row_at(step)
        return None if row is None else int(self.gradient_steps[row])

    def layer_quantity_at(self, name: str, step: int | None) -> Mapping[str, float]:
        """Return a quantity of the newest capture up to `step` (None: of all) by layer; empty where there is none."""
        row, values_SL = self._row_at(step), self.layer_quantities.get(name)
        if row is None or values_SL is None:
            return {}
        return dict(zip(self.layers, values_SL[row].tolist(), strict=True))

    def _row_at(self, step: int | None) -> int | None:
        """The row of the newest capture up to `step`; the first one where `step` lies before it."""
        if not len(self.gradient_steps):
            return None
        if step is None:
            return len(self.gradient_steps) - 1
        return max(int(np.searchsorted(self.gradient_steps, step, side="right")) - 1, 0)


class RunsState(QObject):
    """The runs on screen.

    `advanced` tells that a shown run has new data (at most 20 times a second); `current_changed` that another
    run is looked at, or none; `shown_changed` that the set of shown runs is another; `library_changed` that the
    list on disk is.
    """

    advanced = Signal(str)
    current_changed = Signal()
    shown_changed = Signal()
    library_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[str, ShownRun] = {}
        self._current = ""
        self._library: tuple[RunSummary, ...] = ()

    @property
    def current(self) -> ShownRun | None:
        """The run that is looked at."""
        return self._shown.get(self._current)

    @property
    def shown(self) -> tuple[ShownRun, ...]:
        """Every shown run, oldest first."""
        return tuple(self._shown.values())

    @property
    def library(self) -> tuple[RunSummary, ...]:
        """Every run on disk, newest first."""
        return self._library

    def run_for(self, graph: Graph) -> ShownRun | None:
        """Return the run that trains a copy of this very network: the current one if it does, else the newest."""
        fitting = [run for run in self._shown.values() if _belongs(run, graph)]
        if self.current in fitting:
            return self.current
        return fitting[-1] if fitting else None

    def put(self, run: ShownRun) -> None:
        """Show a run, or show what it has gained; the services that read runs call this."""
        is_new = run.key not in self._shown
        self._shown[run.key] = run
        if is_new:
            self.shown_changed.emit()
            if run.key == self._current:
                self.current_changed.emit()
        self.advanced.emit(run.key)

    def hide(self, key: str) -> None:
        """Take a run off the screen; it stays on disk."""
        if self._shown.pop(key, None) is None:
            return
        if key == self._current:
            self.look_at(next(reversed(self._shown), ""))
        self.shown_changed.emit()

    def look_at(self, key: str) -> None:
        """Make a run the current one, as soon as it is shown; an empty key looks at none."""
        if key != self._current:
            self._current = key
            self.current_changed.emit()

    def set_library(self, library: tuple[RunSummary, ...]) -> None:
        """Take the list of runs on disk."""
        if library != self._library:
            self._library = library
            self.library_changed.emit()


def _belongs(run: ShownRun, graph: Graph) -> bool:
    """Return whether `run` trains `graph`: an edited copy may have the same name and the same boundaries."""
    return run.boundaries == graph.boundaries and is_fitted_copy(run.architecture, graph.config)
