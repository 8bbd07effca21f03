"""Draws paths through the space of images: many points close together on an arc between two of them."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def arc_between(first_CHW: Tensor, second_CHW: Tensor, points: int) -> Tensor:
    """Return `points` images (P, C, H, W), equally far apart on the great arc from one direction to the other.

    All have the same norm, the mean of the two images', so that only the direction changes along the path. Between
    images of (nearly) the same or opposite direction there is no single arc: the line between the two is returned.
    """
    angle = angle_between(first_CHW, second_CHW)
    one, other = first_CHW.flatten().cpu().double(), second_CHW.flatten().cpu().double()
    way_P1 = torch.linspace(0, 1, points, dtype=torch.float64)[:, None]
    if 1e-6 < angle < math.pi - 1e-6:
        radius = (one.norm() + other.norm()) / 2
        start_P1, end_P1 = (torch.sin(share * angle) / math.sin(angle) for share in (1 - way_P1, way_P1))
        path_PD = radius * (start_P1 * one / one.norm() + end_P1 * other / other.norm())
    else:
        path_PD = (1 - way_P1) * one + way_P1 * other
    path_PCHW: Tensor = path_PD.reshape(points, *first_CHW.shape)
    return path_PCHW.to(first_CHW.device, first_CHW.dtype)


def angle_between(first_CHW: Tensor, second_CHW: Tensor) -> float:
    """Return the angle between two images as vectors, 0 to pi; 0 where one of them is zero."""
    one, other = first_CHW.flatten().cpu().double(), second_CHW.flatten().cpu().double()
    if not one.any() or not other.any():
        return 0.0
    one, other = one / one.norm(), other / other.norm()
    return 2 * math.atan2(float((one - other).norm()), float((one + other).norm()))
