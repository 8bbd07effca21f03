"""Holds what the architecture's form shows, without any widget: fields, values, problems, whole entries."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.state.architecture_document import ArchitectureDocument, FieldPath
from app.views.architecture.form_fields import FormGroup, FormTable, form_parts, value_at
from app.views.architecture.form_model import FormModel
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import (
    with_override_added,
    with_override_removed,
    with_stage_added,
    with_stage_duplicated,
    with_stage_removed,
)
from resnet_core.configuration.validation import ConfigurationError


def with_overrides(*entries: dict[str, str]) -> ArchitectureConfig:
    return with_value(preset("ResNet-50"), ("overrides",), list(entries))


def test_that_overrides_follow_their_blocks_when_a_stage_goes_or_comes() -> None:
    config = with_overrides({"block": "layer1.1", "kind": "basic"}, {"block": "layer3.1", "shortcut": "C"})
    assert [entry.block for entry in with_stage_removed(config, 1).overrides] == ["layer1.1", "layer2.1"]
    assert [entry.block for entry in with_stage_removed(config, 0).overrides] == ["layer2.1"]
    assert [entry.block for entry in with_stage_duplicated(config, 0).overrides] == ["layer1.1", "layer4.1"]


def test_that_a_stage_added_doubles_the_width_up_to_the_most_there_is() -> None:
    assert with_stage_added(preset("ResNet-18")).stages[-1].width == 1_024
    widest = with_value(preset("ResNet-18"), ("stages", 3, "width"), 8_192)
    assert with_stage_added(widest).stages[-1].width == 8_192


def test_that_removing_a_stage_is_refused_when_the_rest_cannot_be() -> None:
    stages = [{"blocks": 2, "width": width} for width in (512, 64, 128)]
    config = with_value(preset("ResNet-18"), ("stages",), stages)
    padded = with_value(config, ("overrides",), [{"block": "layer3.0", "shortcut": "A"}])
    with pytest.raises(ConfigurationError, match=r"layer2\.0 goes from 512 to 128 channels"):
        with_stage_removed(padded, 1)


def test_that_a_refused_removal_is_told_at_the_table_and_changes_nothing() -> None:
    document = ArchitectureDocument(preset("ResNet-18"))
    form = FormModel(document)

    def refuse(_config: ArchitectureConfig) -> ArchitectureConfig:
        return with_value(document.config, ("stages", 0, "width"), 0)

    assert not form.replace(("stages",), refuse, "Remove")
    assert form.problem_at(("stages",)) == "Width of layer1: 0 is too small; the least is 1"
    form.dismiss()
    assert form.problem_at(("stages",)) == ""
    assert document.undo_stack.count() == 0
    form.deleteLater()
    document.deleteLater()


def test_that_overrides_are_added_to_the_first_free_block_and_removed_by_their_place() -> None:
    config = with_override_added(with_override_added(preset("ResNet-50")))
    assert [(entry.block, entry.kind) for entry in config.overrides] == [("layer1.0", "basic"), ("layer1.1", "basic")]
    assert [entry.block for entry in with_override_removed(config, 0).overrides] == ["layer1.1"]


def test_that_the_form_has_every_field_of_the_configuration_with_its_help() -> None:
    parts = {part.name: part for part in form_parts()}
    paths: list[FieldPath] = [
        field.path for part in parts.values() if isinstance(part, FormGroup) for field in part.fields
    ]
    tables = [part.name for part in parts.values() if isinstance(part, FormTable)]
    assert tables == ["stages", "overrides"]
    dumped = preset("ResNet-50").model_dump()
    expected = [(name,) for name, value in dumped.items() if not isinstance(value, dict | list | tuple)]
    expected += [(name, inner) for name, value in dumped.items() if isinstance(value, dict) for inner in value]
    assert sorted(paths) == sorted(expected)
    for path in paths:
        value_at(preset("ResNet-50"), path)


def test_that_the_model_tells_values_and_problems_without_any_widget(qtbot: QtBot) -> None:
    document = ArchitectureDocument(preset("ResNet-50"))
    form = FormModel(document)
    with qtbot.waitSignal(form.changed):
        assert not form.set_value(("head", "classes"), -1, "Classes: -1")
    assert form.value(("head", "classes")) == -1
    assert form.problem_at(("head", "classes")) == "-1 is too small; the least is 0"
    assert form.problem_at(("stem", "width")) == ""
    assert document.config.head.classes == 1_000
    assert form.set_value(("head", "classes"), 5, "Classes: 5")
    assert form.problem_at(("head", "classes")) == ""
    form.deleteLater()
    document.deleteLater()
