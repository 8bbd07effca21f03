"""Holds where branch and shortcut part, for the kinds of block that part in different places."""

from __future__ import annotations

import pytest

from resnet_core.architecture.block_fork import find_fork
from resnet_core.architecture.block_layout import block_layout
from resnet_core.architecture.layers import ENTRY
from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.presets import preset

WIDER = (StageConfig(blocks=2, width=16), StageConfig(blocks=1, width=32, stride=2))


def forks(**parts: object) -> list[tuple[str, int, int, str] | None]:
    """Source, readers of branch and shortcut, and what puts out F(x), for a block that keeps its shape and one not."""
    config = ArchitectureConfig.model_validate({"stem": {"kind": "cifar", "width": 16}, "stages": WIDER, **parts})
    found = [find_fork(block_layout(plan, config.style)) for plan in tuple(config.block_plans())[1:]]
    return [f and (f.source, f.readers("branch"), f.readers("shortcut"), f.branch_output) for f in found]


def test_that_a_post_activation_block_parts_at_its_input() -> None:
    assert forks() == [(ENTRY, 1, 1, "bn2")] * 2


def test_that_a_pre_activation_block_parts_behind_norm_and_activation_where_its_shortcut_projects() -> None:
    assert forks(block={"activation_order": "pre"}) == [(ENTRY, 1, 1, "conv2"), ("relu1", 1, 1, "conv2")]
    assert forks(block={"activation_order": "pre"}, shortcut={"option": "A"}) == [(ENTRY, 1, 1, "conv2")] * 2


@pytest.mark.parametrize(("placement", "branch", "shortcut"), [("end", 1, 1), ("pre", 2, 1), ("identity", 1, 2)])
def test_that_an_attention_reads_the_fork_twice_where_it_stands_there(
    placement: str, branch: int, shortcut: int
) -> None:
    found = forks(attention={"kind": "se", "placement": placement}, shortcut={"option": "A"})[0]
    assert found is not None and found[1:3] == (branch, shortcut)


def test_that_what_is_added_stands_behind_scale_and_stochastic_depth() -> None:
    found = forks(shortcut={"branch_scale": 0.5}, regularization={"stochastic_depth": 0.2})[1]
    assert found is not None and found[3] == "drop_path"


def test_that_a_plain_block_has_no_fork() -> None:
    config = preset("Plain-20")
    assert {find_fork(block_layout(plan, config.style)) for plan in config.block_plans()} == {None}
