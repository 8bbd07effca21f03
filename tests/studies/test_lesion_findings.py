"""Holds what a lesion study found to its JSON document and its values by block."""

from __future__ import annotations

import json
import math

import pytest

from resnet_core.drawing.say import as_written
from resnet_core.findings.catalog import read_report
from resnet_core.findings.lesion import BlockLesion, LesionFindings, LesionStudy
from resnet_core.findings.study import NoOptions, StudiedNetwork, StudyReport

NETWORK = StudiedNetwork("a run", "ResNet-20", "digits", 160, 0, "cpu")
FOUND = LesionFindings(
    accuracy=0.96,
    loss=0.125,
    images=360,
    blocks=(
        BlockLesion(id="layer1.0", accuracy=0.5, loss=2.0),
        BlockLesion(id="layer1.1", accuracy=0.75, loss=math.nan),
        BlockLesion(id="layer1.2", accuracy=1.0, loss=0.1),
        BlockLesion(id="layer2.0", accuracy=math.nan, loss=math.nan, removable=False, reason="It stays."),
    ),
)
REPORT = StudyReport(LesionStudy(), NETWORK, NoOptions(), FOUND)


def test_that_values_stand_under_their_block_and_are_none_where_it_stays() -> None:
    accuracy, lost, loss = FOUND.values("accuracy"), FOUND.values("accuracy_lost"), FOUND.values("loss")
    assert list(accuracy) == ["layer1.0", "layer1.1", "layer1.2", "layer2.0"]
    assert list(lost.values())[:3] == pytest.approx([0.46, 0.21, -0.04])
    assert loss["layer1.0"] == 2.0
    assert all(math.isnan(values["layer2.0"]) for values in (accuracy, lost, loss))


def test_that_the_median_is_of_the_blocks_that_can_be_removed() -> None:
    assert FOUND.median_accuracy == 0.75
    assert math.isnan(only_standing().median_accuracy)


def only_standing() -> LesionFindings:
    """No block of it can be removed."""
    return FOUND.model_copy(update={"blocks": FOUND.blocks[3:]})


def test_that_a_document_comes_back_from_json() -> None:
    document = json.loads(json.dumps(REPORT.as_document(), allow_nan=False))
    assert document["findings"]["blocks"][3]["accuracy"] is None
    report = read_report(document)
    assert report.network == NETWORK
    assert repr(report.found) == repr(FOUND)  # nan is not equal to itself


@pytest.mark.parametrize(
    "document",
    [{}, {"study": "astrology"}, {"study": "lesion"}, {**REPORT.as_document(), "findings": {"blocks": [{}]}}],
)
def test_that_another_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no document of"):
        read_report(document)


def test_that_the_headline_and_the_figures_say_what_was_found() -> None:
    study = LesionStudy()
    assert study.headline(FOUND, as_written).startswith("Without one block 75.0 %")
    assert "96.0 %" in study.headline(FOUND, as_written)
    assert study.headline(only_standing(), as_written) == "No block of this network can be removed."
    accuracy, loss = study.figures(FOUND)
    assert accuracy.values[:3] == (50, 75, 100) and accuracy.guide == 96  # type: ignore[union-attr]
    assert loss.blocks == ("layer1.0", "layer1.1", "layer1.2", "layer2.0")  # type: ignore[union-attr]
    table = study.table(FOUND)
    assert [row[0] for row in table.rows] == ["none", "layer1.0", "layer1.1", "layer1.2", "layer2.0"]
    assert table.rows[-1][-1] == "cannot be removed: It stays."
