"""Holds what is said and drawn of the likeness of blocks to what was found, and to findings with nothing in them."""

from __future__ import annotations

import math

import pytest

from resnet_core.drawing.say import as_written
from resnet_core.findings.cka import CkaFindings, CkaOptions, CkaStudy
from resnet_core.findings.figures import BarFigure, MapFigure
from resnet_core.findings.study import StudiedNetwork, StudyReport, report_of

STUDY = CkaStudy()
IDS = ("stem", "layer1.0", "layer1.1", "layer2.0")


def findings(*triangle: tuple[float, ...], ids: tuple[str, ...] = IDS) -> CkaFindings:
    return CkaFindings(split="test", images=64, batches=8, statistics="averages", ids=ids, triangle=triangle)


FOUND = findings((1.0,), (0.95, 1.0), (0.8, 0.97, 1.0), (0.3, 0.4, 0.5, 1.0))
NOTHING = findings((math.nan,), (math.nan, math.nan), ids=("stem", "layer1.0"))


def test_that_the_headline_tells_neighbours_the_largest_step_and_the_share_alike() -> None:
    assert STUDY.headline(FOUND, as_written) == (
        "A block's output is like its input by 0.807 (mean CKA). The largest step, to 0.500, is made by layer2.0, "
        "which begins a stage. Of all pairs 33.3 % are above 0.9. Batches: 8, of 64 test images each; BatchNorm holds "
        "the averages of training."
    )
    within = findings((1.0,), (0.95, 1.0), (0.8, 0.4, 1.0), (0.3, 0.4, 0.5, 1.0))
    assert "to 0.400, is made by layer1.1. Of all" in STUDY.headline(within, as_written)


def test_that_every_pair_stands_in_the_map_on_both_sides() -> None:
    whole, steps = STUDY.figures(FOUND)
    assert isinstance(whole, MapFigure) and isinstance(steps, BarFigure)
    assert whole.values == (
        (1.0, 0.95, 0.8, 0.3),
        (0.95, 1.0, 0.97, 0.4),
        (0.8, 0.97, 1.0, 0.5),
        (0.3, 0.4, 0.5, 1.0),
    )
    assert whole.x_ids == whole.y_ids == IDS and whole.square
    assert whole.limits == (0.0, 1.0) and whole.extent == (0, 3, 0, 3)
    assert steps.blocks == IDS[1:] and steps.values == (0.95, 0.97, 0.5)


def test_that_findings_with_nothing_to_compare_are_said_drawn_and_tabled() -> None:
    assert STUDY.headline(NOTHING, as_written).startswith("No two outputs can be compared")
    assert NOTHING.jump is None and math.isnan(NOTHING.alike)
    whole, steps = STUDY.figures(NOTHING)
    assert isinstance(whole, MapFigure) and len(whole.values) == 2
    assert isinstance(steps, BarFigure) and len(steps.values) == 1
    assert STUDY.table(NOTHING).rows == (("stem", "", "", ""), ("layer1.0", "", "", ""))


def test_that_pairs_that_cannot_be_compared_do_not_count() -> None:
    partly = findings((1.0,), (math.nan, math.nan), (0.95, math.nan, 1.0), (0.2, math.nan, 0.6, 1.0))
    assert partly.jump == 3 and partly.alike == pytest.approx(1 / 3)
    assert "by 0.600 (mean CKA)" in STUDY.headline(partly, as_written)


def test_that_the_table_has_a_row_an_output() -> None:
    table = STUDY.table(FOUND)
    assert table.header == ("output of", "with input", "with stem", "with layer2.0")
    assert table.rows[0] == ("stem", "", "1.000", "0.300")
    assert table.rows[2] == ("layer1.1", "0.970", "0.800", "0.500")


def test_that_a_report_comes_back_from_its_document() -> None:
    report = StudyReport(STUDY, StudiedNetwork("a run", "ResNet-20", "digits", 160, 0, "cpu"), CkaOptions(), NOTHING)
    document = report.as_document()
    assert document["findings"]["triangle"] == [[None], [None, None]]
    assert repr(report_of(STUDY, document)) == repr(report)  # nan is not equal to itself
