"""Holds what is said and drawn of shattering to what was found, and to findings in which there is nothing."""

from __future__ import annotations

import json
import math

import pytest

from resnet_core.drawing.say import as_written
from resnet_core.findings.figures import BarFigure, LineFigure
from resnet_core.findings.shattering import (
    BoundaryAgreement,
    ShatteringFindings,
    ShatteringOptions,
    ShatteringStudy,
    brown_noise,
)
from resnet_core.findings.study import StudiedNetwork, StudyReport, report_of

STUDY = ShatteringStudy()
NOTHING = BoundaryAgreement(size=1024, by_lag=(math.nan,) * 3, between=math.nan)


def agreement(*by_lag: float) -> BoundaryAgreement:
    return BoundaryAgreement(size=1024, by_lag=by_lag, between=0.1)


def findings(at_input: BoundaryAgreement, *blocks: BoundaryAgreement) -> ShatteringFindings:
    return ShatteringFindings(
        points=256,
        arc_degrees=90.0,
        images=32,
        statistics="batch",
        path_neighbours=(0.8, 0.9),
        block_ids=tuple(f"layer1.{place}" for place in range(len(blocks))),
        input=at_input,
        blocks=blocks,
        output=agreement(1.0, 1.0, 1.0),
    )


SMOOTH = findings(agreement(0.95, 0.9, 0.8), agreement(0.9, 0.7, 0.4), agreement(0.99, 0.98, 0.97))


@pytest.mark.parametrize(
    ("neighbours", "verdict"),
    [(0.02, "shattered into white noise."), (-0.05, "shattered into white noise."), (0.5, "partly shattered."),
     (0.95, "smooth.")],
)  # fmt: skip
def test_that_the_headline_compares_neighbours_to_noise(neighbours: float, verdict: str) -> None:
    text = STUDY.headline(findings(agreement(neighbours, 0.0, 0.0), agreement(0.9)), as_written)
    number = f"{neighbours:.3f}".replace("-", "−")
    assert (
        f"Gradients of inputs 0.35° apart have a cosine of {number}, where white noise has 0 and brown noise 0.990"
        in text
    )
    assert verdict in text
    assert text.endswith("2, of 256 points over 90° each; BatchNorm holds the statistics of one batch.")


def test_that_gradients_that_cannot_be_compared_are_told_with_where() -> None:
    text = STUDY.headline(findings(NOTHING, NOTHING, NOTHING, agreement(1.0, 1.0, 1.0)), as_written)
    assert "no gradients can be compared" in text and "up to the input of layer1.1." in text
    alone = STUDY.headline(findings(NOTHING, agreement(1.0, 1.0, 1.0)), as_written)
    assert "up to the input" not in alone


def test_that_figures_are_drawn_of_what_was_found() -> None:
    lines, neighbours, between = STUDY.figures(SMOOTH)
    assert isinstance(lines, LineFigure) and isinstance(neighbours, BarFigure) and isinstance(between, BarFigure)
    assert lines.lines[0].x == (0.0, 1.0, 2.0, 3.0) and lines.lines[0].y == (1.0, 0.95, 0.9, 0.8)
    assert lines.lines[1].y == (1.0, 0.99, 0.98, 0.97)
    assert [line.role for line in lines.lines] == ["main", "second", "faded", "faded"]
    assert lines.lines[3].x == (1.0, 2.0, 3.0) and lines.lines[3].y == (0.0, 0.0, 0.0)
    assert neighbours.values == (0.9, 0.99) and neighbours.blocks == ("layer1.0", "layer1.1")
    assert between.values == (0.1, 0.1)


def test_that_a_network_of_one_block_and_gradients_that_are_none_are_drawn_and_tabled() -> None:
    nothing = findings(NOTHING, NOTHING)
    lines, *_ = STUDY.figures(nothing)
    assert isinstance(lines, LineFigure) and len(lines.lines) == 3
    rows = STUDY.table(nothing).rows
    assert rows[0] == ("network input", "", "", "", "", "0.025")
    assert rows[-1] == ("last output", "1.000", "1.000", "> 3", "0.100", "0.025")


def test_that_the_table_has_a_row_a_boundary() -> None:
    table = STUDY.table(SMOOTH)
    assert table.header[2] == "3 apart"
    assert [row[0] for row in table.rows] == ["network input", "layer1.0", "layer1.1", "last output"]
    assert table.rows[1] == ("layer1.0", "0.900", "0.400", "2.7", "0.100", "0.025")


def test_that_half_is_found_between_two_lags() -> None:
    assert agreement(0.0).half_length == pytest.approx(0.5)
    assert agreement(0.9, 0.7, 0.4).half_length == pytest.approx(2 + 2 / 3)
    assert agreement(0.9, 0.8).half_length == math.inf
    assert math.isnan(NOTHING.half_length)


def test_that_only_lags_that_were_compared_are_told_of() -> None:
    short = agreement(0.9, 0.8, math.nan)
    assert (short.reach, short.half_length) == (2, math.inf) and NOTHING.reach == 0
    table = STUDY.table(findings(short, short).model_copy(update={"output": short}))
    assert table.header[2] == "2 apart"
    assert table.rows[0] == ("network input", "0.900", "0.800", "> 2", "0.100", "0.025")


def test_that_brown_noise_correlates_as_a_random_walk() -> None:
    assert brown_noise(2, 1) == (pytest.approx(math.sqrt(1 / 2)),)
    assert brown_noise(3, 2)[0] == pytest.approx((math.sqrt(1 / 2) + math.sqrt(2 / 3)) / 2)
    assert math.isnan(brown_noise(2, 2)[1])


def test_that_a_report_comes_back_from_json_with_what_is_no_number() -> None:
    network = StudiedNetwork("", "Plain-1202", "digits", 0, 0, "cpu")
    report = StudyReport(STUDY, network, ShatteringOptions(), findings(NOTHING, agreement(0.5, 0.2, 0.1)))
    document = json.loads(json.dumps(report.as_document(), allow_nan=False))
    assert document["findings"]["input"]["by_lag"] == [None, None, None]
    assert repr(report_of(STUDY, document)) == repr(report)  # nan is not equal to itself
