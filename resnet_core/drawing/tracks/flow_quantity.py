"""Names the quantities of a run that tracks can show, each with its words, its scale and the places it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.architecture.graph import Graph
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.tracks.boundary_columns import boundary_columns
from resnet_core.drawing.tracks.value_scale import ScaleKind

FlowKey = Literal[
    "gradient_norm", "gradient_rms", "branch_share", "branch_shortcut_cosine", "update_ratio", "stream_variance",
    "branch_variance", "branch_stream_ratio", "dead_fraction", "norm_drift", "parameter_gradient_norm", "branch_norm",
    "shortcut_norm",
]  # fmt: skip


class FlowQuantity(NamedTuple):
    """A quantity of a run: its marked `name`, its `symbol`, and how its values are drawn.

    One value a boundary (N+1) `at_boundaries`, else one a block (N). Where it `needs_shortcut`, a block without one has
    no value. On a `log` scale what is drawn is log10; a linear one goes from `low` to `high`.
    """

    name: str
    symbol: str
    scale: ScaleKind = "log"
    at_boundaries: bool = False
    needs_shortcut: bool = False
    low: float = 0.0
    high: float = 1.0

    def drawn(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what stands for `values` on the scale: log10, -inf of 0, or themselves."""
        if self.scale == "linear":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            logs: NDArray[np.float64] = np.log10(values)
        return logs

    def columns(self, axis: DepthAxis) -> Sequence[Span]:
        """Return the columns of the axis that its values stand in."""
        return boundary_columns(axis) if self.at_boundaries else axis.blocks

    def exists(self, axis: DepthAxis) -> NDArray[np.bool_]:
        """Return for each column whether it can have a value at all."""
        if self.needs_shortcut:
            return has_shortcut(axis.graph)
        return np.ones(len(axis.blocks) + self.at_boundaries, np.bool_)


@lru_cache(maxsize=2)
def has_shortcut(graph: Graph) -> NDArray[np.bool_]:
    """Return for each of N blocks whether there is a way round its branch; the same array every time."""
    return np.array([block.plan.shortcut != "none" for block in graph.blocks], np.bool_)


FLOW_QUANTITIES: Mapping[FlowKey, FlowQuantity] = MappingProxyType({
    "gradient_norm": FlowQuantity(N_("Atlas", "Gradient norm"), "‖∂L/∂x‖₂", at_boundaries=True),
    "gradient_rms": FlowQuantity(N_("Atlas", "Gradient norm"), "RMS ∂L/∂x", at_boundaries=True),
    "branch_share": FlowQuantity(N_("Atlas", "Branch share"), "p", "linear", needs_shortcut=True),
    "branch_shortcut_cosine": FlowQuantity(
        N_("Atlas", "Cosine of branch and shortcut"), "cos", "linear", needs_shortcut=True, low=-1.0),
    "branch_norm": FlowQuantity(N_("Atlas", "Gradient through the branch"), "‖g_F‖₂", needs_shortcut=True),
    "shortcut_norm": FlowQuantity(N_("Atlas", "Gradient through the shortcut"), "‖g_S‖₂", needs_shortcut=True),
    "update_ratio": FlowQuantity(N_("Atlas", "Update / weight"), "‖Δw‖/‖w‖"),
    "stream_variance": FlowQuantity(N_("Atlas", "Signal variance"), "Var x"),
    "branch_variance": FlowQuantity(N_("Atlas", "Branch variance"), "Var F(x)", needs_shortcut=True),
    "branch_stream_ratio": FlowQuantity(N_("Atlas", "Branch / stream"), "‖F(x)‖/‖x‖", needs_shortcut=True),
    "dead_fraction": FlowQuantity(N_("Atlas", "Dead units"), "", "linear"),
    "norm_drift": FlowQuantity(N_("Atlas", "BatchNorm drift"), "Δ/σ"),
    "parameter_gradient_norm": FlowQuantity(N_("Atlas", "Parameter gradient"), "‖∂L/∂w‖₂"),
})  # fmt: skip
"""Every quantity by key."""
