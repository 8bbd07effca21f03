"""Tests that one field of a configuration is changed by its dotted path, and a wrong path or value is told."""

from __future__ import annotations

import pytest

from resnet_core.configuration.architecture_config import BlockOverride
from resnet_core.configuration.edits import parse_path, parse_value, with_assignments, with_value
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError

RESNET_18 = preset("ResNet-18")
RUN = RunConfig(architecture=RESNET_18)


def test_that_one_field_is_changed_and_the_original_stays() -> None:
    changed = with_value(RESNET_18, ("stages", 0, "blocks"), 4)
    assert [stage.blocks for stage in changed.stages] == [4, 2, 2, 2]
    assert with_value(changed, ("stages", 0, "blocks"), 2) == RESNET_18
    assert [stage.blocks for stage in RESNET_18.stages] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("architecture.stages.0.blocks=4", ("architecture", "stages", 0, "blocks"), 4),
        ("architecture.name = Mine, too", ("architecture", "name"), "Mine, too"),
        ('architecture.name="quoted"', ("architecture", "name"), "quoted"),
        ("architecture.shortcut.option=none", ("architecture", "shortcut", "option"), "none"),
        ("architecture.shortcut.projection_norm=false", ("architecture", "shortcut", "projection_norm"), False),
        ("training.learning_rate=5e-2", ("training", "learning_rate"), 0.05),
        ("training.learning_rate=1", ("training", "learning_rate"), 1.0),
        ("training.data=/tmp/images=old", ("training", "data"), "/tmp/images=old"),
    ],
)
def test_that_an_assignment_is_read_as_toml_or_as_a_word(
    assignment: str, path: tuple[str | int, ...], value: object
) -> None:
    assert with_assignments(RUN, [assignment]) == with_value(RUN, path, value)


def test_that_a_list_can_be_assigned_whole() -> None:
    changed = with_assignments(RUN, ["architecture.overrides=[{block='layer1.1', shortcut='none'}]"])
    assert changed.architecture.overrides == (BlockOverride(block="layer1.1", shortcut="none"),)


def test_that_two_assignments_may_need_each_other() -> None:
    needed = ["architecture.block.groups=32", "architecture.stages.3.kind=bottleneck"]
    assert with_assignments(RUN, needed).architecture.block.groups == 32
    with pytest.raises(ConfigurationError, match="needs a bottleneck"):
        with_assignments(RUN, needed[:1])


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        (
            "architecture.stages.0.blocks=1000000",
            "architecture.stages.0.blocks: 1000000 is too large; the most is 2000",
        ),
        ("architecture.stages.0.blocks=four", "'four' is of the wrong type; a whole number is needed"),
        ("architecture.stages.0.blocks=", "'' is of the wrong type"),
        ("architecture.stages.0.blokcs=4", "architecture.stages.0.blokcs: is not a known key; did you mean blocks?"),
        ("architecture.stage.0.blocks=4", "architecture.stage: is not a known key; did you mean stages?"),
        ("architecture.stages.7.blocks=4", "architecture.stages.7: there is no entry 7; take a position from 0 to 3"),
        ("architecture.stages.-1.blocks=4", "there is no entry -1; take a position from 0 to 3"),
        ("architecture.stages.²=4", "there is no entry ²; take a position from 0 to 3"),
        ("architecture.overrides.0.kind=basic", "architecture.overrides.0: there is no entry 0; the list is empty"),
        ("architecture.name.first=4", "architecture.name.first: there is no such field"),
        ("architecture.stages.0.blocks", "architecture.stages.0.blocks: write it as FIELD=VALUE"),
        ("stages.0.blocks=4", "stages: is not a known key; known here: architecture, training"),
        ("=4", "is not a known key; known here: architecture, training"),
    ],
)
def test_that_a_wrong_assignment_is_refused_with_its_place(assignment: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        with_assignments(RUN, [assignment])
    assert message in str(caught.value)


def test_that_paths_and_values_are_parsed() -> None:
    assert parse_path(" stages.12.blocks ") == ("stages", 12, "blocks")
    assert parse_value(" 3 ") == 3
    assert parse_value("[1, 2]") == [1, 2]
    assert parse_value(" bare word ") == "bare word"
    assert parse_value("9" * 5000) == "9" * 5000
