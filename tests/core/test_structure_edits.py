"""Tests that stages and blocks can be edited where they stand, and that overrides follow the blocks they name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.edit_cost import edit_cost
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration import structure_edits as edits
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edit_offers import block_offers, stage_offers
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import MESSAGES, ConfigurationError
from tests.strategies import architectures, examples


def with_marks(*blocks: str) -> ArchitectureConfig:
    """ResNet-18 in which these blocks have no shortcut."""
    config = preset("ResNet-18")
    for block in blocks:
        config = edits.with_block_override(config, block, shortcut="none")
    return config


def marked(config: ArchitectureConfig) -> list[str]:
    return [plan.id for plan in config.block_plans() if plan.shortcut == "none"]


@pytest.mark.parametrize(
    ("edit", "blocks", "left"),
    [
        (lambda old: edits.with_block_added(old, "layer2.0"), (2, 3, 2, 2), ["layer1.1", "layer2.2", "layer4.0"]),
        (lambda old: edits.with_block_added(old, "layer2.1"), (2, 3, 2, 2), ["layer1.1", "layer2.1", "layer4.0"]),
        (lambda old: edits.with_block_removed(old, "layer2.0"), (2, 1, 2, 2), ["layer1.1", "layer2.0", "layer4.0"]),
        (lambda old: edits.with_block_removed(old, "layer2.1"), (2, 1, 2, 2), ["layer1.1", "layer4.0"]),
        (lambda old: edits.with_stage(old, 1, blocks=1), (2, 1, 2, 2), ["layer1.1", "layer4.0"]),
        (lambda old: edits.with_stage_removed(old, 1), (2, 2, 2), ["layer1.1", "layer3.0"]),
        (lambda old: edits.with_stage_duplicated(old, 1), (2, 2, 2, 2, 2), ["layer1.1", "layer2.1", "layer5.0"]),
        (edits.with_stage_added, (2, 2, 2, 2, 2), ["layer1.1", "layer2.1", "layer4.0"]),
    ],
)
def test_that_overrides_follow_their_blocks(edit: object, blocks: tuple[int, ...], left: list[str]) -> None:
    assert callable(edit)
    config = edit(with_marks("layer1.1", "layer2.1", "layer4.0"))
    assert tuple(stage.blocks for stage in config.stages) == blocks
    assert marked(config) == left


def test_that_the_last_block_of_a_stage_takes_the_stage_along() -> None:
    config = edits.with_block_removed(edits.with_stage(preset("ResNet-18"), 2, blocks=1), "layer3.0")
    assert [stage.width for stage in config.stages] == [64, 128, 512]


def test_that_an_override_that_changes_nothing_is_dropped() -> None:
    config = edits.with_block_override(preset("ResNet-18"), "layer2.1", kind="bottleneck", attention="se")
    assert config.overrides[0].kind == "bottleneck"
    config = edits.with_block_override(config, "layer2.1", kind="basic", attention=None)
    assert config == preset("ResNet-18")


def test_that_one_more_convolution_is_one_offer() -> None:
    config = preset("ResNet-50")
    offer = next(offer for offer in block_offers(config, "layer3.1") if offer.name == "add_convolution")
    graph = build_graph(offer.make())
    kernels = [node.operation.kernel for node in graph.nodes if node.kind == "conv" and node.block == "layer3.1"]
    assert kernels == [1, 3, 3, 1]
    assert edit_cost(cost_report(build_graph(config)), offer.make()).parameters == 9 * 256 * 256 + 2 * 256


def test_that_the_cost_of_an_edit_is_the_difference_it_makes() -> None:
    config = preset("ResNet-18")
    before = cost_report(build_graph(config), batch=4)
    offer = next(offer for offer in stage_offers(config, "layer1") if offer.name == "remove_block")
    cost = edit_cost(before, offer.make())
    assert cost[:3] == (-73_984, -231_211_008, -401_408)
    assert cost.depth == -2
    after = cost_report(build_graph(offer.make()), batch=4)
    assert cost.saved_bytes == after.total.saved_bytes - before.total.saved_bytes


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_every_offer_is_made_or_refused_with_words(config: ArchitectureConfig) -> None:
    offers = [*stage_offers(config, "layer1"), *block_offers(config, next(config.block_plans()).id)]
    assert len({(offer.name, offer.text) for offer in offers}) == len(offers)
    for offer in offers:
        assert offer.text.format(**offer.parameters)
        try:
            assert isinstance(offer.make(), ArchitectureConfig)
        except ConfigurationError as refused:
            assert {problem.message for problem in refused.problems} <= MESSAGES.keys()
