"""Holds what a lesion study found to its JSON document and its values by block."""

from __future__ import annotations

import json
import math

import pytest

from resnet_core.studies.lesion_document import (
    BlockLesion,
    LesionStudy,
    StudiedNetwork,
    lesion_document,
    read_lesion,
)

NETWORK = StudiedNetwork("a run", "ResNet-20", "digits", 160)
STUDY = LesionStudy(
    0.96,
    0.125,
    360,
    "cpu",
    (
        BlockLesion("layer1.0", 0.5, 2.0),
        BlockLesion("layer1.1", 0.75, math.nan),
        BlockLesion("layer1.2", 1.0, 0.1),
        BlockLesion("layer2.0", math.nan, math.nan, False, "It stays."),
    ),
)


def test_that_values_stand_under_their_block_and_are_none_where_it_stays() -> None:
    accuracy, lost, loss = STUDY.values("accuracy"), STUDY.values("accuracy_lost"), STUDY.values("loss")
    assert list(accuracy) == ["layer1.0", "layer1.1", "layer1.2", "layer2.0"]
    assert list(lost.values())[:3] == pytest.approx([0.46, 0.21, -0.04])
    assert loss["layer1.0"] == 2.0
    assert all(math.isnan(values["layer2.0"]) for values in (accuracy, lost, loss))


def test_that_the_median_is_of_the_blocks_that_can_be_removed() -> None:
    assert STUDY.median_accuracy == 0.75
    assert math.isnan(STUDY._replace(blocks=STUDY.blocks[3:]).median_accuracy)


def test_that_a_document_comes_back_from_json() -> None:
    document = json.loads(json.dumps(lesion_document(NETWORK, STUDY), allow_nan=False))
    assert document["median_accuracy"] == 0.75
    assert document["blocks"][3]["accuracy"] is None
    network, study = read_lesion(document)
    assert network == NETWORK
    assert repr(study) == repr(STUDY)  # nan is not equal to itself


@pytest.mark.parametrize("document", [{}, {"blocks": 3}, {**lesion_document(NETWORK, STUDY), "blocks": [{}]}])
def test_that_another_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no document of a lesion study"):
        read_lesion(document)
