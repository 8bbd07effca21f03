"""Remembers what the last probe of each architecture found: its gradients before any training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.state.nameless import nameless
from app.state.runs_state import FloatArray, ShownRun
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.runs.run_events import BLOCK_QUANTITIES
from resnet_core.runs.run_records import RunSummary

_MOST_MACS = 8e9
_MOST_BATCH, _LEAST_BATCH = 64, 2


def probe_batch(macs: int) -> int:
    """Return how many images to probe a network of so many multiply-adds with, so that it takes a few seconds.

    64 for a ResNet-56 on 32 pixels, fewer where an image costs more, and never one, of which BatchNorm has no variance.
    """
    return max(_LEAST_BATCH, min(_MOST_BATCH, int(_MOST_MACS / max(macs, 1))))


class ProbedState(QObject):
    """The latest probe of each architecture, whatever it is called, as a run of one captured step.

    `changed` tells of a new one.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._probed: dict[ArchitectureConfig, ShownRun] = {}
        self._count = 0

    def record(self, config: ArchitectureConfig, document: Mapping[str, Any]) -> ShownRun:
        """Take and return what a probe of `config` found; it replaces that of the same architecture before."""
        self._count += 1
        flow = self._probed[nameless(config)] = _flow(config, document, self._count)
        self.changed.emit()
        return flow

    def flow_of(self, config: ArchitectureConfig) -> ShownRun | None:
        """Return what the last probe of `config` found in this session, or None."""
        return self._probed.get(nameless(config))


def _flow(config: ArchitectureConfig, document: Mapping[str, Any], number: int) -> ShownRun:
    key = f"probe-{number}"
    summary = RunSummary(key, Path(), key, "finished", 1, data_name=document["data"], seed=document["seed"])
    blocks = document["blocks"]
    quantities = {name: _row(block.get(name) for block in blocks) for name in BLOCK_QUANTITIES}
    layers = document.get("layer_gradients", ())
    return ShownRun(
        summary=summary,
        architecture=config,
        curves={},
        boundaries=tuple(document["boundaries"]),
        gradient_steps=np.zeros(1, np.int64),
        boundary_norms=_row(document["boundary_norms"]),
        block_quantities={name: row for name, row in quantities.items() if not np.isnan(row).all()},
        batch_size=document["batch"],
        layers=tuple(layer["id"] for layer in layers),
        layer_quantities={"gradient_norm": _row(layer["gradient_norm"] for layer in layers)} if layers else {},
    )


def _row(values: Any) -> FloatArray:
    """Return numbers as one row [1, n]; None, which JSON has for what is no number, is NaN."""
    return np.array([[np.nan if value is None else value for value in values]], np.float64)
