"""Every field of a configuration has words for its change."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from app.views.comparison.difference_words import changed
from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset

#: Another value for every field, in a network in which each of them means something.
CHANGES: dict[str, Any] = {
    "input.channels": 1, "input.height": 192, "input.width": 192,
    "stem.kind": "deep", "stem.width": 32, "stem.pool": "conv",
    "stages.1.blocks": 2, "stages.1.width": 64, "stages.1.stride": 1, "stages.1.dilation": 2, "stages.1.kind": "basic",
    "stages.1.kernels": [3, 1], "stages.1.groups": 2, "stages.1.base_width": 32, "stages.1.attention": "eca",
    "block.expansion": 2, "block.groups": 2, "block.base_width": 32, "block.widen": 2.0,
    "block.activation_order": "pre", "block.stride_in": "1x1", "block.halve_first": True,
    "shortcut.option": "D", "shortcut.projection_norm": False, "shortcut.strided_kernel": "3x3",
    "shortcut.branch_scale": 0.5, "shortcut.shortcut_scale": 0.5,
    "norm.kind": "batch", "norm.groups": 16, "norm.standardize": True,
    "activation.kind": "gelu", "activation.after_addition": False,
    "attention.kind": "cbam", "attention.reduction": 8, "attention.rounding": 4, "attention.layers": "linear",
    "attention.placement": "inner",
    "anti_aliasing.kind": "blur", "regularization.dropout": 0.1, "regularization.stochastic_depth": 0.1,
    "head.classes": 10, "head.pool": "max", "head.features": 64, "head.dropout": 0.1,
    "initialization.scheme": "xavier", "initialization.zero_init_residual": True,
    "initialization.zero_init_padded": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def base() -> ArchitectureConfig:
    config = preset("SE-ResNet-50")
    for path, value in ((("norm", "kind"), "group"), (("initialization", "zero_init_residual"), False)):
        config = with_value(config, path, value)
    return config


def fields(model: type[BaseModel], prefix: str) -> set[str]:
    return {f"{prefix}.{name}" for name in model.model_fields}


def test_that_each_field_has_an_example() -> None:
    sections = {name: field.annotation for name, field in ArchitectureConfig.model_fields.items()}
    wanted = fields(StageConfig, "stages.1")
    for name, annotation in sections.items():
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            wanted |= fields(annotation, name)
    assert wanted == set(CHANGES)


@pytest.mark.parametrize("path", CHANGES)
def test_that_a_change_of_any_field_is_said_once_and_in_words(base: ArchitectureConfig, path: str) -> None:
    places = tuple(int(part) if part.isdigit() else part for part in path.split("."))
    if path == "initialization.zero_init_padded":  # which means something only where silent blocks pad
        base = with_value(with_value(base, ("shortcut", "option"), "A"), ("initialization", "zero_init_residual"), True)
    words = list(changed(base, with_value(base, places, CHANGES[path])))
    assert len(words) == 1, words
    assert "_" not in words[0] and "None" not in words[0]
    assert list(changed(with_value(base, places, CHANGES[path]), base)) not in ([], words)
