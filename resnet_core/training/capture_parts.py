"""Joins what is captured of the parts of a batch, one after the other or in several processes, into the whole batch's.

The parts hold different images. So the gradient with respect to a part's maps is a piece of the gradient with respect
to the whole batch's: squares of norms add up, and so do scalar products. Gradients of parameters are summed by autograd
or averaged by DistributedDataParallel, and are there as a whole in the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal

import torch
import torch.distributed
from torch import Tensor

from resnet_core.model.resnet import ResNet
from resnet_core.training.flow_capture import CapturedRow, FlowCapture
from resnet_core.training.read_back import Host, same

Rule = Literal["norm", "cosine", "mean", "least", "whole norm", "whole"]
"""How the parts' values make the whole's: `norm` of a gradient that the parts hold pieces of, `cosine` between two
such, `mean` over equal parts, the `least` of any, or that of the last part, which is the `whole`'s already: a `whole
norm` of a gradient, or no gradient at all.
"""

Values = tuple[float, ...]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "branch_norm": "norm",
        "shortcut_norm": "norm",
        "branch_shortcut_cosine": "cosine",
        "parameter_gradient_norm": "whole norm",
        "update_ratio": "whole",
        "stream_mean": "mean",
        "stream_variance": "mean",
        "branch_variance": "mean",
        "branch_stream_ratio": "mean",
        "dead_fraction": "least",  # a channel is dead in the whole batch where it is in every part: at most so many
        "norm_drift": "mean",
        "gradient_norm": "whole norm",
    }
)


class PartedCapture:
    """A `FlowCapture` of steps that are made in `parts` equal micro-batches, of a loss that may be scaled.

    Each part's loss counts for 1/parts of the step's, and is multiplied by the step's scale before backward.
    """

    def __init__(self, model: ResNet, device: torch.device, capacity: int = 1, parts: int = 1) -> None:
        """`capacity` steps can be held before they are read."""
        self._capture = FlowCapture(tuple(model.blocks.values()), device, capacity * parts, model=model)
        self._parts = parts
        self._scales = torch.ones(capacity, device=device)
        self._scaled = False

    def capturing(self, row: int, part: int = 0, scale: Tensor | None = None) -> AbstractContextManager[None]:
        """Capture the forward and backward pass of one part, made inside the `with`, into the step at `row`."""
        if scale is not None:
            self._scaled = True
            self._scales[row] = scale
        return self._capture.capturing(row * self._parts + part)

    def updating(self, row: int) -> AbstractContextManager[None]:
        """Capture the update made inside the `with` into the step at `row`."""
        return self._capture.updating((row + 1) * self._parts - 1)

    @property
    def buffers(self) -> tuple[Tensor, ...]:
        """What `rows` reads, on the device."""
        return self._scales, *self._capture.buffers

    def rows(self, count: int, host: Host = same) -> list[CapturedRow]:
        """Return the first `count` steps, unscaled, read by `host`; this is where the device is waited for."""
        found = self._capture.rows(count * self._parts, host)
        if self._parts == 1 and not self._scaled:
            return found
        factors = [1 / scale if scale else math.nan for scale in host(self._scales)[:count].tolist()]
        starts = range(0, len(found), self._parts)
        return [
            _joined(found[start : start + self._parts], factor, factor)
            for start, factor in zip(starts, factors, strict=True)
        ]


def join_ranks(rows: Sequence[CapturedRow]) -> CapturedRow:
    """Return the row of the whole batch from those of equal parts of it, one a process of DistributedDataParallel.

    Each process must have computed the mean loss of its own images: its gradients with respect to maps are then those
    of the mean over all, times the number of processes. Norms of parameters are taken as they are, as they have been
    averaged before they were measured. Means and variances of maps are averaged over the processes.
    """
    return _joined(rows, 1 / len(rows), 1.0)


def gather_rows(rows: Sequence[CapturedRow], device: torch.device | None = None) -> list[CapturedRow]:
    """Return in every process the rows of the whole batch; to be called by all, with as many rows of the same steps.

    `device` is where the default process group exchanges tensors: the process's own GPU for NCCL, None (the CPU) for
    gloo. Raises RuntimeError where `torch.distributed` is not initialised.
    """
    if not rows:
        return []
    own = torch.tensor([_flat(row) for row in rows], dtype=torch.float64, device=device)
    everyone = [torch.empty_like(own) for _ in range(torch.distributed.get_world_size())]
    torch.distributed.all_gather(everyone, own)
    tables = [table.tolist() for table in everyone]
    return [join_ranks([_like(row, table[number]) for table in tables]) for number, row in enumerate(rows)]


def _joined(rows: Sequence[CapturedRow], factor: float, whole_factor: float) -> CapturedRow:
    """Join rows whose norms, and whose norms of parameters, are to be multiplied by these factors."""
    joined: dict[str, Any] = {"boundary_norms": _norms([row.boundary_norms for row in rows], factor)}
    for field, first in rows[0]._asdict().items():
        if isinstance(first, Mapping):
            tables: list[Mapping[str, Values]] = [getattr(row, field) for row in rows]
            joined[field] = {name: _quantity(name, tables, factor, whole_factor) for name in first}
    return rows[0]._replace(**joined)


def _quantity(name: str, rows: Sequence[Mapping[str, Values]], factor: float, whole_factor: float) -> Values:
    values = [row[name] for row in rows]
    match RULES[name]:
        case "norm":
            return _norms(values, factor)
        case "cosine":
            return _cosines(rows, values)
        case "mean":
            return tuple(sum(parts) / len(parts) for parts in zip(*values, strict=True))  # fsum refuses inf - inf
        case "least":
            return tuple(min(parts) for parts in zip(*values, strict=True))
        case "whole norm":
            return tuple(value * whole_factor for value in values[-1])
        case "whole":
            return values[-1]


def _norms(values: Sequence[Values], factor: float) -> Values:
    return tuple(math.hypot(*parts) * factor for parts in zip(*values, strict=True))


def _cosines(rows: Sequence[Mapping[str, Values]], cosines: Sequence[Values]) -> Values:
    """From each part's norms and cosine; a part in which one of the two norms is zero adds nothing to the product."""
    pairs = [tuple(zip(row["branch_norm"], row["shortcut_norm"], strict=True)) for row in rows]
    return tuple(
        _cosine(list(zip(of_block, found, strict=True)))
        for of_block, found in zip(zip(*pairs, strict=True), zip(*cosines, strict=True), strict=True)
    )


def _cosine(parts: Sequence[tuple[tuple[float, float], float]]) -> float:
    length = math.hypot(*(one for (one, _), _ in parts)) * math.hypot(*(other for (_, other), _ in parts))
    products = (0.0 if one == 0 or other == 0 else cosine * one * other for (one, other), cosine in parts)
    return math.nan if length == 0 else sum(products) / length


def _flat(row: CapturedRow) -> list[float]:
    tables = [field for field in row if isinstance(field, Mapping)]
    return [*row.boundary_norms, *(value for table in tables for values in table.values() for value in values)]


def _like(row: CapturedRow, flat: Sequence[float]) -> CapturedRow:
    """Return `flat` in the form of `row`."""
    rest = iter(flat)
    filled: dict[str, Any] = {"boundary_norms": tuple(islice(rest, len(row.boundary_norms)))}
    for field, table in row._asdict().items():
        if isinstance(table, Mapping):
            filled[field] = {name: tuple(islice(rest, len(values))) for name, values in table.items()}
    return row._replace(**filled)
