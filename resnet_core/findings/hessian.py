"""What the Hessian study finds: the outer eigenvalues of the loss's second derivatives, and where they come from."""

from __future__ import annotations

import math

from resnet_core.configuration.fields import FrozenConfig, setting
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.figures import Axis, BarFigure, Figure, Line, LineFigure
from resnet_core.findings.spectral_density import density_figure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import MINUS, exact, percent, ratio, scientific


class HessianOptions(FrozenConfig):
    """Of how many images, how many eigenvalues, and how exactly."""

    images: int = setting(
        128,
        label=N_("Field", "Images"),
        help=N_("Field", "Training images of the loss, in whole batches of the recipe where there are enough for one."),
        unit="images", minimum=2, maximum=1_000_000,
    )  # fmt: skip
    eigenvalues: int = setting(
        1, label=N_("Field", "Eigenvalues"), help=N_("Field", "Largest ones that must converge."),
        minimum=1, maximum=5,
    )  # fmt: skip
    iterations: int = setting(
        60, label=N_("Field", "Iterations"), help=N_("Field", "Products with the Hessian, at most."),
        minimum=2, maximum=2000,
    )  # fmt: skip
    tolerance: float = setting(
        1e-3,
        label=N_("Field", "Tolerance"),
        help=N_("Field", "It ends where each residual is below this share of its eigenvalue."),
        formula="‖H·x − λ·x‖ ≤ t·|λ|", minimum=1e-6, maximum=0.5,
    )  # fmt: skip
    probes: int = setting(
        1,
        label=N_("Field", "Probes"),
        help=N_("Field", "Random directions for trace and spectral density; each costs as much as the first."),
        minimum=1, maximum=3,
    )  # fmt: skip
    seed: int = setting(
        0, label=N_("Field", "Seed"), help=N_("Field", "Fixes the random directions."), minimum=0, maximum=2**31 - 1
    )


class SpectrumProbe(Findings):
    """Eigenvalues within the basis that grew from one random direction, and the share of the direction in each."""

    values: tuple[Number, ...]
    weights: tuple[Number, ...]


class HessianFindings(Findings):
    """The largest `eigenvalues`, falling, and the `lowest`, with ||H x - l x|| of their unit vectors as residuals.

    `highest_by_product` and `lowest_by_product` are the outer eigenvalues after each product. `shares` is the part of
    the top eigenvector's squared norm in each of `blocks`; `stem_share` and `head_share` are the rest. `trace` is
    Hutchinson's estimate. `loss` is the mean over `images`. `edge` is 2 / peak rate, and `momentum_edge` the same for
    the recipe's Nesterov momentum. Not finite: loss or gradient were not; eigenvalues and what follows are nan then.
    """

    eigenvalues: tuple[Number, ...]
    residuals: tuple[Number, ...]
    lowest: Number
    lowest_residual: Number
    converged: bool
    highest_by_product: tuple[Number, ...]
    lowest_by_product: tuple[Number, ...]
    blocks: tuple[str, ...]
    shares: tuple[Number, ...]
    stem_share: Number
    head_share: Number
    trace: Number
    probes: tuple[SpectrumProbe, ...]
    loss: Number
    images: int
    parameters: int
    learning_rate: Number
    edge: Number
    momentum_edge: Number


