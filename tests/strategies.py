"""Draws random residual networks: every field of the architecture, in combinations mended until they are valid."""

from __future__ import annotations

import os
from typing import Any, get_args

from hypothesis import assume
from hypothesis import strategies as st

from resnet_core.configuration import block_sections as sections
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.edits import with_fix
from resnet_core.configuration.network_sections import HeadPool, StemKind, StemPool
from resnet_core.configuration.validation import ConfigurationError

MOST_MENDS = 12


def examples(count: int) -> int:
    """How many random networks a test draws: `count` for every change, ten times as many in `.ci/nightly`."""
    return count * int(os.environ.get("SKIPSCOPE_EXAMPLES", "1"))


def among(choices: Any) -> st.SearchStrategy[Any]:
    """One of the values of a Literal."""
    return st.sampled_from(get_args(choices))


def usually(value: Any, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A default half of the time, so that no network has every oddity at once."""
    return st.one_of(st.just(value), otherwise)


SIZES = st.one_of(st.integers(1, 9), st.integers(10, 40))
KERNELS = st.lists(st.sampled_from((1, 3, 3, 5)), min_size=1, max_size=5)
SCALES = st.sampled_from((0.1, 0.5, 2.0, -1.0))
RATES = st.sampled_from((0.1, 0.5))
ATTENTION = usually(None, among(sections.AttentionKind))

STAGE = st.fixed_dictionaries(
    {
        "blocks": st.integers(1, 3),
        "width": st.integers(1, 12),
        "stride": st.integers(1, 4),
        "dilation": usually(1, st.integers(1, 3)),
        "kind": among(sections.BlockKind),
        "kernels": usually([], KERNELS),
        "groups": usually(None, st.integers(1, 4)),
        "base_width": usually(None, st.sampled_from((64, 96))),
        "attention": ATTENTION,
    }
)
PARTS = {
    "input": st.fixed_dictionaries({"channels": st.integers(1, 4), "height": SIZES, "width": SIZES}),
    "stem": st.fixed_dictionaries({"kind": among(StemKind), "width": st.integers(1, 12), "pool": among(StemPool)}),
    "block": st.fixed_dictionaries(
        {
            "expansion": st.integers(1, 4),
            "groups": st.sampled_from((1, 2, 3, 4, 8)),
            "base_width": st.sampled_from((64, 80, 128)),
            "widen": usually(1.0, st.sampled_from((0.5, 1.5, 2.0))),
            "activation_order": among(sections.ActivationOrder),
            "stride_in": among(sections.StridePlacement),
            "halve_first": usually(False, st.booleans()),
        }
    ),
    "shortcut": st.fixed_dictionaries(
        {
            "option": among(sections.ShortcutOption),
            "projection_norm": st.booleans(),
            "strided_kernel": among(sections.StridePlacement),
            "branch_scale": usually(1.0, SCALES),
            "shortcut_scale": usually(1.0, SCALES),
        }
    ),
    "norm": st.fixed_dictionaries(
        {
            "kind": usually("batch", among(sections.NormKind)),
            "groups": st.sampled_from((1, 2, 4)),
            "standardize": usually(False, st.booleans()),
        }
    ),
    "activation": st.fixed_dictionaries(
        {"kind": usually("relu", among(sections.ActivationKind)), "after_addition": st.booleans()}
    ),
    "attention": st.fixed_dictionaries(
        {
            "kind": usually("none", among(sections.AttentionKind)),
            "reduction": st.sampled_from((2, 16)),
            "rounding": st.sampled_from((1, 8)),
            "layers": st.sampled_from(("conv", "linear")),
            "placement": among(sections.AttentionPlacement),
        }
    ),
    "anti_aliasing": st.fixed_dictionaries({"kind": usually("none", among(sections.AntiAliasingKind))}),
    "regularization": st.fixed_dictionaries(
        {"dropout": usually(0.0, RATES), "stochastic_depth": usually(0.0, RATES)}
    ),
    "head": st.fixed_dictionaries(
        {
            "classes": st.integers(0, 12),
            "pool": usually("average", among(HeadPool)),
            "features": usually(0, st.integers(1, 8)),
            "dropout": usually(0.0, RATES),
        }
    ),
    "initialization": st.fixed_dictionaries(
        {
            "scheme": usually("kaiming_fan_out", among(sections.InitializationScheme)),
            "zero_init_residual": st.booleans(),
            "zero_init_padded": st.booleans(),
        }
    ),
}


@st.composite
def architectures(draw: st.DrawFn) -> ArchitectureConfig:
    """A small network of any kind there is; what cannot be is mended as the window would offer to mend it."""
    stages = draw(st.lists(STAGE, min_size=1, max_size=4))
    data = {
        "name": draw(st.text(max_size=12)),
        "stages": stages,
        "overrides": draw(_overrides(stages)),
        **{name: draw(part) for name, part in PARTS.items()},
    }
    return mended(data)


def mended(data: dict[str, Any]) -> ArchitectureConfig:
    """Return `data` as an architecture, the first fix of its first problem applied until there is none."""
    for _ in range(MOST_MENDS):
        try:
            return validated(ArchitectureConfig, data)
        except ConfigurationError as error:
            fixes = [fix for problem in error.problems for fix in problem.fixes]
            assume(fixes)
            data = with_fix(data, fixes[0])
    raise AssertionError(f"{MOST_MENDS} fixes did not mend {data}")


@st.composite
def _overrides(draw: st.DrawFn, stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [f"layer{number}.{index}" for number, stage in enumerate(stages, 1) for index in range(stage["blocks"])]
    changes = st.fixed_dictionaries(
        {
            "kind": usually(None, among(sections.BlockKind)),
            "shortcut": usually(None, among(sections.ShortcutOption)),
            "kernels": usually(None, KERNELS),
            "attention": ATTENTION,
        }
    ).filter(lambda change: any(value is not None for value in change.values()))
    chosen = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
    return [{"block": block, **draw(changes)} for block in chosen]
