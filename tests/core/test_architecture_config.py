"""Tests that a configuration is one valid, immutable value, and that single blocks can differ from their stage."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from pydantic import BaseModel, ValidationError

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph import Graph, Node
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    BlockOverride,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.fields import field_facts
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from tests.strategies import architectures, examples


def refusal(**fields: object) -> str:
    """The text that an architecture of these fields is refused with; one stage of 2 x 64 unless told."""
    data = {"stages": [{"blocks": 2, "width": 64}], **fields}
    with pytest.raises(ConfigurationError) as caught:
        validated(ArchitectureConfig, data)
    return str(caught.value)


@settings(max_examples=examples(100))
@given(config=architectures())
def test_that_a_configuration_is_an_immutable_value(config: ArchitectureConfig) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        config.name = "another"
    with pytest.raises(ValidationError, match="frozen"):
        config.stages[0].blocks = 7
    with pytest.raises(TypeError):
        config.stages[0] = config.stages[0]
    twin = copy.deepcopy(config)
    assert twin == config
    assert hash(twin) == hash(config)


def models_within(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Every configuration class that stands in another, itself included."""
    found = {model}
    pending = [model]
    while pending:
        for field in pending.pop().model_fields.values():
            for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in found:
                    found.add(inner)
                    pending.append(inner)
    return found


def test_that_every_field_declares_what_a_form_needs() -> None:
    leaves = 0
    for model in models_within(RunConfig):
        for name, field in model.model_fields.items():
            facts = field_facts(model, name)
            if facts.type in (int, float):
                assert facts.minimum is not None and facts.maximum is not None, (model, name)
            if facts.type in (int, float, bool, str) or facts.choices:
                leaves += 1
                assert facts.label != name, (model, name)
                assert facts.help.endswith((".", ")")), (model, name)
                assert field.frozen or model.model_config["frozen"]
    assert leaves > 35


def test_that_bounds_are_those_the_form_shows() -> None:
    facts = field_facts(StageConfig, "blocks")
    assert (facts.minimum, facts.maximum, facts.label) == (1, 2000, "Blocks")
    assert field_facts(TrainingConfig, "learning_rate").unit == ""
    assert field_facts(TrainingConfig, "target_s").unit == "s"
    assert set(field_facts(BlockOverride, "kind").choices) == {"basic", "bottleneck"}
    with pytest.raises(KeyError):
        field_facts(StageConfig, "bloks")


def test_that_zero_padding_cannot_lose_channels() -> None:
    text = refusal(stages=[{"blocks": 1, "width": 32}], shortcut={"option": "A"})
    assert text.startswith("stages.0.width: layer1.0 goes from 64 to 32 channels; zero padding (A) can only add")
    assert text.endswith("choose a projection (B) or a larger width")


def test_that_cardinality_needs_a_bottleneck() -> None:
    assert refusal(block={"groups": 32}).startswith("block.groups: 32 needs a bottleneck block")
    assert refusal(block={"base_width": 4}).startswith("block.base_width: 4 needs a bottleneck block")


def test_that_an_override_can_be_the_only_bottleneck() -> None:
    config = ArchitectureConfig(
        stages=(StageConfig(blocks=2, width=64),),
        block=BlockConfig(groups=4, base_width=16),
        overrides=(BlockOverride(block="layer1.1", kind="bottleneck"),),
    )
    assert [plan.groups for plan in config.block_plans()] == [1, 4]


def test_that_a_network_too_wide_or_without_channels_is_refused() -> None:
    wide = {"blocks": 1, "width": 8192, "kind": "bottleneck"}
    assert "would have 65536 channels; the most is 32768" in refusal(stages=[wide], block={"expansion": 8})
    narrow = {"blocks": 1, "width": 8, "kind": "bottleneck"}
    assert "3x3 convolution of 0 channels" in refusal(stages=[narrow], block={"base_width": 4})


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"block": "layer2.0", "kind": "basic"}, "overrides.0.block: there is no block layer2.0; "),
        ({"block": "layer1.2", "kind": "basic"}, "the last block is layer1.1"),
        ({"block": "layer1.0"}, "overrides.0.block: layer1.0 changes nothing; set kind, shortcut"),
        ({"block": "layer1.01", "kind": "basic"}, "'layer1.01' is not a block's id; write it as layer3.1"),
        ({"block": "layer1", "kind": "basic"}, "'layer1' is not a block's id; write it as layer3.1"),
        ({"block": "layer1.0", "shortcut": "E"}, "'E' is not a choice; take one of A, B, C, D or none"),
    ],
)
def test_that_an_override_of_nothing_is_refused(override: dict[str, str], message: str) -> None:
    assert message in refusal(overrides=[override])


def test_that_a_block_cannot_be_overridden_twice() -> None:
    twice = [{"block": "layer1.0", "kind": "bottleneck"}, {"block": "layer1.0", "shortcut": "C"}]
    assert refusal(overrides=twice) == "overrides.1.block: layer1.0 is overridden twice; keep one entry a block"


def layers(graph: Graph, block: str) -> list[Node]:
    """A block's layers, without the names of those that they read."""
    return [node._replace(inputs=()) for node in graph.nodes_of(graph.block_by_id[block])]


@pytest.mark.parametrize(
    "override",
    [
        BlockOverride(block="layer2.1", kind="bottleneck"),
        BlockOverride(block="layer2.1", shortcut="none"),
        BlockOverride(block="layer2.1", shortcut="C"),
        BlockOverride(block="layer2.1", kind="bottleneck", shortcut="C"),
    ],
)
def test_that_an_override_changes_one_block_alone(override: BlockOverride) -> None:
    before = build_graph(preset("ResNet-20"))
    after = build_graph(preset("ResNet-20").model_copy(update={"overrides": (override,)}))
    changed = [block.id for block in before.blocks if layers(before, block.id) != layers(after, block.id)]
    assert changed == ["layer2.1"]
    costs = cost_report(before).blocks, cost_report(after).blocks
    assert [id for id in costs[0] if costs[0][id].parameters != costs[1][id].parameters] == (
        [] if override.shortcut == "none" else ["layer2.1"]
    )
    assert before.block_by_id["layer2.1"].output_shape == after.block_by_id["layer2.1"].output_shape


def test_that_the_shortcut_follows_the_papers_options() -> None:
    expected = {
        "A": ["identity", "identity", "zero_pad", "identity"],
        "B": ["identity", "identity", "projection", "identity"],
        "C": ["projection"] * 4,
        "none": ["none"] * 4,
    }
    for option, shortcuts in expected.items():
        config = ArchitectureConfig(
            stem=StemConfig(kind="cifar", width=16),
            stages=(StageConfig(blocks=2, width=16), StageConfig(blocks=2, width=32, stride=2)),
            shortcut=ShortcutConfig(option=option),
        )
        assert [plan.shortcut for plan in config.block_plans()] == shortcuts
