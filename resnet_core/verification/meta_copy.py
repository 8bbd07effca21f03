"""Copies a model without its memory, so that it can be counted and leaves the original as it was."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


def meta_copy(model: Model) -> Model:
    """Return `model` on the meta device in evaluation mode: the same modules and shapes, no values."""
    stand_ins: dict[int, torch.Tensor] = {}
    for parameter in model.parameters():
        stand_ins[id(parameter)] = nn.Parameter(torch.empty_like(parameter, device="meta"), parameter.requires_grad)
    for buffer in model.buffers():
        stand_ins[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(model, stand_ins).eval()
