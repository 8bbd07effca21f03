"""Holds what the receptive-field study says and shows to what was found, degenerate findings too."""

from __future__ import annotations

import json
import math

import pytest

from resnet_core.drawing.say import as_written
from resnet_core.findings.effective_receptive_field import (
    BlockField,
    FieldMap,
    FieldProfile,
    ReceptiveFieldFindings,
    ReceptiveFieldOptions,
    ReceptiveFieldStudy,
)
from resnet_core.findings.figures import BarFigure, LineFigure, MapFigure
from resnet_core.findings.study import StudiedNetwork, StudyReport, report_of

STUDY = ReceptiveFieldStudy()
PLACES = (-1.0, 0.0, 1.0)


def a_map(id: str) -> FieldMap:
    row = (0.5, 1.0, 0.5)
    return FieldMap(id=id, values=(row, row), left=-1.0, right=1.0, low=-0.5, high=0.5)


FOUND = ReceptiveFieldFindings(
    images=32,
    height=16,
    width=16,
    statistics="batch",
    fields=(
        BlockField(id="layer1.0", stage=1, field=7, radius_68=1.0, radius_95=2.0, outside=0.0),
        BlockField(id="layer1.1", stage=1, field=11),
        BlockField(id="layer2.0", stage=2, field=20, radius_68=2.0, radius_95=5.0, outside=0.0, cut=True),
    ),
    maps=(a_map("layer1.1"), a_map("layer2.0")),
    profiles=tuple(FieldProfile(id=id, places=PLACES, values=(0.5, 1.0, 0.5)) for id in ("layer1.1", "layer2.0")),
)


def nowhere() -> ReceptiveFieldFindings:
    fields = tuple(BlockField(id=field.id, stage=field.stage, field=field.field) for field in FOUND.fields)
    empty = FieldMap(id="layer2.0", values=(), left=math.nan, right=math.nan, low=math.nan, high=math.nan)
    gap = FieldProfile(id="layer2.0", places=PLACES, values=(math.nan,) * 3)
    return FOUND.model_copy(update={"fields": fields, "maps": (empty,), "profiles": (gap,)})


def test_that_the_headline_compares_the_last_block_with_its_field_and_says_that_it_is_cut() -> None:
    assert STUDY.headline(FOUND, as_written) == (
        "layer2.0: 95 % within 5.0 px of the centre, 50 % of the 10.0 px its layers reach. "
        "The image of 16 × 16 px cuts the field of 20 px off: choose a canvas to see it whole."
    )


def test_that_figures_show_radii_maps_from_the_last_profiles_and_shares() -> None:
    radii, last, first, profiles, shares = STUDY.figures(FOUND)
    assert isinstance(radii, LineFigure) and isinstance(last, MapFigure) and isinstance(first, MapFigure)
    assert isinstance(profiles, LineFigure) and isinstance(shares, BarFigure)
    assert radii.lines[0].x == (1, 3) and radii.lines[0].y == (2, 5)
    assert radii.lines[2].x == (1, 2, 3) and radii.lines[2].y == (3.5, 5.5, 10)
    assert (last.title, first.title) == ("layer2.0", "layer1.1")
    assert last.square and last.extent == (-1, 1, -0.5, 0.5)
    assert [line.role for line in profiles.lines] == ["second", "main", "guide"]
    assert shares.blocks == ("layer1.0", "layer1.1", "layer2.0")
    assert shares.values[2] == 50 and math.isnan(shares.values[1])


def test_that_the_gaussian_beside_the_profile_has_its_radius_and_mass() -> None:
    bell = STUDY.figures(FOUND)[3].lines[-1]  # type: ignore[union-attr]
    sigma = 2.0 / math.sqrt(-2 * math.log(0.32))
    assert bell.y[2] / bell.y[1] == pytest.approx(math.exp(-0.5 / sigma**2))
    assert sum(bell.y) == pytest.approx(2.0)  # as much as the profile has


def test_that_one_block_has_no_figures_over_blocks() -> None:
    one = FOUND.model_copy(update={"fields": FOUND.fields[2:], "maps": FOUND.maps[1:], "profiles": FOUND.profiles[1:]})
    assert [figure.key for figure in STUDY.figures(one)] == ["map_layer2.0", "profile"]


def test_that_the_table_has_a_row_a_block_and_the_conditions() -> None:
    rows = STUDY.table(FOUND).rows
    assert rows[2] == ("layer2.0", "20", "2.0", "5.0", "50 %", "0.0 %", "cut by the image")
    assert rows[1][2:] == ("", "", "", "", "")
    assert rows[3][6] == "32 images of 16 × 16; BatchNorm holds the statistics of one batch"


def test_that_findings_without_a_gradient_are_said_shown_and_kept() -> None:
    found = nowhere()
    assert STUDY.headline(found, as_written) == "No finite gradient of layer2.0 reaches the input."
    assert [figure.key for figure in STUDY.figures(found)] == ["profile"]
    network = StudiedNetwork("", "Tiny", "digits", 0, 0, "cpu")
    document = StudyReport(STUDY, network, ReceptiveFieldOptions(), found).as_document()
    again = report_of(STUDY, json.loads(json.dumps(document, allow_nan=False))).found
    assert again.maps[0].values == () and math.isnan(again.fields[0].radius_95)
    assert repr(STUDY.table(again)) == repr(STUDY.table(found))
