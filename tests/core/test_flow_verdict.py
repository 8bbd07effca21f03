"""What is said of a gradient on its way back: level, growing, vanishing, or gone out of float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from resnet_core.analysis.flow_verdict import flow_verdict, verdict_sentences
from resnet_core.drawing.say import as_written

PLACES = ("a", "b", "c", "out")


def sentences(norms: Sequence[float], normalized: bool = True) -> tuple[str, str]:
    """What is said of four norms over six layers."""
    return verdict_sentences(flow_verdict(norms, 6, normalized=normalized), PLACES, as_written)


@pytest.mark.parametrize(
    ("norms", "kind", "opening"),
    [
        ((1.5, 1.2, 1.1, 1.0), "healthy", "Level: 1.50 × towards the input over 6 layers, squared 1.14 × a layer"),
        ((35.0, 9.0, 3.0, 1.0), "healthy", "Rises a little"),
        ((0.1, 0.3, 0.6, 1.0), "healthy", "Falls a little"),
        ((193.0, 40.0, 9.0, 1.0), "healthy", "Climbs towards the input: 193 ×"),
        ((0.005, 0.02, 0.3, 1.0), "healthy", "Sinks towards the input"),
        ((2e4, 5e2, 2e1, 1.0), "grows", "Grows towards the input: 20,000 × over 6 layers"),
        ((1e-25, 1e-20, 1e-9, 1.0), "vanishes", "Vanishes towards the input: 1.0·10⁻²⁵ × over 6 layers"),
        ((np.nan, np.inf, 4e37, 1.0), "overflow", "Leaves float32: behind a norm of 4.0·10³⁷ it overflows at b"),
        ((0.0, 0.0, 3e-43, 1e-20), "underflow", "Leaves float32: behind a norm of 3.0·10⁻⁴³ it underflows at b"),
        ((0.0, 0.0, 0.7, 1.0), "cut_off", "Nothing comes through: the gradient is exactly 0 at b"),
        ((np.nan, np.nan, np.nan, np.nan), "not_a_number", "No finite number from out back to the input"),
        ((np.nan, 0.3, 0.7, 1.0), "not_a_number", "No finite number from a back to the input"),
    ],
)
def test_that_norms_are_judged_by_their_ends_and_by_what_float32_holds(
    norms: tuple[float, ...], kind: str, opening: str
) -> None:
    assert flow_verdict(norms, 6, normalized=True).kind == kind
    assert sentences(norms)[0].startswith(opening)


def test_that_a_hundredfold_is_not_called_level_nor_an_alarm() -> None:
    meant = sentences((193.0, 40.0, 9.0, 1.0))[1]
    assert meant.startswith("Not level, and not yet an alarm") and "193 × as strongly" in meant


def test_that_growth_behind_norm_layers_is_not_called_vanishing() -> None:
    meant = sentences((2e4, 5e2, 2e1, 1.0))[1]
    assert meant.startswith("It does not vanish") and "1902.08129" in meant
    assert sentences((np.inf, np.inf, 4e37, 1.0))[1].startswith("It does not vanish, it explodes")


def test_that_a_network_without_norms_is_said_to_vanish_truly() -> None:
    meant = sentences((1e-9, 1e-6, 1e-3, 1.0), normalized=False)[1]
    assert meant.startswith("True vanishing") and "size of the weights" in meant
    assert sentences((0.0, 1e-44, 1e-30, 1.0), normalized=False)[1].startswith("True vanishing, down to nothing")
    assert sentences((1e-9, 1e-6, 1e-3, 1.0))[1].startswith("Unusual behind norm layers")


def test_that_numbers_that_broke_on_the_way_back_are_not_blamed_on_the_loss() -> None:
    assert "65,504" in sentences((np.nan, np.inf, 0.7, 1.0))[1]
    assert sentences((np.nan, np.nan, np.nan, np.nan))[1].startswith("The numbers were broken before")


def test_that_every_verdict_fills_every_number_it_names() -> None:
    level, odd = (1.0,) * 4, (np.nan, 1, 1, 1)
    for norms in (level, odd, (1e9, 1, 1, 1), (1e-9, 1, 1, 1), (np.inf, 1e38, 1, 1), (0, 1e-44, 1, 1), (0, 1, 1, 1)):
        for normalized in (True, False):
            said = " ".join(sentences(norms, normalized))
            assert "{" not in said and "  " not in said
