"""Turns Ritz values and their weights into a smooth density of eigenvalues (Ghorbani et al. 2019, arXiv 1901.10159)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.findings.figures import Axis, Line, LineFigure

POINTS = 400
WIDTH = 0.02
"""Standard deviation of the Gaussian that each value is smoothed by, as a share of the range of all values."""
MARGIN = 4.0
"""How many standard deviations the curve goes on beyond the outermost values."""
LEAST_DENSITY = 1e-8
"""Below this share of its peak the density is left out: a random direction does not resolve it."""

Nodes = tuple[Sequence[float], Sequence[float]]
"""The Ritz values of one probe and their weights, which sum to 1."""


def density_figure(probes: Sequence[Nodes]) -> LineFigure | None:
    """Return the density, its mean over `probes`; None where there are no values or all are the same."""
    curve = spectral_density(probes)
    if curve is None:
        return None
    places, density = curve
    x, y = Axis(N_("Study", "eigenvalue")), Axis(N_("Study", "density"), logarithmic=True)
    line = Line("", tuple(places), tuple(density))
    return LineFigure("density", N_("Study", "Spectral density, estimated"), x, y, (line,))


def spectral_density(probes: Sequence[Nodes]) -> tuple[list[float], list[float]] | None:
    """Return eigenvalues and the density there, sum of w_i · N(x; l_i, s²) averaged over probes; nan where negligible.

    None where there are no values, or all are the same.
    """
    values = np.array([value for nodes, _ in probes for value in nodes])
    if not len(values) or not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    width = WIDTH * float(np.ptp(values))
    places = np.linspace(values.min() - MARGIN * width, values.max() + MARGIN * width, POINTS)
    weights = np.array([weight for _, of_probe in probes for weight in of_probe]) / len(probes)
    bells = np.exp(-0.5 * ((places[:, None] - values) / width) ** 2) / (width * np.sqrt(2 * np.pi))
    density = bells @ weights
    density[density < LEAST_DENSITY * density.max()] = np.nan
    return places.tolist(), density.tolist()
