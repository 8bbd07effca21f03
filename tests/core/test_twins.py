"""Holds the twins of an architecture to what they share with it and what they may not."""

from __future__ import annotations

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockKind, BlockOverride
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import find_preset, preset, search_presets
from resnet_core.configuration.twins import (
    is_plain,
    main_kind,
    other_kind,
    plain_twin,
    with_kind,
    with_option,
    with_order,
)
from resnet_core.configuration.validation import ConfigurationError


def _parameters(config: ArchitectureConfig) -> int:
    return cost_report(build_graph(config)).total.parameters


def test_that_the_basic_twin_of_resnet_50_has_the_blocks_of_resnet_34() -> None:
    twin = with_kind(preset("ResNet-50"), "basic")
    assert twin.name == "ResNet-50 (Basic)"
    assert twin.model_copy(update={"name": "ResNet-34"}) == preset("ResNet-34")
    assert _parameters(twin) == 21_797_672


def test_that_the_bottleneck_twin_of_resnet_34_has_the_blocks_of_resnet_50() -> None:
    twin = with_kind(preset("ResNet-34"), "bottleneck")
    assert twin.name == "ResNet-34 (Bottleneck)"
    assert _parameters(twin) == 25_557_032


@pytest.mark.parametrize("name", [entry.name for entry in search_presets("") if entry.counts.depth <= 1000])
@pytest.mark.parametrize("kind", ["basic", "bottleneck"])
def test_that_a_twin_keeps_every_stage_but_its_kind(name: str, kind: BlockKind) -> None:
    config = preset(name)
    twin = with_kind(config, kind)
    assert [stage.kind for stage in twin.stages] == [kind] * len(config.stages)
    for before, after in zip(config.stages, twin.stages, strict=True):
        assert after.model_copy(update={"kind": before.kind}) == before
    assert main_kind(twin) == kind != other_kind(twin)


def test_that_a_twin_of_a_twin_is_the_published_network_again() -> None:
    twin = with_kind(preset("ResNet-50"), "basic")
    assert with_kind(twin, "bottleneck") is preset("ResNet-50")


def test_that_cardinality_goes_and_is_not_claimed_on_the_way_back() -> None:
    basic = with_kind(preset("ResNeXt-50-32x4d"), "basic")
    assert (basic.block.groups, basic.block.base_width) == (1, 64)
    assert with_kind(basic, "bottleneck").name == "ResNeXt-50-32x4d (Bottleneck)"


def test_that_kinds_of_single_blocks_are_dropped_and_their_shortcuts_kept() -> None:
    overrides = (
        BlockOverride(block="layer1.0", kind="basic"),
        BlockOverride(block="layer2.1", kind="basic", shortcut="C"),
    )
    twin = with_kind(preset("ResNet-50").model_copy(update={"overrides": overrides}), "basic")
    assert twin.overrides == (BlockOverride(block="layer2.1", shortcut="C"),)


@pytest.mark.parametrize(
    ("name", "twin"),
    [("ResNet-34", "Plain-34"), ("ResNet-56", "Plain-56"), ("WRN-28-10", "WRN-28-10 (plain)")],
)
def test_that_a_plain_twin_has_no_shortcut_and_the_published_name(name: str, twin: str) -> None:
    plain = plain_twin(preset(name))
    assert plain.name == twin
    assert is_plain(plain) and not is_plain(preset(name))
    assert plain.stages == preset(name).stages


def test_that_a_plain_twin_drops_shortcuts_of_single_blocks() -> None:
    config = preset("ResNet-34").model_copy(
        update={"overrides": (BlockOverride(block="layer1.0", shortcut="C"),)}
    )
    assert plain_twin(config) == preset("Plain-34")


def test_that_a_twin_that_cannot_be_is_refused_with_its_place() -> None:
    wide = with_assignments(preset("ResNet-34"), ["stages.3.width=8192", "block.expansion=16"])
    with pytest.raises(ConfigurationError) as refused:
        with_kind(wide, "bottleneck")
    assert refused.value.problems[0].path == ("stages", 3, "width")


@pytest.mark.parametrize("name", ["ResNet-56", "ResNet-164", "ResNet-110", "ResNet-50", "WRN-28-10", "BiT-R50x1"])
def test_that_the_twin_of_the_other_order_is_published_where_there_is_one_and_leads_back(name: str) -> None:
    config = preset(name)
    order = config.block.activation_order
    twin = with_order(config, "post" if order == "pre" else "pre")
    assert twin.block.activation_order != order and twin.stages == config.stages
    published = find_preset(f"Pre{name}")
    if published is not None:
        assert twin == preset(published.name)
    assert with_order(twin, order).block == config.block


def test_that_options_have_the_published_names_where_there_are_any() -> None:
    config = preset("ResNet-34")
    assert with_option(config, "C") == preset("ResNet-34 (option C)")
    assert with_option(with_option(config, "A"), "B") == config
    assert with_option(preset("ResNet-20"), "B").name == "ResNet-20 (option B)"
