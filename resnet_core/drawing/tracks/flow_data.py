"""Holds what the tracks of a run show: its values, the step that is looked at, and what sums them up as it grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.branch_share import branch_shares
from resnet_core.analysis.flow_alerts import AlertLog, FlowAlert, dead_blocks_in
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.drawing.tracks.run_flow import RunFlow
from resnet_core.drawing.tracks.value_pyramid import ValuePyramid
from resnet_core.drawing.tracks.value_range import ValueRange
from resnet_core.runs.run_events import LIVE_STATUSES, LayerQuantity

FloatArray = NDArray[np.float64]


class _Growing(Protocol):
    @property
    def count(self) -> int: ...

    def append(self, rows: FloatArray, /) -> None: ...


_G = TypeVar("_G", bound=_Growing)


class FlowData:
    """The run of the open architecture as its tracks need it; all read the same one.

    What has to be made of a quantity for a track to be drawn is made when it is first asked for, and costs afterwards
    only what the run has gained.
    """

    def __init__(self) -> None:
        self.run: RunFlow | None = None
        self.step: int | None = None
        self._forget()

    def _forget(self) -> None:
        self._ranges: dict[FlowKey, ValueRange] = {}
        self._pyramids: dict[FlowKey, ValuePyramid] = {}
        self._alerts: dict[FlowKey, AlertLog] = {}
        self._root_sizes: FloatArray | None = None
        self._layer_ranges: dict[LayerQuantity, ValueRange] = {}
        self._layer_places: dict[str, int] = {}

    def set_run(self, run: RunFlow | None) -> None:
        """Show a run, or what it has gained; another run, or one that has gone back, is taken in anew."""
        if run is None or self.run is None or not _continues(self.run, run):
            self._forget()
        self.run = run

    def set_step(self, step: int | None) -> None:
        """Look at one step; None follows the newest."""
        self.step = step

    @property
    def count(self) -> int:
        """Captures there are."""
        return len(self.run.gradient_steps) if self.run is not None else 0

    @property
    def has_rows(self) -> bool:
        """Whether anything has been captured."""
        return self.count > 0

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each capture [S]."""
        assert self.run is not None
        return self.run.gradient_steps

    @property
    def row(self) -> int:
        """The number of the capture that is looked at: the newest not after the step."""
        return self.count - 1 if self.step is None else self.row_at(self.step)

    def row_at(self, step: int) -> int:
        """Return the number of the newest capture not after `step`, or the first."""
        return max(int(np.searchsorted(self.steps, step, side="right")) - 1, 0)

    @property
    def shown_step(self) -> int:
        """The step of the capture that is looked at."""
        return int(self.steps[self.row])

    @property
    def last_step(self) -> int:
        """The step at the end of the time axis: while a run is live the last it will have, then the last captured."""
        captured = int(self.steps[-1])
        if self.run is not None and self.run.summary.status in LIVE_STATUSES and self.run.summary.total_steps:
            return max(captured, self.run.summary.total_steps - 1)
        return captured

    def quantity(self, name: str) -> FloatArray | None:
        """Return a block quantity of every captured step [S, N], or None where the run has none of that name."""
        rows = self.run.block_quantities.get(name) if self.run is not None else None
        return rows if rows is not None and len(rows) else None

    def norms(self) -> FloatArray:
        """Return the L2 norms [N+1] of the capture that is looked at."""
        assert self.run is not None
        norms: FloatArray = self.run.boundary_norms[self.row]
        return norms

    def has(self, key: FlowKey) -> bool:
        """Return whether the run has measured a quantity."""
        return self.has_rows and self.values(key, 0, 0) is not None

    def values(self, key: FlowKey, first: int = 0, stop: int | None = None) -> FloatArray | None:
        """Return a quantity at the captures `first` to `stop` [captures, columns], or None where there is none."""
        if self.run is None:
            return None
        if key == "gradient_norm":
            return self.run.boundary_norms[first:stop]
        if key == "gradient_rms":
            sizes = self._sizes()
            return self.run.boundary_norms[first:stop] / sizes if sizes is not None else None
        if key == "branch_share":
            branch, shortcut = self.quantity("branch_norm"), self.quantity("shortcut_norm")
            if branch is None or shortcut is None:
                return None
            return branch_shares(branch[first:stop], shortcut[first:stop])
        rows = self.quantity(key)
        return rows[first:stop] if rows is not None else None

    def values_at(self, key: FlowKey, row: int) -> FloatArray:
        """Return a quantity [columns] at one capture, which the run must have."""
        rows = self.values(key, row, row + 1)
        assert rows is not None
        values: FloatArray = rows[0]
        return values

    def decades(self, keys: Sequence[FlowKey], holding: tuple[int, ...] = ()) -> tuple[int, int]:
        """Return whole decades that hold every value of these quantities, and the exponents `holding`."""
        first, *others = (self._caught_up(self._ranges, key, ValueRange) for key in keys)
        return first.decades(*others, holding=holding)

    def bounds(self, key: FlowKey) -> tuple[float, float]:
        """Return the ends of the scale on which the history of a quantity is drawn; on a log scale exponents."""
        quantity = FLOW_QUANTITIES[key]
        return self.decades((key,)) if quantity.scale == "log" else (quantity.low, quantity.high)

    def history(self, key: FlowKey) -> ValuePyramid:
        """Return every value of a quantity, as it is drawn, at several resolutions in time."""
        return self._caught_up(self._pyramids, key, ValuePyramid, FLOW_QUANTITIES[key].drawn)

    def alerts(self, key: FlowKey) -> tuple[FlowAlert, ...]:
        """Return the first alert of each kind in the norms `key`, and the first of dead units, in order of time."""
        dead = self._caught_up(self._alerts, "dead_fraction", partial(AlertLog, dead_blocks_in)).first
        found = (*self._caught_up(self._alerts, key, AlertLog).first, *dead) if key != "dead_fraction" else dead
        return tuple(sorted(found, key=lambda alert: alert.row))

    # Layers

    def has_layers(self, name: LayerQuantity) -> bool:
        """Return whether the run has measured a quantity of layers."""
        return self.has_rows and self.run is not None and name in self.run.layer_quantities

    def knows_layer(self, id: str) -> bool:
        """Return whether the run measures a layer by itself."""
        return id in self._places()

    def layer_values(self, name: LayerQuantity, row: int, ids: Sequence[str]) -> FloatArray:
        """Return a quantity of some layers [ids] at one capture, nan of a layer that the run does not know."""
        assert self.run is not None
        places, values_L = self._places(), self.run.layer_quantities[name][row]
        return np.array([values_L[places[id]] if id in places else np.nan for id in ids], np.float64)

    def layer_decades(self, name: LayerQuantity, holding: tuple[int, ...] = ()) -> tuple[int, int]:
        """Return whole decades that hold every value of a quantity of layers, and the exponents `holding`."""
        assert self.run is not None
        found = self._layer_ranges.setdefault(name, ValueRange())
        found.append(self.run.layer_quantities[name][found.count :])
        return found.decades(holding=holding)

    def _places(self) -> Mapping[str, int]:
        """Return the number of each layer."""
        layers = self.run.layers if self.run is not None else ()
        if len(layers) != len(self._layer_places):
            self._layer_places = {id: place for place, id in enumerate(layers)}
        return self._layer_places

    def _caught_up(
        self,
        table: dict[FlowKey, _G],
        key: FlowKey,
        make: Callable[[], _G],
        drawn: Callable[[FloatArray], FloatArray] | None = None,
    ) -> _G:
        """Return what sums up a quantity after giving it the captures that it has not seen."""
        found = table.setdefault(key, make()) if key not in table else table[key]
        rows = self.values(key, found.count)
        if rows is not None and len(rows):
            found.append(drawn(rows) if drawn is not None else rows)
        return found

    def _sizes(self) -> FloatArray | None:
        """Return the root of the number of values of a batch at each boundary [N+1], or None where it is not known."""
        if self._root_sizes is None and self.run is not None and self.run.batch_size:
            blocks = build_graph(self.run.architecture).blocks
            shapes = (*(block.input_shape for block in blocks), blocks[-1].output_shape)
            elements = np.array([shape.elements for shape in shapes], np.float64)
            self._root_sizes = np.sqrt(elements * self.run.batch_size)
        return self._root_sizes


def _continues(before: RunFlow, run: RunFlow) -> bool:
    """Return whether `run` is `before` with captures added at most."""
    count = len(before.gradient_steps)
    if (
        run.key != before.key
        or len(run.gradient_steps) < count
        or not before.block_quantities.keys() <= set(run.block_quantities)
        or before.layers not in ((), run.layers)
    ):
        return False
    return not count or (
        np.array_equal(run.gradient_steps[:count], before.gradient_steps)
        and np.array_equal(run.boundary_norms[count - 1], before.boundary_norms[-1], equal_nan=True)
    )
