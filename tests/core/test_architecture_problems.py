"""Tests that a combination that cannot be is refused at its field, and that each fix that is offered mends it."""

from __future__ import annotations

from typing import Any

import pytest

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.edits import with_fix
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError, Fix, dotted, in_english

BASE = preset("ResNet-50").model_dump(mode="json")

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "even kernel": ({"stages.1.kernels": [3, 4]}, "stages.1.kernels", "a 4x4 kernel has no middle"),
    "six kernels": ({"stages.1.kernels": [3] * 6}, "stages.1.kernels", "has 6 entries; at most 5 are allowed"),
    "odd deep stem": ({"stem.kind": "deep", "stem.width": 33}, "stem.width", "33 cannot be halved"),
    "thin tiered stem": ({"stem.kind": "tiered", "stem.width": 6}, "stem.width", "6 makes no tiered stem"),
    "stride without a deep stem": ({"stem.pool": "stride"}, "stem.pool", "needs a deep or tiered stem"),
    "classes of no vector": ({"head.pool": "none"}, "head.pool", "make 1000 classes of"),
    "Fixup with a norm": ({"initialization.scheme": "fixup"}, "initialization.scheme", "Fixup replaces normalisation"),
    "Fixup in another order": (
        {"initialization.scheme": "fixup", "norm.kind": "none", "block.activation_order": "pre"},
        "initialization.scheme",
        "defined for post-activation, not for pre",
    ),
    "norm groups": ({"norm.kind": "group", "norm.groups": 48}, "norm.groups", "48 groups cannot divide 64 channels"),
    "shrinking option A": (
        {"shortcut.option": "A", "stages.3.width": 8},
        "stages.3.width",
        "zero padding (A) can only add channels",
    ),
    "own shrinking option A": (
        {"overrides": [{"block": "layer4.0", "shortcut": "A"}], "stages.3.width": 8},
        "stages.3.width",
        "layer4.0 goes from 1024 to 32 channels",
    ),
    "no inner channel": (
        {"block.base_width": 1, "stages.0.width": 20},
        "stages.0.width",
        "would have a 3x3 convolution of 0 channels",
    ),
    "no inner channel of an override": (
        {"stages.0.kind": "basic", "stages.0.width": 3, "overrides": [{"block": "layer1.1", "kind": "bottleneck"}]},
        "stages.0.width",
        "layer1.1 would have a 3x3 convolution of 0 channels",
    ),
    "too wide": ({"stages.3.width": 8192, "block.expansion": 8}, "stages.3.width", "the most is 32768"),
    "halved groups": (
        {"block.groups": 32, "block.base_width": 1, "block.halve_first": True},
        "block.halve_first",
        "cannot be split into 32 groups",
    ),
}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    data = BASE
    for name, value in changes.items():
        path = tuple(int(part) if part.isdecimal() else part for part in name.split("."))
        data = with_fix(data, Fix(path, value))
    return data


@pytest.mark.parametrize("case", CASES)
def test_that_a_combination_is_refused_at_its_field(case: str) -> None:
    changes, place, words = CASES[case]
    with pytest.raises(ConfigurationError) as refused:
        validated(ArchitectureConfig, changed(changes))
    problem = next(problem for problem in refused.value.problems if dotted(problem.path) == place)
    assert words in in_english(problem)


@pytest.mark.parametrize("case", [case for case in CASES if case != "six kernels"])
def test_that_each_fix_that_is_offered_mends_it(case: str) -> None:
    changes, place, _ = CASES[case]
    data = changed(changes)
    with pytest.raises(ConfigurationError) as refused:
        validated(ArchitectureConfig, data)
    problem = next(problem for problem in refused.value.problems if dotted(problem.path) == place)
    assert problem.fixes
    for fix in problem.fixes:
        assert build_graph(validated(ArchitectureConfig, with_fix(data, fix))).nodes


def test_that_a_value_out_of_bounds_is_offered_the_bound() -> None:
    data = changed({"stages.0.blocks": 0, "attention.reduction": 999})
    with pytest.raises(ConfigurationError) as refused:
        validated(ArchitectureConfig, data)
    fixes = {dotted(fix.path): fix.value for problem in refused.value.problems for fix in problem.fixes}
    assert fixes == {"stages.0.blocks": 1, "attention.reduction": 256}
