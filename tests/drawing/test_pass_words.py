"""The caption of a pass says what happens, with the numbers of the graph and of the run, and why there are none."""

from __future__ import annotations

import re

import pytest

from resnet_core.drawing.pass_norms import PassNorms
from resnet_core.drawing.pass_pace import Detail, word_detail
from resnet_core.drawing.pass_words import caption
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tensor_pass import PassTimeline
from tests.drawing.test_tensor_pass import DIRECTIONS, MAKES, timeline_of, walked

NO_NORMS = PassNorms()


def said(
    timeline: PassTimeline, block: str, share: float, detail: Detail = "block", norms: PassNorms = NO_NORMS
) -> str:
    column = timeline.axis.column_of(block)
    assert column is not None
    return caption(timeline, timeline.place_of(column) + share, detail, norms, as_written).text


def test_that_a_projection_is_told_from_an_identity_and_from_no_shortcut() -> None:
    residual, plain = timeline_of("ResNet-50", "forward"), timeline_of("Plain-20", "forward")
    projection = "layer3.0: the projection makes 512 × 28² into 1024 × 14² so that both can be added"
    assert said(residual, "layer3.0", 0.5) == projection
    assert "waits at the addition" in said(residual, "layer3.1", 0.5)
    assert said(residual, "layer3.1", 0.95).endswith("H(x) = F(x) + x of both: 1024 × 14²")
    assert "one road only" in said(plain, "layer2.1", 0.5)


def test_that_backward_the_addition_and_the_fork_are_told() -> None:
    timeline = timeline_of("ResNet-50", "backward")
    assert said(timeline, "layer3.1", 0.05) == "layer3.1: at the addition both roads carry the same gradient"
    assert "passes unchanged" in said(timeline, "layer3.1", 0.5)
    assert said(timeline, "layer3.1", 0.95).endswith("as vectors. Train or probe to see norms.")


def test_that_a_shortcut_that_is_weighed_is_not_said_to_pass_unchanged() -> None:
    for name in ("SE on the shortcut", "SkipInit, scaled"):
        assert "unchanged" not in said(timeline_of(name, "backward"), "layer1.1", 0.5), name


@pytest.mark.parametrize(
    ("norms", "end"),
    [
        (PassNorms((3.1e-3,) * 17), "branch and skip add up to ‖g‖ 3.1·10⁻³"),
        (PassNorms((3.1e-3,) * 17, (2e-3,) * 16, (2.4e-3,) * 16),
         "branch (2.0·10⁻³) and skip (2.4·10⁻³) add up, as vectors, to ‖g‖ 3.1·10⁻³"),
        (PassNorms((3.1e-3,) * 17, (2e-3,) * 16, (2.4e-3,) * 16, (0.12,) * 16),
         "branch (2.0·10⁻³) and skip (2.4·10⁻³), at cosine 0.12, add up to ‖g‖ 3.1·10⁻³"),
    ],
)  # fmt: skip
def test_that_the_sum_is_said_with_as_much_as_was_measured(norms: PassNorms, end: str) -> None:
    assert said(timeline_of("ResNet-50", "backward"), "layer3.1", 0.95, norms=norms) == f"layer3.1: {end}"


def test_that_a_plain_block_says_what_its_one_road_made_of_the_norm() -> None:
    text = said(timeline_of("Plain-20", "backward"), "layer1.0", 0.5, norms=PassNorms((2e-3, 1e-3, *(1e-2,) * 8)))
    assert text.endswith("‖g‖ 1.0·10⁻³ became 2.0·10⁻³")


@pytest.mark.parametrize("detail", ["stage", "block", "layer"])
@pytest.mark.parametrize("name", MAKES)
def test_that_every_moment_has_a_sentence_with_all_its_facts(name: str, detail: Detail) -> None:
    for direction in DIRECTIONS:
        timeline = timeline_of(name, direction)
        for stop in walked(timeline, by_layer=True):
            found = caption(timeline, stop, detail, NO_NORMS, as_written)
            assert found.text and not re.search(r"[{}]", found.text), found.text
            graph = timeline.graph
            known = {stage.id for stage in graph.stages} | set(graph.block_by_id) | set(graph.node_by_id) | {""}
            assert found.subject in known


def test_that_stages_are_told_while_blocks_go_by_too_fast_to_read() -> None:
    slow, fast = timeline_of("ResNet-18", "forward"), timeline_of("ResNet-1202", "forward")
    assert word_detail(slow, "block", is_playing=True) == "block"
    assert word_detail(fast, "stage", is_playing=True) == "stage"
    assert word_detail(fast, "stage", is_playing=False) == "block"
    assert word_detail(fast, "layer", is_playing=True) == "layer"
    assert said(fast, "layer2.5", 0.5, "stage").startswith("layer2: 200 blocks.")
