"""Gathers what a run records, tick by tick, into arrays that grow without being copied for each new row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from app.state.runs_state import Curve, FloatArray, IntArray, ShownRun
from resnet_core.configuration.config_file import parse_run_config
from resnet_core.configuration.training_config import RunConfig
from resnet_core.runs.run_database import CONFIG_NAME
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import GradientFlow, ReadCursor, RunSummary

_FIRST_CAPACITY = 256
_Array = TypeVar("_Array", IntArray, FloatArray)


class GrowingRows:
    """Rows of one measurement, ascending by step: `steps` [S] and `values` [S] or [S, width].

    What `steps` and `values` return is never written again, so it may be kept and read from another thread:
    new rows go behind it, and rows that replace old ones go into a new array.
    """

    def __init__(self, width: int | None = None) -> None:
        self._shape = () if width is None else (width,)
        self._steps: IntArray = np.empty(_FIRST_CAPACITY, np.int64)
        self._values: FloatArray = np.empty((_FIRST_CAPACITY, *self._shape), np.float64)
        self._count = 0

    @property
    def steps(self) -> IntArray:
        """The steps, int64 [S], read-only."""
        return _read_only(self._steps[: self._count])

    @property
    def values(self) -> FloatArray:
        """The values, float64 [S] or [S, width], read-only."""
        return _read_only(self._values[: self._count])

    def drop_from(self, step: int) -> None:
        """Forget every row of `step` and later: a resumed run measures them again."""
        kept = int(np.searchsorted(self._steps[: self._count], step))
        if kept < self._count:
            self._move_into_new(self._steps[:kept], self._values[:kept])

    def insert(self, steps: IntArray, values: FloatArray) -> None:
        """Add rows, ascending by step; a row of a step that is there already replaces it."""
        if not len(steps):
            return
        if self._count and steps[0] <= self._steps[self._count - 1]:
            self._merge(steps, values)
            return
        stop = self._count + len(steps)
        if stop > len(self._steps):
            self._move_into_new(self._steps[: self._count], self._values[: self._count], stop)
        self._steps[self._count : stop] = steps
        self._values[self._count : stop] = values
        self._count = stop

    def _merge(self, steps: IntArray, values: FloatArray) -> None:
        kept = ~np.isin(self._steps[: self._count], steps)
        all_steps = np.concatenate((self._steps[: self._count][kept], steps))
        all_values = np.concatenate((self._values[: self._count][kept], values))
        order = np.argsort(all_steps, kind="stable")
        self._move_into_new(all_steps[order], all_values[order])

    def _move_into_new(self, steps: IntArray, values: FloatArray, at_least: int = 0) -> None:
        capacity = max(_FIRST_CAPACITY, 2 * max(len(steps), at_least))
        self._steps = np.empty(capacity, np.int64)
        self._values = np.empty((capacity, *self._shape), np.float64)
        self._count = len(steps)
        self._steps[: self._count] = steps
        self._values[: self._count] = values


class QuantityRows:
    """Several quantities of the same blocks or layers by name, each row for row with the gradients."""

    def __init__(self) -> None:
        self.rows: dict[str, GrowingRows] = {}

    @property
    def values(self) -> Mapping[str, FloatArray]:
        """Every quantity, float64 [S, width], read-only."""
        return MappingProxyType({name: rows.values for name, rows in self.rows.items()})

    def insert(self, found: Mapping[str, FloatArray], steps: IntArray, before: IntArray, width: int) -> None:
        """Add what was found at `steps`; what a step, or one of those `before`, lacks is nan."""
        for name in found.keys() - self.rows.keys():
            self.rows[name] = GrowingRows(width)
            self.rows[name].insert(before, np.full((len(before), width), np.nan))
        for name, rows in self.rows.items():
            values = found.get(name)
            rows.insert(steps, np.full((len(steps), width), np.nan) if values is None else values)


class RunTrace:
    """One run as far as it has been read; `read_on` costs only what is new. Used from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises RunFolderError, ConfigFileError or ConfigurationError where the folder is no run."""
        self._reader = RunReader(folder)
        config = _config_of(self._reader)
        self.architecture, self._batch_size = config.architecture, config.training.batch_size
        self._scalars: dict[str, GrowingRows] = {}
        self._gradients: GrowingRows | None = None
        self._blocks, self._layers = QuantityRows(), QuantityRows()
        self._layer_ids: tuple[str, ...] = ()
        self._scalar_cursor, self._gradient_cursor = ReadCursor(), ReadCursor()
        self._summary: RunSummary | None = None

    def read_on(self) -> ShownRun | None:
        """Return the run with what it gained since the last call; None where nothing changed.

        Raises RunFolderError where the folder has gone or is damaged.
        """
        # The summary first: what is read after a run has ended is all there is of it.
        summary = self._reader.summary()
        gained = [self._read_scalars(), self._read_gradients(summary)]
        if not any(gained) and summary == self._summary:
            return None
        self._summary = summary
        return self._shown(summary)

    def _read_scalars(self) -> bool:
        update = self._reader.scalars_since(self._scalar_cursor)
        self._scalar_cursor = update.cursor
        if update.rewound_to is not None:
            for rows in self._scalars.values():
                rows.drop_from(update.rewound_to)
        for name, series in update.series.items():
            self._scalars.setdefault(name, GrowingRows()).insert(series.steps, series.values)
        return bool(update.series) or update.rewound_to is not None

    def _read_gradients(self, summary: RunSummary) -> bool:
        if not summary.boundaries:
            return False
        update = self._reader.gradient_rows_since(self._gradient_cursor)
        self._gradient_cursor = update.cursor
        if self._gradients is None:
            self._gradients = GrowingRows(len(summary.boundaries))
        if update.rewound_to is not None:
            for rows in (self._gradients, *self._blocks.rows.values(), *self._layers.rows.values()):
                rows.drop_from(update.rewound_to)
        self._insert_quantities(update.flow, self._gradients.steps)
        self._gradients.insert(update.flow.steps, update.flow.boundary_norms)
        return bool(len(update.flow.steps)) or update.rewound_to is not None

    def _insert_quantities(self, flow: GradientFlow, before: IntArray) -> None:
        self._layer_ids = flow.layers or self._layer_ids
        self._blocks.insert(flow.block_quantities, flow.steps, before, len(flow.boundaries) - 1)
        self._layers.insert(flow.layer_quantities, flow.steps, before, len(self._layer_ids))

    def _shown(self, summary: RunSummary) -> ShownRun:
        curves = {name: Curve(rows.steps, rows.values) for name, rows in self._scalars.items()}
        gradients = self._gradients or GrowingRows(len(summary.boundaries))
        return ShownRun(
            summary,
            self.architecture,
            MappingProxyType(curves),
            summary.boundaries,
            gradients.steps,
            gradients.values,
            self._blocks.values,
            self._batch_size,
            self._layer_ids,
            self._layers.values,
        )


def _config_of(reader: RunReader) -> RunConfig:
    return parse_run_config(reader.config_toml(), str(reader.folder / CONFIG_NAME))


def _read_only(array: _Array) -> _Array:
    array.flags.writeable = False
    return array
