"""The words for what the core names by ids: every kind of layer, block and shortcut has some."""

from __future__ import annotations

from typing import get_args

import pytest

from app.wording import (
    block_facts,
    block_kind_text,
    block_text,
    kernels_text,
    kind_text,
    layer_text,
    network_facts,
    paper_name,
    shortcut_text,
)
from resnet_core.architecture.graph import Node, NodeKind
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.block_plan import BlockPlan, ShortcutKind
from resnet_core.configuration.presets import preset
from tests.drawing.drawn import TRICKY, tricky


def plan_of(name: str, id: str) -> BlockPlan:
    config = tricky(name) if name in TRICKY else preset(name)
    return next(plan for plan in config.block_plans() if plan.id == id)


def node_of(name: str, id: str) -> Node:
    return build_graph(tricky(name) if name in TRICKY else preset(name)).node_by_id[id]


@pytest.mark.parametrize("kind", get_args(NodeKind))
def test_that_every_kind_of_layer_has_a_name_without_underscores(kind: str) -> None:
    assert kind_text(kind) and "_" not in kind_text(kind)


def test_that_every_kind_of_layer_has_a_name_of_its_own() -> None:
    names = [kind_text(kind) for kind in get_args(NodeKind)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", [*get_args(ShortcutKind), "pooled"])
def test_that_every_shortcut_has_a_name(kind: str) -> None:
    assert "shortcut" in shortcut_text(kind)


@pytest.mark.parametrize(
    ("name", "id", "kind", "text", "facts"),
    [
        ("ResNet-50", "layer1.1", "Bottleneck", "Bottleneck, identity shortcut", ()),
        ("Plain-20", "layer1.1", "Basic", "Basic, no shortcut", ()),
        ("ECA and D", "layer2.0", "ECA Bottleneck", "ECA Bottleneck, average-pooled projection shortcut", ()),
        ("five convolutions", "layer3.1", "Basic(3)", "Basic(3), identity shortcut", ()),
        ("ResNeXt-50-32x4d", "layer1.1", "Bottleneck", "Bottleneck, identity shortcut", ("32 groups",)),
        ("output stride 8", "layer4.0", "Bottleneck", "Bottleneck, projection shortcut", ("dilation 2, then 4",)),
        ("output stride 8", "layer4.1", "Bottleneck", "Bottleneck, identity shortcut", ("dilation 4",)),
        (
            "pre-activation, stochastic depth", "layer3.8", "Basic", "Basic, identity shortcut",
            ("dropped with chance 0.5",),
        ),
    ],
)  # fmt: skip
def test_that_a_block_is_worded(name: str, id: str, kind: str, text: str, facts: tuple[str, ...]) -> None:
    plan = plan_of(name, id)
    assert (block_kind_text(plan), block_text(plan), block_facts(plan)) == (kind, text, facts)


def test_that_kernels_are_listed_in_order() -> None:
    assert kernels_text(plan_of("five convolutions", "layer2.1")) == "1×1, 3×3, 5×5, 3×3, 1×1"


@pytest.mark.parametrize(
    ("name", "id", "text"),
    [
        ("ResNeXt-50-32x4d", "layer2.0.conv2", "conv 3×3 /2, 32 groups"),
        ("output stride 8", "layer4.1.conv2", "conv 3×3, dilation 4"),
        ("BiT-R50x1", "layer1.1.norm2", "group norm, 32 groups"),
        ("BiT-R50x1", "layer1.1.conv2", "conv 3×3, standardised weights"),
        ("ECA and D", "layer2.0.eca.conv", "channel conv, kernel 5"),
        ("Fixup", "layer1.0.scale", "scale, learnt, from 1"),
        ("SkipInit, scaled", "layer1.0.branch_scale", "scale, by −0.5"),
        ("two pools and a neck", "dropout", "dropout, chance 0.2"),
        ("two pools and a neck", "poolmean", "mean of two"),
        ("ResNet-50", "maxpool", "max pool 3×3 /2"),
    ],
)
def test_that_a_layer_is_worded(name: str, id: str, text: str) -> None:
    assert layer_text(node_of(name, id)) == text


def test_that_what_all_blocks_share_is_worded() -> None:
    assert network_facts(preset("ResNet-50")) == ("post-activation", "BatchNorm", "ReLU")
    assert network_facts(tricky("Fixup"))[1] == "no norm"
    assert "Fixup" in network_facts(tricky("Fixup"))
    assert network_facts(tricky("no norm, no activation"))[2] == "no activation"
    assert "CBAM: on the shortcut" in network_facts(tricky("CBAM on the shortcut"))
    assert "blur-pool" in network_facts(tricky("D with blur"))
    assert "standardised weights" in network_facts(preset("BiT-R50x1"))


def test_that_only_the_four_stages_of_the_papers_table_have_its_names() -> None:
    assert [paper_name(preset("ResNet-50"), f"layer{number}") for number in (1, 4, 5)] == ["conv2_x", "conv5_x", ""]
    assert paper_name(preset("ResNet-56"), "layer1") == ""
    assert paper_name(preset("ResNet-50"), "stem") == ""
