"""Defines every event of a run, from its start to its end, as one small frozen record each.

How steps are counted, everywhere: step `s` is the s-th update of the weights, counted from 0. What carries
the step `s` was measured on the weights *before* update `s`: the training loss and accuracy of step `s`, the
gradient captured at step `s` (step 0: the untouched network), and the evaluation of step `s`. The evaluation
of the final weights of a run of `n` updates therefore has step `n`, and a checkpoint of step `k` holds the
weights after `k` updates, from which training goes on with step `k`. `StatusChanged.step` and
`RunFinished.step` are the number of updates made.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

RunStatus = Literal["preparing", "running", "paused", "stopped", "finished", "failed", "crashed"]
"""Where a run stands. "crashed" is never written: a reader infers it when a live run's writer is gone."""

RUN_STATUSES: Final[tuple[RunStatus, ...]] = get_args(RunStatus)
LIVE_STATUSES: Final[frozenset[RunStatus]] = frozenset({"preparing", "running", "paused"})

ScalarName = Literal[
    "train_loss",
    "train_accuracy",
    "learning_rate",
    "elapsed_s",
    "gradient_norm",
    "clipped_gradient_norm",
    "loss_scale",
    "capture_every",
    "capture_budget",
    "capture_share",
    "capture_share_so_far",
    "plain_step_s",
    "captured_step_s",
    "test_loss",
    "test_accuracy",
]
"""The names under which single numbers are kept, one value a step."""

SCALAR_NAMES: Final[tuple[ScalarName, ...]] = get_args(ScalarName)

BlockQuantity = Literal[
    "branch_norm",
    "shortcut_norm",
    "branch_shortcut_cosine",
    "parameter_gradient_norm",
    "update_ratio",
    "stream_mean",
    "stream_variance",
    "branch_variance",
    "branch_stream_ratio",
    "dead_fraction",
    "norm_drift",
]
"""The names under which what is measured of a block is kept, one value a block.

`branch_norm`, `shortcut_norm`: L2 norms of the gradient that reaches the block's fork through branch and shortcut, and
`branch_shortcut_cosine` between the two; `parameter_gradient_norm`: L2 over all parameters of the block;
`update_ratio`: ||dw|| / ||w||, w before the update; `stream_mean`, `stream_variance` of the block's output and
`branch_variance` of F(x), each of a channel over batch and space, then the mean over channels; `branch_stream_ratio`:
the L2 norm of F(x) over that of what it is added to; `dead_fraction`: of that of the block's ReLUs where it is largest,
the share of channels that are 0 at every place of every image; `norm_drift`: how far the batch lies from the running
values of the block's BatchNorms before they take it in, in standard deviations (`norm_probe`), mean over channels.
"""

BLOCK_QUANTITIES: Final[tuple[BlockQuantity, ...]] = get_args(BlockQuantity)


LayerQuantity = Literal["gradient_norm", "update_ratio"]
"""The names under which what is measured of a layer's own parameters is kept, one value a layer: the L2 norm of their
gradient, and ||dw|| / ||w||, w before the update."""

LAYER_QUANTITIES: Final[tuple[LayerQuantity, ...]] = get_args(LayerQuantity)


class RunStarted(NamedTuple):
    """The run is described: what is trained, on what, for how long.

    `boundaries` are the ids of the N+1 block boundaries, in order of depth; every gradient row has one norm
    for each. `started_at` is ISO 8601 in UTC; `notes` are single lines for people, such as how the
    architecture was fitted.
    """

    name: str
    architecture_name: str
    device: str
    seed: int
    total_steps: int
    steps_per_epoch: int
    boundaries: tuple[str, ...]
    data_name: str
    started_at: str
    notes: tuple[str, ...] = ()


class StepCompleted(NamedTuple):
    """Update `step` was made; loss and accuracy (0 to 1) are of its batch, before it.

    `elapsed_s` is the time spent training since step 0, earlier sessions of a resumed run included. `gradient_norm` is
    the L2 norm over the gradients of all parameters, unscaled and before they are clipped, in runs that clip or scale;
    `clipped_gradient_norm` that of the gradients the update was made with, in runs that clip; `loss_scale` what the
    loss was multiplied by, in float16. None: the run has no such thing.
    """

    step: int
    train_loss: float
    train_accuracy: float
    learning_rate: float
    elapsed_s: float
    gradient_norm: float | None = None
    clipped_gradient_norm: float | None = None
    loss_scale: float | None = None


class GradientCaptured(NamedTuple):
    """L2 norms of dLoss/d(block input) before update `step`, one a boundary, the last block's output last.

    `block_quantities` holds what was measured of the N blocks under the names `BLOCK_QUANTITIES`, nan where a block has
    no such thing; `update_ratio` is that of update `step` itself. `layer_quantities` holds what was measured of each of
    `layers` under the names `LAYER_QUANTITIES`; the layers, those with parameters in order of depth, are the same in
    every event of a run.
    """

    step: int
    boundary_norms: tuple[float, ...]
    block_quantities: Mapping[str, tuple[float, ...]] = MappingProxyType({})
    layer_quantities: Mapping[str, tuple[float, ...]] = MappingProxyType({})
    layers: tuple[str, ...] = ()


class CaptureCostMeasured(NamedTuple):
    """What capturing was measured to cost when `step` had been made.

    A step takes `plain_step_s` seconds without capture and `captured_step_s` with it (medians); every
    `capture_every`-th is captured, so that `capture_share` of the time goes into it, and `capture_share_so_far` of this
    session's up to now, in which the first steps are all captured. `capture_budget` is the share that the period was
    chosen to stay below; None: the recipe gave the period.
    """

    step: int
    capture_every: int
    capture_share: float
    capture_share_so_far: float
    plain_step_s: float
    captured_step_s: float
    capture_budget: float | None = None


class EvaluationCompleted(NamedTuple):
    """The test split was evaluated after `step` updates, at the end of `epoch` (counted from 0)."""

    step: int
    epoch: int
    test_loss: float
    test_accuracy: float


class CheckpointWritten(NamedTuple):
    """The state after `step` updates is on disk at `relative_path`: `checkpoints/step-` and eight digits."""

    step: int
    relative_path: str


class StatusChanged(NamedTuple):
    """The run is now in `status`, after `step` updates."""

    status: RunStatus
    step: int


class RunFinished(NamedTuple):
    """The run ended as finished, stopped or failed after `step` updates; `message` says why, if it has to."""

    status: RunStatus
    step: int
    elapsed_s: float
    message: str = ""


RunEvent = (
    RunStarted
    | StepCompleted
    | GradientCaptured
    | CaptureCostMeasured
    | EvaluationCompleted
    | CheckpointWritten
    | StatusChanged
    | RunFinished
)
