"""Bundles what was measured of architectures in this session, beside their runs."""

from __future__ import annotations

from typing import NamedTuple

from app.state.latency_state import LatencyState
from app.state.probed_state import ProbedState


class Measured(NamedTuple):
    """How long layers took, and what probes found."""

    latency: LatencyState
    probed: ProbedState
