"""What is looked at stays where it is while the network changes around it, and zooming goes level by level."""

from __future__ import annotations

import pytest

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import (
    with_block_added,
    with_block_removed,
    with_stage,
    with_stage_removed,
)
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.depth_view import DepthView
from resnet_core.drawing.kept_view import kept_view, nearest_id
from resnet_core.drawing.zoom_levels import one_level_in, one_level_out

CONFIG = preset("ResNet-101")


def axis_of(config: ArchitectureConfig) -> DepthAxis:
    return DepthAxis(build_graph(config))


def zoomed(on: str, config: ArchitectureConfig = CONFIG, px: float = 60.0) -> DepthView:
    """A view with the middle of `on` at 40 % of its width."""
    axis = axis_of(config)
    span = axis.span_of(on)
    assert span is not None
    return DepthView(axis, span.middle - 0.4 * 800 / px, px, 100.0, 800.0)


def x_of(view: DepthView, id: str) -> float:
    span = view.axis.span_of(id)
    assert span is not None
    return view.x(span.middle)


@pytest.mark.parametrize(
    "edited",
    [
        with_block_added(CONFIG, "layer1.0"),
        with_block_added(CONFIG, "layer4.0"),
        with_block_removed(CONFIG, "layer2.1"),
        with_block_removed(CONFIG, "layer4.2"),
        with_stage(CONFIG, 1, blocks=9),
        with_stage(CONFIG, 2, width=512),
    ],
)
@pytest.mark.parametrize("px", [60.0, 200.0, 900.0])
def test_that_the_selected_block_stays_at_its_place_and_scale_and_comes_back_on_undo(
    edited: ArchitectureConfig, px: float
) -> None:
    before = zoomed("layer3.9", px=px)
    after = kept_view(before, axis_of(edited), "layer3.9")
    assert after.scale == before.scale
    assert x_of(after, "layer3.9") == pytest.approx(x_of(before, "layer3.9"))
    back = kept_view(after, before.axis, "layer3.9")
    assert back.first == pytest.approx(before.first)


def test_that_a_selected_layer_stays_where_layers_are_shown() -> None:
    before = zoomed("layer3.9.conv3", px=900.0)
    after = kept_view(before, axis_of(with_block_added(CONFIG, "layer1.0")), "layer3.9.conv3")
    assert x_of(after, "layer3.9.conv3") == pytest.approx(x_of(before, "layer3.9.conv3"))


def test_that_without_a_selection_the_column_in_the_middle_stays() -> None:
    before = zoomed("layer3.9")
    middle = before.axis.column_at((before.first + before.last) / 2).id
    after = kept_view(before, axis_of(with_block_added(CONFIG, "layer2.0")), "")
    assert x_of(after, middle) == pytest.approx(x_of(before, middle))


def test_that_a_selection_out_of_sight_does_not_pull_the_view_to_it() -> None:
    before = zoomed("layer3.9")
    other = axis_of(with_block_added(CONFIG, "layer2.0"))
    assert kept_view(before, other, "layer1.0") == kept_view(before, other, "")


def test_that_where_the_selected_is_gone_the_nearest_before_it_stays() -> None:
    before = zoomed("layer3.22", px=200.0)
    shorter = with_block_removed(CONFIG, "layer3.22")
    after = kept_view(before, axis_of(shorter), "layer3.22")
    assert x_of(after, "layer3.21") == pytest.approx(x_of(before, "layer3.21"))
    assert nearest_id(axis_of(shorter), "layer3.22") == "layer3.21"
    assert nearest_id(axis_of(with_stage_removed(CONFIG, 3)), "layer4.1") == "layer3.22"


def test_that_a_whole_view_stays_whole() -> None:
    whole = DepthView.fitted(axis_of(CONFIG), 100.0, 800.0)
    after = kept_view(whole, axis_of(with_stage(CONFIG, 2, blocks=5)), "layer3.3")
    assert after.is_fitted and after.first == 0


def test_that_a_network_that_no_longer_fills_the_view_is_shown_whole() -> None:
    after = kept_view(zoomed("layer3.9"), axis_of(preset("ResNet-18")), "layer3.9")
    assert after.is_fitted


def test_that_zooming_in_goes_from_network_to_stage_to_block_to_layers_to_one_layer_and_back() -> None:
    whole = DepthView.fitted(axis_of(CONFIG), 0.0, 800.0)
    views = [whole]
    while (closer := one_level_in(views[-1], "layer3.9.conv2")) != views[-1]:
        views.append(closer)
    assert len(views) == 5
    stage, block, layers, layer = views[1:]
    assert (stage.columns()[0].id, stage.columns()[-1].id) == ("layer2.3", "layer4.0")
    assert 5 <= len(block.columns()) <= 10
    assert layers.layer_opacity() == layer.layer_opacity() == 1
    assert all(abs(x_of(view, "layer3.9.conv2") - 400) < 130 for view in views[2:])
    back = [views[-1]]
    while not back[-1].is_fitted:
        back.append(one_level_out(back[-1], "layer3.9.conv2"))
    assert back == views[::-1]
    assert one_level_out(whole, "") == whole


def test_that_zooming_in_without_a_selection_goes_about_the_middle() -> None:
    view = one_level_in(one_level_in(zoomed("layer3.9"), ""), "")
    assert view.columns()[0].id.startswith("layer3.")