class HessianStudy(Study[HessianFindings]):
    """How sharply the loss curves where the network stands."""

    name = "hessian"
    title = N_("Study", "Sharpness (Hessian)")
    words = StudyWords(
        shows=N_("Study",
            "The largest and the most negative eigenvalue of the Hessian, the second derivatives of the mean training "
            "loss by all parameters: how sharply the loss curves along its steepest directions."
        ),
        healthy=N_("Study",
            "A largest eigenvalue below 2 / learning rate, or about it: there a step of gradient descent just does "
            "not overshoot. In full-batch training it rises to that edge and stays. After training the negative end "
            "is small beside it."
        ),
        unhealthy=N_("Study",
            "A largest eigenvalue far above the edge: steps at this rate overshoot, the loss jumps. A negative one as "
            "large as the positive: no valley yet, as before training. In deep plain networks both are in the millions."
        ),
        source="Cohen et al. 2021, arXiv 2103.00065; Ghorbani et al. 2019, arXiv 1901.10159",
    )  # fmt: skip
    options = HessianOptions
    findings = HessianFindings

    def headline(self, found: HessianFindings, say: Say) -> str:
        """Say how large the largest eigenvalue is, beside the edge, and the most negative one."""
        if not found.eigenvalues or not math.isfinite(found.eigenvalues[0]):
            return say("Study", N_("Study", "Loss or gradient are no finite numbers here: there is no curvature."))
        top = found.eigenvalues[0]
        text = say("Study", N_("Study", "The largest eigenvalue is {top}, the most negative {lowest}."))
        parts = [text.format(top=_value(top), lowest=_value(found.lowest))]
        if math.isfinite(found.edge):
            text = say("Study", N_("Study", "The largest is {ratio} the edge of stability, 2 / {rate} = {edge}."))
            times, rate = _times(top / found.edge), f"{found.learning_rate:g}"
            parts.append(text.format(ratio=times, rate=rate, edge=_value(found.edge)))
        if not found.converged:
            text = say("Study", N_("Study", "Not converged: a residual of {residual} is left; allow more iterations."))
            parts.append(text.format(residual=_value(max((*found.residuals, found.lowest_residual)))))
        return " ".join(parts)

    def figures(self, found: HessianFindings) -> tuple[Figure, ...]:
        """Return the eigenvalues by product, where the top eigenvector lies, and the spectral density."""
        percents = tuple(100 * share for share in found.shares)
        share = Axis(N_("Study", "share of the top eigenvector"), unit="%")
        title = N_("Study", "Where the sharpness sits")
        there = (_convergence(found), BarFigure("shares", title, share, found.blocks, percents))
        density = density_figure(tuple((probe.values, probe.weights) for probe in found.probes))
        return there if density is None else (*there, density)

    def table(self, found: HessianFindings) -> TextTable:
        """Return the eigenvalues with their residuals, what to compare them with, and the share of each block."""
        pairs = zip(found.eigenvalues, found.residuals, strict=True)
        rows = [(f"eigenvalue {number}", _value(value), _value(rest)) for number, (value, rest) in enumerate(pairs, 1)]
        rows.append(("most negative", _value(found.lowest), _value(found.lowest_residual)))
        rows.append(("2 / learning rate", _value(found.edge), ""))
        rows.append(("edge with momentum", _value(found.momentum_edge), ""))
        rows.append(("trace (estimate)", _value(found.trace), ""))
        rows.append(("loss", _value(found.loss), f"{exact(found.images)} images"))
        shares = (("stem", found.stem_share), *zip(found.blocks, found.shares, strict=True), ("head", found.head_share))
        rows.extend((f"share in {id}", percent(share), "") for id, share in shares)
        return TextTable(("what", "value", "residual"), tuple(rows))


def _convergence(found: HessianFindings) -> LineFigure:
    products = tuple(float(number) for number in range(1, 1 + len(found.highest_by_product)))
    guides = (
        (N_("Study", "2 / learning rate"), found.edge),
        (N_("Study", "with momentum"), found.momentum_edge if found.momentum_edge != found.edge else math.nan),
    )
    across = (
        Line(label, (1.0, products[-1]), (edge, edge), "guide")
        for label, edge in guides
        if products and math.isfinite(edge)
    )
    lines = (
        Line(N_("Study", "largest"), products, found.highest_by_product),
        Line(N_("Study", "most negative"), products, found.lowest_by_product, "second"),
        *across,
    )
    x, y = Axis(N_("Study", "products with the Hessian")), Axis(N_("Study", "eigenvalue"))
    return LineFigure("eigenvalues", N_("Study", "Convergence"), x, y, lines)


def _times(factor: float) -> str:
    """Return a ratio as such where it has few digits, else with its power of ten."""
    return ratio(factor) if 1e-3 < factor < 1e6 else f"{scientific(factor, 3)} ×"


def _value(value: float) -> str:
    """Return a number with four digits, one of another magnitude with its power of ten."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}".replace("-", MINUS)
    return scientific(value, 4)
