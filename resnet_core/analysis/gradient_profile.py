"""Condenses the gradient norms at a network's boundaries and forks into growth a layer and lengths of paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resnet_core.architecture.graph import Graph

MEAN_FIELD_GROWTH = math.pi / (math.pi - 1)
"""Growth a layer that theory expects of wide plain networks with BatchNorm and ReLU at initialisation: 1.467 (Yang et
al. 2019, arXiv 1902.08129, for squared gradients)."""


def branch_layers(graph: Graph) -> int:
    """Return the convolutions that lie one after the other on the branches of all blocks: 2 a Basic, 3 a Bottleneck."""
    return sum(node.kind == "conv" and bool(node.block) and not node.on_shortcut for node in graph.nodes)


def growth_per_layer(boundary_norms: Sequence[float], layers: int) -> float | None:
    """Return r = (G_in / G_out)^(2 / layers), the growth of the *squared* gradient a layer on its way to the input.

    G_in and G_out are the L2 norms of dLoss/dx at the first and the last boundary, `layers` is `branch_layers`. The
    square and the count of layers, not blocks, make it comparable with the mean-field rate `MEAN_FIELD_GROWTH`, and
    Basic with Bottleneck. 1 is neutral; above it gradients explode towards the input, below it they vanish.
    None where a norm is zero or not finite, as no such rate exists.
    """
    first, last = boundary_norms[0], boundary_norms[-1]
    usable = layers > 0 and all(math.isfinite(norm) and norm > 0 for norm in (first, last))
    return math.exp(2 / layers * (math.log(first) - math.log(last))) if usable else None


def path_length_shares(shares_N: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, [N+1], the share of the gradient's square that goes through just so many of N branches, 0 to N.

    `shares_N` are p = ||g_F||^2 / (||g_F||^2 + ||g_S||^2) of the blocks, 1 where there is no shortcut. Each way through
    the network is weighed with p for a branch and 1 - p for a shortcut (Veit et al. 2016, arXiv 1605.06431, count all
    ways alike and measure the gradient along each length). The mean of the distribution is the effective depth, the
    sum of p. All NaN where a share is.
    """
    return _path_length_shares(np.asarray(shares_N, np.float64).tobytes())


@lru_cache(maxsize=4)
def _path_length_shares(shares: bytes) -> NDArray[np.float64]:
    """Return the distribution, not to be written to: several views ask for that of one step."""
    lengths = np.ones(1)
    for share in np.frombuffer(shares, np.float64):
        lengths = np.convolve(lengths, (1 - share, share))
    lengths.flags.writeable = False
    return lengths
