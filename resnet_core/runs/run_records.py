"""Defines the immutable records in which a run folder's content reaches its readers, and their one error."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_core.runs.run_events import RunStatus

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]

SummaryStatus = RunStatus | Literal["unreadable"]
"""A run's status as a list shows it; "unreadable" only together with `RunSummary.error`."""

RunFolderReason = Literal[
    "missing",
    "no_database",
    "not_a_run",
    "newer_schema",
    "corrupt",
    "busy",
    "exists",
    "in_use",
    "outside",
    "denied",
]
"""Why a run folder was refused, for callers that translate or react."""


class RunFolderError(Exception):
    """A run folder cannot be used: `path` says where, `message` what is wrong and how to mend it."""

    def __init__(self, path: Path, message: str, reason: RunFolderReason = "corrupt") -> None:
        super().__init__(path, message, reason)
        self.path = path
        self.message = message
        self.reason: RunFolderReason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Series(NamedTuple):
    """One scalar over time: `steps` int64 [S], ascending, `values` float64 [S], which may be nan or inf."""

    steps: Int64Array
    values: Float64Array


class GradientFlow(NamedTuple):
    """Gradient norms of N+1 boundaries: `steps` int64 [S], ascending, `boundary_norms` float64 [S, N+1].

    `block_quantities` holds what was measured of the N `blocks`, each float64 [S, N] under its name in
    `run_events.BLOCK_QUANTITIES`, nan where a block has no such thing; `layer_quantities` of the L `layers` with
    parameters, each float64 [S, L] under its name in `run_events.LAYER_QUANTITIES`, nan where a step lacks it. They are
    empty, `blocks` and `layers` too, where a run was recorded before there was any.
    """

    boundaries: tuple[str, ...]
    steps: Int64Array
    boundary_norms: Float64Array
    blocks: tuple[str, ...] = ()
    block_quantities: Mapping[str, Float64Array] = MappingProxyType({})
    layers: tuple[str, ...] = ()
    layer_quantities: Mapping[str, Float64Array] = MappingProxyType({})


class ReadCursor(NamedTuple):
    """How far an incremental read has come; a fresh `ReadCursor()` reads from the beginning."""

    row: int = 0
    rewind: int = 0


class ScalarUpdate(NamedTuple):
    """Scalars recorded since a cursor.

    Apply it so: where `rewound_to` is not None, first drop every step >= `rewound_to` (a resumed run
    recomputes them; what still holds is sent again); then insert `series`, a step that is already there being
    replaced.
    """

    cursor: ReadCursor
    rewound_to: int | None
    series: dict[str, Series]


class GradientUpdate(NamedTuple):
    """Gradient rows recorded since a cursor; to be applied as a `ScalarUpdate` is."""

    cursor: ReadCursor
    rewound_to: int | None
    flow: GradientFlow


class RunSummary(NamedTuple):
    """One run in a line: what was trained, how far it came, how well it does. None: not known (yet).

    `run` is the folder's name, `step` the number of updates made, accuracies are fractions from 0 to 1;
    `status_at` is when the latest status was recorded, in seconds since the epoch.
    """

    run: str
    folder: Path
    name: str
    status: SummaryStatus
    step: int = 0
    architecture_name: str | None = None
    total_steps: int | None = None
    steps_per_epoch: int | None = None
    device: str | None = None
    seed: int | None = None
    data_name: str | None = None
    started_at: str | None = None
    elapsed_s: float | None = None
    boundaries: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    message: str = ""
    train_loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    best_test_accuracy: float | None = None
    status_at: float | None = None
    error: str | None = None
