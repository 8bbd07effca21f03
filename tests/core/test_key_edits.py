"""The edits of a key: each makes a valid network or says why not, and its counts are those of the whole report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.edit_counts import edit_counts
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.configuration.key_edits import KeyEdit, key_edits
from resnet_core.configuration.presets import preset
from resnet_core.configuration.structure_edits import with_stage_shortcuts
from resnet_core.configuration.validation import ConfigurationError

PRESETS = (
    "ResNet-50", "ResNet-18 (option A)", "ResNet-56", "Plain-34", "SE-ResNet-50", "ResNeXt-50-32x4d", "ResNet-50-D",
    "PreResNet-110", "WRN-28-10", "BiT-R50x1",
)  # fmt: skip


def plan_of(config: ArchitectureConfig, block: str) -> BlockPlan:
    return next(plan for plan in config.block_plans() if plan.id == block)


def edit_of(config: ArchitectureConfig, block: str, name: str) -> KeyEdit:
    return next(edit for edit in key_edits(config, plan_of(config, block)) if edit.name == name)


def edits_of(config: ArchitectureConfig) -> Iterator[KeyEdit]:
    plans = list(config.block_plans())
    for plan in {plans[0], plans[1], plans[len(plans) // 2], plans[-1]}:
        yield from key_edits(config, plan)


@pytest.mark.parametrize("name", PRESETS)
def test_that_every_edit_makes_a_network_that_is_counted_right_or_is_refused_with_a_reason(name: str) -> None:
    config = preset(name)
    before = cost_report(build_graph(config))
    for edit in edits_of(config):
        try:
            edited = edit.make()
        except ConfigurationError as refused:
            assert refused.problems, edit
            continue
        after = cost_report(build_graph(edited)).total
        counts = edit_counts(before, edited)
        assert counts == (after.parameters - before.total.parameters, after.macs - before.total.macs), edit
        assert edited != config, edit


@pytest.mark.parametrize("name", PRESETS)
def test_that_the_shortcuts_of_a_block_go_round_and_end_where_they_began(name: str) -> None:
    config = preset(name)
    for block in ("layer1.0", "layer2.0", "layer2.1"):
        edited, roads = config, []
        for _ in range(5):
            edited = edit_of(edited, block, "shortcut").make()
            plan = plan_of(edited, block)
            roads.append("pooled" if plan.pooled else plan.shortcut)
            if plan_of(edited, block) == plan_of(config, block):
                break
        assert edited == config
        assert len(roads) == len(set(roads)) >= 3


def test_that_a_block_goes_to_the_other_kind_and_back() -> None:
    config = preset("ResNet-50")
    once = edit_of(config, "layer2.1", "kind").make()
    assert plan_of(once, "layer2.1").kind == "basic"
    assert edit_of(once, "layer2.1", "kind").make() == config


def test_that_an_edit_names_the_block_or_the_stage_that_it_changes() -> None:
    edits = {edit.name: edit for edit in key_edits(preset("ResNet-50"), plan_of(preset("ResNet-50"), "layer2.1"))}
    assert {name for name, edit in edits.items() if edit.subject == "layer2"} == {
        "narrower", "wider", "stride", "stage_kind",
    }  # fmt: skip
    assert edits["wider"].parameters == {"width": 256}
    assert edits["remove_block"].subject == "layer2.1"


def test_that_a_stage_loses_all_its_shortcuts_and_gets_them_back() -> None:
    config = preset("ResNet-50")
    plain = with_stage_shortcuts(config, 1, "none")
    assert [plan.id for plan in plain.block_plans() if plan.shortcut == "none"] == [f"layer2.{n}" for n in range(4)]
    assert with_stage_shortcuts(plain, 1, "B") == config
