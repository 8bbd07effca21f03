"""Defines a number of every column and every layer of a network, with its name, its unit and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from resnet_core.drawing.display_list import Role
from resnet_core.drawing.tracks.value_scale import ScaleKind


class Quantity(NamedTuple):
    """A number along depth: `columns` of the stem, each block and the head by id, `layers` of each layer by id.

    `compact` and `exact` write a number as a person reads it, unit included. `total` is the sum of the columns where
    they can be added, else the whole network's own number, or None. `explanation` is a marked text.
    """

    key: str
    explanation: str
    role: Role
    columns: Mapping[str, float]
    layers: Mapping[str, float]
    total: float | None
    compact: Callable[[float], str]
    exact: Callable[[float], str]
    summed: bool = True
    scales: tuple[ScaleKind, ...] = ("linear", "log")
    about: str = ""
    """What it depends on besides the network, or the unit of its total: a marked text, "batch %1"."""

    about_value: str = ""
    """What stands for %1 in `about`."""
