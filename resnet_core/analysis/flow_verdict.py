"""Judges how the gradient fares on its way back from the norms at the block boundaries, and says it in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_core.analysis.flow_alerts import FAR
from resnet_core.analysis.gradient_profile import growth_per_layer
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.number_text import exact, ratio, scientific

VerdictKind = Literal["healthy", "grows", "vanishes", "overflow", "underflow", "cut_off", "not_a_number"]
"""`healthy`: first and last norm differ less than `FAR` times; `grows`, `vanishes`: more, towards the input;
`overflow`, `underflow`: on the way the values left float32, upwards (inf, NaN) or downwards (0); `cut_off`: a zero that
no underflow explains, as behind weights of zero; `not_a_number`: inf or NaN that no overflow of float32 explains, as
from a loss that is none, or where a gradient overflowed in float16."""

_Tone = Literal[
    "level", "rises", "falls", "climbs", "sinks", "grows", "vanishes", "overflow", "underflow", "cut_off",
    "not_a_number",
]  # fmt: skip
"""A verdict with the five ways to be healthy told apart."""

LEVEL, LITTLE = 2.0, 100.0
"""Norms that differ by less than these factors from end to end are called level, and little different."""

NEAR_OVERFLOW, NEAR_UNDERFLOW = 1e30, 1e-30
"""A norm beyond these has come near the ends of float32 (1e-45 to 3e38): what is next to it and no number, or zero,
left float32 there. Between two boundaries lies a block, which changes a norm by some decades at most."""


class FlowVerdict(NamedTuple):
    """What the norms of one captured step say. `factor` is G_in / G_out, first norm over last, and `growth` that of
    the squared norm a layer (`gradient_profile.growth_per_layer`); both None where such a number does not exist.

    `boundary` is where the values stop being finite or positive, seen from the output, and `last_norm` the norm at the
    boundary before it on the way back; both None where all are, `last_norm` also where there is none before it.
    """

    kind: VerdictKind
    normalized: bool
    layers: int
    factor: float | None
    growth: float | None
    boundary: int | None = None
    last_norm: float | None = None


def flow_verdict(norms_N1: NDArray[np.float64] | Sequence[float], layers: int, *, normalized: bool) -> FlowVerdict:
    """Judge the L2 norms of dLoss/dx at N+1 boundaries, the first block's input first.

    `layers` are the convolutions between them (`gradient_profile.branch_layers`); `normalized` says whether the blocks
    have norm layers: with them a gradient that is far from level nearly always grows (Yang et al. 2019, arXiv
    1902.08129), without them it vanishes or explodes with the scale of the weights (He et al. 2015, arXiv 1502.01852).
    """
    norms = np.asarray(norms_N1, np.float64)
    odd = np.flatnonzero(~np.isfinite(norms) | (norms <= 0))
    if len(odd):
        boundary = int(odd[-1])
        return FlowVerdict(
            _kind_of_odd(norms, boundary), normalized, layers, None, None, boundary, _before(norms, boundary)
        )
    first, last = float(norms[0]), float(norms[-1])
    factor = first / last
    kind: VerdictKind = "grows" if factor >= FAR else "vanishes" if factor <= 1 / FAR else "healthy"
    return FlowVerdict(kind, normalized, layers, factor, growth_per_layer((first, last), layers))


def verdict_sentences(
    verdict: FlowVerdict, boundaries: Sequence[str], say: Callable[[str, str], str]
) -> tuple[str, str]:
    """Return what happens, with its numbers, and what that means; `boundaries` are the names of the N+1 places.

    `say` gives (context, text) as a window translates it, see `drawing.say`.
    """
    facts = {
        "factor": "" if verdict.factor is None else _times(verdict.factor),
        "growth": "" if verdict.growth is None else ratio(verdict.growth),
        "layers": exact(verdict.layers),
        "place": "" if verdict.boundary is None else boundaries[verdict.boundary],
        "norm": "" if verdict.last_norm is None else scientific(verdict.last_norm),
    }
    tone = _tone(verdict)
    meant = (_MEANT if verdict.normalized else _MEANT_WITHOUT_NORMS)[verdict.kind]
    if tone in ("climbs", "sinks"):
        meant = _UNEVEN
    elif tone == "not_a_number" and verdict.last_norm is not None:
        meant = _BROKEN_ON_THE_WAY
    return say("Atlas", _TOLD[tone]).format(**facts), say("Atlas", meant).format(**facts)


def _kind_of_odd(norms: NDArray[np.float64], boundary: int) -> VerdictKind:
    """Return why the norm at `boundary` is no positive number, told by what lies between it and the output."""
    before = norms[boundary + 1 :]
    if norms[boundary] == 0:
        return "underflow" if len(before) and before[0] < NEAR_UNDERFLOW else "cut_off"
    return "overflow" if len(before) and before[0] > NEAR_OVERFLOW else "not_a_number"


def _before(norms: NDArray[np.float64], boundary: int) -> float | None:
    return float(norms[boundary + 1]) if boundary + 1 < len(norms) else None


def _tone(verdict: FlowVerdict) -> _Tone:
    if verdict.kind != "healthy":
        return verdict.kind
    assert verdict.factor is not None
    if 1 / LEVEL < verdict.factor < LEVEL:
        return "level"
    if 1 / LITTLE < verdict.factor < LITTLE:
        return "rises" if verdict.factor > 1 else "falls"
    return "climbs" if verdict.factor > 1 else "sinks"


def _times(factor: float) -> str:
    return ratio(factor) if 1e-3 < factor < 1e5 else f"{scientific(factor)} ×"


_TOLD: Mapping[_Tone, str] = MappingProxyType({
    "level": N_("Atlas", "Level: {factor} towards the input over {layers} layers, squared {growth} a layer"),
    "rises": N_("Atlas", "Rises a little towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "falls": N_("Atlas", "Falls a little towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "climbs": N_("Atlas", "Climbs towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "sinks": N_("Atlas", "Sinks towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "grows": N_("Atlas", "Grows towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "vanishes": N_("Atlas", "Vanishes towards the input: {factor} over {layers} layers, squared {growth} a layer"),
    "overflow": N_("Atlas", "Leaves float32: behind a norm of {norm} it overflows at {place}, inf or NaN from there "
                   "back to the input"),
    "underflow": N_("Atlas", "Leaves float32: behind a norm of {norm} it underflows at {place}, 0 from there back to "
                    "the input"),
    "cut_off": N_("Atlas", "Nothing comes through: the gradient is exactly 0 at {place}"),
    "not_a_number": N_("Atlas", "No finite number from {place} back to the input: inf or NaN"),
})  # fmt: skip

_HEALTHY = N_("Atlas", "Healthy: every block hears of the loss at much the same strength.")
_UNEVEN = N_("Atlas", "Not level, and not yet an alarm, which is a thousandfold: the first block hears of the loss "
             "{factor} as strongly as the last.")  # fmt: skip
_CUT_OFF = N_("Atlas", "Something multiplies by 0: weights or a branch's last norm that begin at 0 without a shortcut "
              "around them, or ReLUs that are all dead. What lies before it does not learn.")  # fmt: skip
_NOT_A_NUMBER = N_("Atlas", "The numbers were broken before the way back began, in the forward pass or in the loss: "
                   "look at the learning rate and at the inputs.")  # fmt: skip
_BROKEN_ON_THE_WAY = N_("Atlas", "Up to there the numbers were whole, the last norm {norm}. In float16 a gradient "
                        "beyond 65,504 does this: the step is skipped, and the loss scaled by less. Else look at the "
                        "weights there.")  # fmt: skip

_MEANT: Mapping[VerdictKind, str] = MappingProxyType({
    "healthy": _HEALTHY,
    "grows": N_("Atlas", "It does not vanish: with norm layers and without strong shortcuts a gradient explodes, as "
                "the norms hold the signal at one size on the way forward but not the gradient on the way back. π/(π − "
                "1) = 1.467 a layer is expected of wide plain networks with BatchNorm and ReLU (Yang et al. 2019, "
                "arXiv 1902.08129). The first updates throw the first layers far; shortcuts mend it."),
    "vanishes": N_("Atlas", "Unusual behind norm layers, where gradients rather grow: look for branch factors or norm "
                   "weights near 0, or dead ReLUs. The first layers hardly learn."),
    "overflow": N_("Atlas", "It does not vanish, it explodes: layer by layer it grew beyond 3.4 × 10³⁸, the largest "
                   "number of float32, as behind norm layers without shortcuts (Yang et al. 2019, arXiv 1902.08129). "
                   "One update with it makes the weights NaN; a network this deep needs shortcuts."),
    "underflow": N_("Atlas", "It shrank below 1.4 × 10⁻⁴⁵, the smallest number of float32: what lies before it does "
                    "not learn. That is unusual behind norm layers: look for branch factors or norm weights near 0."),
    "cut_off": _CUT_OFF,
    "not_a_number": _NOT_A_NUMBER,
})  # fmt: skip

_MEANT_WITHOUT_NORMS: Mapping[VerdictKind, str] = MappingProxyType({
    "healthy": _HEALTHY,
    "grows": N_("Atlas", "It explodes: without norm layers the size of the weights decides, and here it is too large "
                "(He et al. 2015, arXiv 1502.01852). Smaller weights, a lower learning rate or norms mend it."),
    "vanishes": N_("Atlas", "True vanishing: without norm layers the size of the weights decides, and here each layer "
                   "passes less than it got (He et al. 2015, arXiv 1502.01852). The first layers hardly learn; larger "
                   "weights at the start, norms or shortcuts mend it."),
    "overflow": N_("Atlas", "It explodes: layer by layer it grew beyond 3.4 × 10³⁸, the largest number of float32. "
                   "Without norm layers the size of the weights decides; smaller ones mend it."),
    "underflow": N_("Atlas", "True vanishing, down to nothing: it shrank below 1.4 × 10⁻⁴⁵, the smallest number of "
                    "float32, and what lies before it does not learn. Larger weights at the start, norms or shortcuts "
                    "mend it."),
    "cut_off": _CUT_OFF,
    "not_a_number": _NOT_A_NUMBER,
})  # fmt: skip
