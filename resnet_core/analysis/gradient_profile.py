"""Condenses the gradient norms at a network's block boundaries into how fast they grow on their way back."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
