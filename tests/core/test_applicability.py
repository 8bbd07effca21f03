"""Tests that a field which is said to mean nothing really changes nothing, and that those that mean something stay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.applicability import inapplicable
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import parse_path, with_value
from resnet_core.configuration.fields import field_facts, literal_values
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError, Path
from tests.strategies import architectures, examples


def field_at(config: BaseModel, path: Path) -> tuple[BaseModel, str]:
    """The record in which the field at `path` stands, and the field's name."""
    owner: Any = config
    for part in path[:-1]:
        owner = owner[part] if isinstance(part, int) else getattr(owner, part)
    return owner, str(path[-1])


def other_values(config: ArchitectureConfig, path: Path) -> list[Any]:
    """Values of the field at `path` that it has not now."""
    owner, name = field_at(config, path)
    now, facts = getattr(owner, name), field_facts(type(owner), name)
    if facts.choices:
        values: list[Any] = list(literal_values(facts.type))
    elif facts.type is bool:
        values = [False, True]
    else:
        values = [facts.minimum, 2, 0.5] if facts.type is float else [1, 2, 4]
    return [value for value in values if value != now]


@settings(max_examples=examples(40))
@given(config=architectures(), data=st.data())
def test_that_an_inapplicable_field_changes_no_layer(config: ArchitectureConfig, data: st.DataObject) -> None:
    nodes = build_graph(config).nodes
    for name in sorted(inapplicable(config)):
        path = parse_path(name)
        value = data.draw(st.sampled_from(other_values(config, path)), label=name)
        try:
            changed = with_value(config, path, value)
        except ConfigurationError:
            continue  # what cannot be set changes nothing either
        assert build_graph(changed).nodes == nodes, f"{name} = {value}"


@pytest.mark.parametrize(
    ("name", "hidden", "shown"),
    [
        ("ResNet-18", {"block.groups", "block.base_width", "block.stride_in", "norm.groups"}, {"shortcut.option"}),
        ("ResNet-50", {"norm.groups", "attention.reduction"}, {"block.groups", "block.stride_in", "block.expansion"}),
        ("Plain-20", {"shortcut.branch_scale", "regularization.stochastic_depth"}, {"shortcut.option"}),
        ("PreResNet-110", {"activation.after_addition", "shortcut.projection_norm"}, {"activation.kind"}),
    ],
)
def test_that_a_published_network_shows_what_applies(name: str, hidden: set[str], shown: set[str]) -> None:
    found = inapplicable(preset(name))
    assert hidden <= found
    assert not shown & found


def test_that_every_named_field_exists() -> None:
    for name in ("ResNet-18", "ResNet-50", "Plain-20", "PreResNet-110"):
        config = preset(name)
        for dotted in inapplicable(config):
            owner, field = field_at(config, parse_path(dotted))
            assert field in type(owner).model_fields, dotted
