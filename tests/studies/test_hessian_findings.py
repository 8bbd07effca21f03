"""Holds what the Hessian study says and shows to what was found, degenerate findings too."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from resnet_core.drawing.say import as_written
from resnet_core.findings.figures import BarFigure, LineFigure
from resnet_core.findings.hessian import HessianFindings, HessianOptions, HessianStudy, SpectrumProbe
from resnet_core.findings.spectral_density import spectral_density
from resnet_core.findings.study import StudiedNetwork, StudyReport, report_of

STUDY = HessianStudy()
FOUND = HessianFindings(
    eigenvalues=(40.0, 12.0),
    residuals=(0.01, 0.02),
    lowest=-3.5,
    lowest_residual=0.03,
    converged=True,
    highest_by_product=(1.0, 30.0, 40.0),
    lowest_by_product=(1.0, -3.0, -3.5),
    blocks=("layer1.0", "layer2.0"),
    shares=(0.25, 0.5),
    stem_share=0.05,
    head_share=0.2,
    trace=123.0,
    probes=(SpectrumProbe(values=(-3.5, 1.0, 40.0), weights=(0.2, 0.7, 0.1)),),
    loss=0.5,
    images=128,
    parameters=1000,
    learning_rate=0.1,
    edge=20.0,
    momentum_edge=13.57,
)
NOWHERE: dict[str, Any] = {
    "eigenvalues": (math.nan,),
    "residuals": (math.nan,),
    "lowest": math.nan,
    "lowest_residual": math.nan,
    "converged": False,
    "highest_by_product": (),
    "lowest_by_product": (),
    "shares": (math.nan, math.nan),
    "stem_share": math.nan,
    "head_share": math.nan,
    "trace": math.nan,
    "probes": (),
    "loss": math.nan,
}


@pytest.mark.parametrize(("top", "times"), [(7e23, "3.50·10²² ×"), (1e-3, "5.00·10⁻⁵ ×"), (1e4, "500 ×")])
def test_that_a_curvature_far_from_the_edge_is_told_by_its_power_of_ten(top: float, times: str) -> None:
    found = FOUND.model_copy(update={"eigenvalues": (top,)})
    assert f"The largest is {times} the edge of stability" in STUDY.headline(found, as_written)


def test_that_one_edge_is_drawn_where_there_is_no_momentum() -> None:
    for edge, lines in ((FOUND.momentum_edge, 4), (FOUND.edge, 3)):
        figure = STUDY.figures(FOUND.model_copy(update={"momentum_edge": edge}))[0]
        assert isinstance(figure, LineFigure) and len(figure.lines) == lines


def test_that_the_headline_names_the_largest_beside_the_edge() -> None:
    assert STUDY.headline(FOUND, as_written) == (
        "The largest eigenvalue is 40, the most negative −3.5. "
        "The largest is 2.00 × the edge of stability, 2 / 0.1 = 20."
    )


def test_that_the_headline_admits_what_has_not_converged_and_leaves_out_an_edge_that_is_none() -> None:
    found = FOUND.model_copy(update={"converged": False, "edge": math.nan})
    assert STUDY.headline(found, as_written) == (
        "The largest eigenvalue is 40, the most negative −3.5. "
        "Not converged: a residual of 0.03 is left; allow more iterations."
    )


def test_that_figures_show_eigenvalues_with_the_edges_shares_and_density() -> None:
    lines, bars, density = STUDY.figures(FOUND)
    assert isinstance(lines, LineFigure) and isinstance(bars, BarFigure) and isinstance(density, LineFigure)
    assert [line.role for line in lines.lines] == ["main", "second", "guide", "guide"]
    assert lines.lines[0].x == (1, 2, 3) and lines.lines[0].y == FOUND.highest_by_product
    assert lines.lines[2].y == (20.0, 20.0)
    assert bars.blocks == FOUND.blocks and bars.values == (25, 50)
    assert density.y.logarithmic


def test_that_the_table_has_eigenvalues_edges_and_every_share() -> None:
    rows = {row[0]: row[1] for row in STUDY.table(FOUND).rows}
    assert rows["eigenvalue 1"] == "40" and rows["eigenvalue 2"] == "12" and rows["most negative"] == "−3.5"
    assert rows["2 / learning rate"] == "20" and rows["trace (estimate)"] == "123"
    assert [rows[f"share in {id}"] for id in ("stem", "layer1.0", "layer2.0", "head")] == [
        "5.0 %", "25.0 %", "50.0 %", "20.0 %",
    ]  # fmt: skip


def test_that_findings_beyond_numbers_are_said_shown_and_kept() -> None:
    found = FOUND.model_copy(update=NOWHERE)
    assert "no finite numbers" in STUDY.headline(found, as_written)
    figures = STUDY.figures(found)
    assert [figure.key for figure in figures] == ["eigenvalues", "shares"]
    assert all(len(row) == 3 for row in STUDY.table(found).rows)
    network = StudiedNetwork("", "Tiny", "digits", 0, 0, "cpu")
    document = StudyReport(STUDY, network, HessianOptions(), found).as_document()
    again = report_of(STUDY, json.loads(json.dumps(document, allow_nan=False)))
    assert math.isnan(again.found.eigenvalues[0]) and again.options == HessianOptions()


def test_that_the_density_has_area_one_and_its_peak_at_the_heaviest_value() -> None:
    curve = spectral_density([((-1.0, 0.0, 4.0), (0.1, 0.8, 0.1)), ((-1.0, 0.0, 4.0), (0.3, 0.4, 0.3))])
    assert curve is not None
    places, density = curve
    heights = np.nan_to_num(density)
    assert float(np.trapezoid(heights, places)) == pytest.approx(1, abs=0.01)
    assert places[int(heights.argmax())] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("probes", [[], [((), ())], [((2.0, 2.0), (0.5, 0.5))], [((math.nan, 1.0), (0.5, 0.5))]])
def test_that_there_is_no_density_of_one_value_or_none(probes: list[Any]) -> None:
    assert spectral_density(probes) is None
