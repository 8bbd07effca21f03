"""Recomputes the counts of timm's ResNet families, network by network and kind of layer by kind of layer."""

from __future__ import annotations

import json

import pytest

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.analysis.layer_cost import parameters_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import find_preset, preset
from tests.reference_tables import Row, reference_rows, resized

TIMM = {row["name"]: row for row in reference_rows("timm")}
SAMPLE = reference_rows("timm_sample")
LEFT_OUT = reference_rows("timm_left_out")
CONVOLUTIONS = ("conv", "channel_conv")
NORMS = ("batch_norm", "group_norm", "layer_norm")


def report_of(name: str, size: int) -> CostReport:
    return cost_report(build_graph(resized(preset(name), size)))


def parameters_by_kind(report: CostReport, kinds: tuple[str, ...]) -> int:
    return sum(layer.parameters for layer in report.layers if layer.kind in kinds)


def number_of(report: CostReport, kinds: tuple[str, ...]) -> int:
    return sum(layer.kind in kinds for layer in report.layers)


@pytest.mark.parametrize("name", TIMM)
def test_that_the_counts_are_timms_in_total_and_by_kind_of_layer(name: str) -> None:
    row, report = TIMM[name], report_of(name, 224)
    assert report.total.parameters == int(row["params_exact"])
    assert report.total.macs == int(row["macs_224"])
    assert report.total.activations == int(row["outputs_224"])
    assert parameters_by_kind(report, CONVOLUTIONS) == int(row["conv_params"])
    assert parameters_by_kind(report, NORMS) == int(row["norm_params"])
    assert parameters_by_kind(report, ("linear",)) == int(row["linear_params"])
    assert number_of(report, CONVOLUTIONS) == int(row["n_conv"])
    assert number_of(report, NORMS) == int(row["n_norm"])


@pytest.mark.parametrize("name", TIMM)
def test_that_the_counts_are_timms_at_timms_image_sizes(name: str) -> None:
    row = TIMM[name]
    counted = {224: int(row["macs_224"])}  # by the test above
    for place in ("size", "test_size"):
        size = int(row[place])
        if size not in counted:
            counted[size] = report_of(name, size).total.macs
        assert counted[size] == int(row[f"macs_at_{place}"])


@pytest.mark.parametrize("name", TIMM)
def test_that_each_network_is_built_as_timm_builds_it(name: str) -> None:
    row, config = TIMM[name], preset(name)
    assert [stage.kind for stage in config.stages] == json.loads(row["kind"])
    assert [stage.blocks for stage in config.stages] == json.loads(row["blocks"])
    assert [stage.width for stage in config.stages] == json.loads(row["widths"])
    assert facts_of(config) == {fact: row[fact] for fact in facts_of(config)}


def facts_of(config: ArchitectureConfig) -> dict[str, str]:
    """What our configuration says in the words of timm.csv; what stands for nothing in the network is left out."""
    stem, block, shortcut, attention = config.stem, config.block, config.shortcut, config.attention
    facts: dict[str, object] = {
        "stem": stem.kind, "stem_width": stem.width, "stem_pool": stem.pool,
        "shortcut": shortcut.option, "strided_kernel": shortcut.strided_kernel,
        "stride_in": block.stride_in, "halve_first": block.halve_first, "order": block.activation_order,
        "norm": config.norm.kind, "standardize": config.norm.standardize, "activation": config.activation.kind,
        "attention": attention.kind, "anti_aliasing": config.anti_aliasing.kind,
        "features": config.head.features, "classes": config.head.classes,
        "cardinality": common([stage.groups or block.groups for stage in config.stages]),
        "base_width": common([stage.base_width or block.base_width for stage in config.stages]),
    }  # fmt: skip
    if attention.kind != "none":
        facts["placement"] = attention.placement
    if attention.kind == "se":
        facts["reduction"] = attention.reduction
    return {fact: str(value) for fact, value in facts.items()}


def common(values: list[int]) -> int | list[int]:
    """The number that all stages share, or each stage's own."""
    return values[0] if len(set(values)) == 1 else values


@pytest.mark.parametrize("row", TIMM.values(), ids=TIMM)
def test_that_the_names_timm_has_given_up_are_known(row: Row) -> None:
    assert {find_preset(name) for name in row["older_names"].split()} <= {find_preset(row["name"])}


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: f"{row['name']} {row['img_size']}")
def test_that_the_published_sample_is_recounted_at_every_image_size(row: Row) -> None:
    total = report_of(row["name"], int(row["img_size"])).total
    assert total.parameters == int(row["params_exact"])
    assert total.macs == int(row["macs_conv_linear_exact"])
    assert f"{total.parameters / 1e6:.2f}" == f"{float(row['param_count_M']):.2f}"
    assert total.activations / 1e6 == pytest.approx(float(row["macts"]), abs=0.00501)


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: f"{row['name']} {row['img_size']}")
def test_that_the_published_gmacs_are_explained_to_their_last_digit(row: Row) -> None:
    """timm publishes what fvcore counts: more than convolutions and linear layers, term by term (fvcore 0.1.5).

    An output of BatchNorm counts 2, of GroupNorm 5, a standardised weight 4, an input of the head's average pool 1;
    the pools of attention are means, which it does not count.
    """
    graph = build_graph(resized(preset(row["name"]), int(row["img_size"])))
    extra = {"batch_norm": 2, "group_norm": 5}
    total = cost_report(graph).total.macs
    total += sum(extra.get(node.kind, 0) * node.output_shape.elements for node in graph.nodes)
    total += sum(node.input_shape.elements for node in graph.nodes if node.id == "avgpool")
    total += 4 * sum(parameters_of(node) for node in graph.nodes if node.kind == "conv" and node.operation.standardized)
    assert f"{total / 1e9:.2f}" == f"{float(row['gmacs']):.2f}"


@pytest.mark.parametrize("row", LEFT_OUT, ids=lambda row: row["name"])
def test_that_no_preset_answers_for_a_network_that_cannot_be_expressed(row: Row) -> None:
    assert find_preset(row["name"]) is None
    assert row["reason"]
