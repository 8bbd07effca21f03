"""Defines what the tracks need of a run: its norms by boundary and its block quantities, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.runs.run_records import RunSummary


class RunFlow(Protocol):
    """A run as far as it has been read.

    `gradient_steps` [S] ascend; `boundary_norms` [S, N+1] are L2 norms of dLoss/d(block input), the last of the last
    block's output, for `boundaries`; `block_quantities` [S, N] by name, rows as `gradient_steps`, NaN where a block has
    none; `layer_quantities` [S, L] the same of the `layers` with parameters. A run of an earlier version has neither.
    """

    @property
    def key(self) -> str:
        """What tells this run from every other."""

    @property
    def summary(self) -> RunSummary:
        """Where the run stands."""

    @property
    def architecture(self) -> ArchitectureConfig:
        """The network that it trains, fitted to its data."""

    @property
    def batch_size(self) -> int:
        """Images a step; 0 where that is not known."""

    @property
    def boundaries(self) -> tuple[str, ...]:
        """The ids of the N+1 boundaries."""

    @property
    def gradient_steps(self) -> NDArray[np.int64]:
        """The captured steps."""

    @property
    def boundary_norms(self) -> NDArray[np.float64]:
        """The norms of every captured step."""

    @property
    def block_quantities(self) -> Mapping[str, NDArray[np.float64]]:
        """What was measured of each block."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The ids of the layers that are measured by themselves."""

    @property
    def layer_quantities(self) -> Mapping[str, NDArray[np.float64]]:
        """What was measured of each layer."""
