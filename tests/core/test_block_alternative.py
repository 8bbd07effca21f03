"""Holds the cost of a block of the other kind to published counts and to the network really built with it."""

from __future__ import annotations

import pytest

from resnet_core.analysis.block_alternative import (
    block_alternative,
    block_bill,
    other_kind,
    override_of,
)
from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import with_block_override


def with_kind(config: ArchitectureConfig, id: str) -> ArchitectureConfig:
    block = build_graph(config).block_by_id[id]
    return with_block_override(config, id, kind=other_kind(block.plan.kind))


@pytest.mark.parametrize(
    ("name", "id", "own", "other"),
    [
        # He et al. 2015, Fig. 5: a Basic block on 64 channels costs about what a Bottleneck on 256 does.
        ("ResNet-34", "layer1.1", 73_728, 4_096 // 4 + 9 * 16 * 16 + 4_096 // 4),
        ("ResNet-50", "layer1.1", 69_632, 1_179_648),
        ("ResNet-34", "layer3.1", 1_179_648, 69_632),
        ("ResNet-50", "layer3.1", 1_114_112, 18_874_368),
        ("ResNet-50", "layer3.0", 1_507_328, 9 * 512 * 1_024 + 9 * 1_024 * 1_024 + 512 * 1_024),
        ("ResNeXt-50-32x4d", "layer1.1", 256 * 128 + 9 * 4 * 128 + 128 * 256, 1_179_648),
    ],
)
def test_that_the_weights_of_both_kinds_are_those_of_the_papers(name: str, id: str, own: int, other: int) -> None:
    graph = build_graph(preset(name))
    block = graph.block_by_id[id]
    alternative = block_alternative(graph.config, block)
    assert block_bill(graph, block).weights == own
    assert alternative is not None
    assert alternative.weights == other


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-50", "ResNet-56", "PreResNet-164", "Plain-50", "WRN-28-10"])
def test_that_the_alternative_costs_what_the_network_built_with_it_counts(name: str) -> None:
    config = preset(name)
    graph = build_graph(config)
    for block in (graph.blocks[0], graph.blocks[1], graph.blocks[-len(graph.blocks) // 3], graph.blocks[-1]):
        alternative = block_alternative(config, block)
        built = cost_report(build_graph(with_kind(config, block.id))).blocks[block.id]
        assert alternative is not None
        assert (alternative.parameters, alternative.macs) == (built.parameters, built.macs)


@pytest.mark.parametrize("name", ["ResNet-50", "ResNet-56", "PreResNet-110"])
def test_that_a_bill_equals_the_report(name: str) -> None:
    graph = build_graph(preset(name))
    report = cost_report(graph)
    for block in graph.blocks:
        bill = block_bill(graph, block)
        assert (bill.parameters, bill.macs) == (report.blocks[block.id].parameters, report.blocks[block.id].macs)


def test_that_the_formula_counts_equal_convolutions_and_names_the_projection_last() -> None:
    config = preset("ResNet-50")
    graph = build_graph(config)
    straight = block_alternative(config, graph.block_by_id["layer3.1"])
    changing = block_alternative(config, graph.block_by_id["layer3.0"])
    assert straight is not None and changing is not None
    assert straight.formula == "2·3·3·1024·1024 = 18,874,368"
    assert changing.formula == "3·3·512·1024 + 3·3·1024·1024 + 1·1·512·1024 = 14,680,064"


def test_that_the_alternative_of_an_overridden_block_is_its_stages_kind() -> None:
    config = with_kind(preset("ResNet-50"), "layer2.1")
    graph = build_graph(config)
    back = block_alternative(config, graph.block_by_id["layer2.1"])
    original = build_graph(preset("ResNet-50"))
    assert back == block_bill(original, original.block_by_id["layer2.1"])


def test_that_a_shortcut_of_its_own_stays_with_the_block() -> None:
    entry = {"block": "layer1.1", "shortcut": "C"}
    config = with_value(preset("ResNet-50"), ("overrides",), [entry])
    alternative = block_alternative(config, build_graph(config).block_by_id["layer1.1"])
    assert alternative is not None
    assert str(alternative.terms[-1]) == "1·1·256·256"


def test_that_there_is_no_alternative_when_a_bottleneck_would_have_no_channels() -> None:
    config = with_value(preset("ResNet-20"), ("block", "expansion"), 16)
    config = with_value(config, ("shortcut", "option"), "B")
    narrow = with_value(config, ("stages", 0, "width"), 8)
    graph = build_graph(narrow)
    assert block_alternative(narrow, graph.block_by_id["layer1.1"]) is None
    assert block_alternative(narrow, graph.block_by_id["layer3.1"]) is not None


def test_that_an_override_that_changes_nothing_is_dropped() -> None:
    config = with_kind(preset("ResNet-50"), "layer2.1")
    assert override_of(config, "layer2.1") is not None
    assert with_block_override(config, "layer2.1", kind="bottleneck").overrides == ()
    assert with_block_override(config, "layer2.1", kind=None).overrides == ()


def test_that_overrides_keep_their_order_and_other_blocks_theirs() -> None:
    config = with_kind(with_kind(preset("ResNet-50"), "layer2.1"), "layer1.1")
    config = with_block_override(config, "layer2.1", shortcut="none")
    assert [(entry.block, entry.kind, entry.shortcut) for entry in config.overrides] == [
        ("layer2.1", "basic", "none"),
        ("layer1.1", "basic", None),
    ]
