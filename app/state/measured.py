"""Bundles what was measured of architectures in this session, beside their runs."""

from __future__ import annotations

from typing import NamedTuple

from app.state.latency_state import LatencyState
from app.state.probed_state import ProbedState
from app.state.study_state import StudyState


class Measured(NamedTuple):
    """How long layers took, and what probes and studies found."""

    latency: LatencyState
    probed: ProbedState
    studies: StudyState
