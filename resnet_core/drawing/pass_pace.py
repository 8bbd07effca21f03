"""Tells how fast a pass goes: bounded in time from afar, layer by layer where layers are seen, eased in between."""

from __future__ import annotations

from typing import Literal

from resnet_core.drawing.tensor_pass import PassTimeline

Detail = Literal["stage", "block", "layer"]

COLUMN_S, LEAST_PASS_S, MOST_PASS_S = 0.55, 4.0, 12.0
"""Seconds a column takes at normal speed, and what the whole pass takes at least and at most."""
LAYER_S = 0.5
"""Seconds of one step where layers are seen."""

_RUN_UP_SHARE, _RUN_UP_PACE, _RUN_UP_COST = 0.06, 0.35, 1.0738
_HASTY_S, _CALM_S = 0.12, 0.4
_WORDED_S = 0.3
_MAIN_SHARE, _SKIP_SHARE = 0.86, 0.46


def pass_seconds(timeline: PassTimeline) -> float:
    """Return how long a pass takes at normal speed where blocks or stages are seen, whatever the depth."""
    return min(max(COLUMN_S * timeline.length, LEAST_PASS_S), MOST_PASS_S)


def units_per_second(timeline: PassTimeline, moment: float, detail: Detail) -> float:
    """Return how much of the timeline goes by in a second at `moment`; slower where a pass begins and ends."""
    if detail == "layer":
        return 1.0 / (LAYER_S * len(timeline.times(timeline.place_at(moment)).moments))
    length = timeline.length
    run_up = min(min(moment, length - moment) / (_RUN_UP_SHARE * length), 1.0)
    return length / pass_seconds(timeline) * _RUN_UP_COST * (_RUN_UP_PACE + (1 - _RUN_UP_PACE) * max(run_up, 0.0))


def calm(timeline: PassTimeline) -> float:
    """Return how far the pass may dwell at each block, 0 to 1: where many go by in a second it runs on evenly."""
    column_s = pass_seconds(timeline) / timeline.length
    return min(max((column_s - _HASTY_S) / (_CALM_S - _HASTY_S), 0.0), 1.0)


def word_detail(timeline: PassTimeline, detail: Detail, *, is_playing: bool) -> Detail:
    """Return what to put in words: stages while blocks go by too fast to read of each."""
    if detail == "layer" or not is_playing:
        return "block" if detail == "stage" else detail
    return "block" if pass_seconds(timeline) / timeline.length >= _WORDED_S else "stage"


def main_share(share: float, calmness: float) -> float:
    """Return how far along the main road of a column the tensor is when `share` of the column's time is over."""
    dwelling = eased(min(share / _MAIN_SHARE, 1.0))
    return share + (dwelling - share) * calmness


def skip_share(share: float) -> float:
    """Return how far along the way round its copy is: ahead of the branch, so that it waits where the two meet."""
    return eased(min(share / _SKIP_SHARE, 1.0))


def eased(share: float) -> float:
    """Return 0 to 1 with a gentle start and end."""
    return share * share * (3 - 2 * share)
