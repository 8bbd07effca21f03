"""Holds the ledger against every figure that papers and tools published, and its steps against the difference."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings

from resnet_core.analysis.convention_switches import SWITCH_NAMES
from resnet_core.analysis.conventions import (
    CONVENTIONS,
    FLOP_COUNTER,
    FVCORE,
    MULTIPLY_ADDS,
    PAPER_2015,
    PTFLOPS,
    PYTORCHCV,
    THOP,
    TIMM,
    TORCHINFO,
    Convention,
    convention,
)
from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.counted_terms import BASIS_NAMES, TERM_NAMES, TERMS, Basis, terms_of
from resnet_core.analysis.ledger import Ledger, ledger
from resnet_core.analysis.ledger_steps import CAUSES, Cause, MovedLayer, Step, cause_text, explain
from resnet_core.architecture.graph import Graph, NodeKind
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from tests.reference_tables import Row, reference_rows, resized
from tests.source_tree import ROOT
from tests.strategies import architectures, examples

IDLE = {"input", "output", "zero_pad", "stack", "concat", "dropout", "drop_path", "flatten"}


def graph_of(name: str) -> Graph:
    return build_graph(preset(name))


def counted(name: str, chosen: Convention) -> Ledger:
    return ledger(graph_of(name), chosen)


def amounts(steps: tuple[Step, ...]) -> dict[str, object]:
    return {cause_text(step): step.amount for step in steps}


def test_that_every_kind_of_layer_is_a_term_or_idle_and_everything_has_a_name() -> None:
    assert set(get_args(NodeKind)) == (set(TERMS) - {"bias", "first_sum", "weight_standardization", "gate_pool"}) | IDLE
    assert set(TERM_NAMES) == set(TERMS)
    assert set(BASIS_NAMES) == set(get_args(Basis))
    assert set(CAUSES) == set(get_args(Cause))
    for named in CONVENTIONS:
        assert set(named.rules) <= set(TERMS)
        assert {rule.basis for rule in named.rules.values()} <= set(BASIS_NAMES)
        assert named.source


@pytest.mark.parametrize("row", reference_rows("counters"), ids=lambda row: row["model"])
def test_that_each_term_is_what_the_tools_counted(row: Row) -> None:
    fvcore, graph = counted(row["model"], FVCORE), graph_of(row["model"])
    assert fvcore.amount("conv") + fvcore.amount("linear") == int(row["macs_fvcore_conv_linear"])  # type: ignore[operator]
    assert fvcore.amount("batch_norm") == int(row["fvcore_batch_norm"])
    assert fvcore.amount("average_pool") == int(row["fvcore_adaptive_avg_pool2d"])
    assert fvcore.total == int(row["fvcore_total"])
    assert ledger(graph, TORCHINFO).total == int(row["torchinfo_total_mult_adds"])
    assert ledger(graph, FLOP_COUNTER).total == int(row["flopcounter_flops_raw"])
    assert ledger(graph, MULTIPLY_ADDS).total == int(row["macs_flopcounter_half"]) == int(row["macs_module_hooks"])


@pytest.mark.parametrize("row", reference_rows("module_counters"), ids=lambda row: row["model"])
def test_that_the_totals_are_those_of_ptflops_and_thop(row: Row) -> None:
    assert counted(row["model"], PTFLOPS).total == int(row["ptflops_macs"])
    assert counted(row["model"], THOP).total == int(row["thop_macs"])


@pytest.mark.parametrize("row", reference_rows("imgclsmob"), ids=lambda row: row["model"])
def test_that_half_the_flops_are_those_of_imgclsmob(row: Row) -> None:
    graph = graph_of(row["preset"])
    assert cost_report(graph).total.parameters == int(row["params"])
    assert f"{float(ledger(graph, PYTORCHCV).total) / 1e6:.2f}" == row["flops_half_M"]


@pytest.mark.parametrize("row", reference_rows("timm_sample"), ids=lambda row: f"{row['name']}-{row['img_size']}")
def test_that_gmacs_and_macts_are_those_of_timms_tables(row: Row) -> None:
    graph = build_graph(resized(preset(row["canonical_name"]), int(row["img_size"])))
    total = cost_report(graph).total
    assert abs(ledger(graph, TIMM).total / 10**9 - Fraction(row["gmacs"])) <= Fraction("0.005")
    assert abs(Fraction(total.activations, 10**6) - Fraction(row["macts"])) <= Fraction("0.005")


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("ResNet-18", 1_794_805_760),
        ("ResNet-34", 3_644_493_824),
        ("ResNet-50", 3_857_973_248),
        ("ResNet-101", 7_570_194_432),
        ("ResNet-152", 11_282_415_616),
        ("ResNet-56", 125_485_696),
    ],
)
def test_that_the_2015_count_is_that_of_the_released_networks(name: str, macs: int) -> None:
    assert counted(name, PAPER_2015).total == macs


def test_that_three_reductions_account_for_the_2015_figure() -> None:
    (step,) = explain(graph_of("ResNet-50"), MULTIPLY_ADDS, PAPER_2015).steps
    assert (step.cause, step.term, step.amount) == ("stride_2015", "conv", -231_211_008)
    assert step.moved == (
        MovedLayer("layer2.0.conv1", (56, 56), (28, 28)),
        MovedLayer("layer3.0.conv1", (28, 28), (14, 14)),
        MovedLayer("layer4.0.conv1", (14, 14), (7, 7)),
    )


def test_that_the_steps_lead_back_as_they_led_there() -> None:
    (step,) = explain(graph_of("ResNet-50"), PAPER_2015, MULTIPLY_ADDS).steps
    assert (step.cause, step.amount) == ("stride_as_built", 231_211_008)
    (step,) = explain(graph_of("ResNet-34"), PAPER_2015, MULTIPLY_ADDS).steps
    assert (step.cause, step.amount, len(step.moved)) == ("projections_as_built", 19_267_584, 3)
    assert step.moved[0] == MovedLayer("layer2.0.downsample.0", (0, 0), (28, 28))


def test_that_each_tool_is_explained_term_by_term_on_resnet_50() -> None:
    graph = graph_of("ResNet-50")
    assert amounts(explain(graph, MULTIPLY_ADDS, FVCORE).steps) == {
        "BatchNorm: 2 per output element": 22_227_968,
        "global average pool: 1 per input element": 100_352,
    }
    assert amounts(explain(graph, MULTIPLY_ADDS, TORCHINFO).steps) == {
        "biases: 1 per output element": 1_000,
        "BatchNorm: 1 per parameter, once an image": 53_120,
    }
    assert amounts(explain(graph, MULTIPLY_ADDS, PTFLOPS).steps) == {
        "biases: 1 per output element": 1_000,
        "BatchNorm: 2 per output element": 22_227_968,
        "ReLU: 1 per output element": 9_608_704,
        "max pool: 1 per input element": 802_816,
        "global average pool: 1 per input element": 100_352,
    }
    assert amounts(explain(graph, MULTIPLY_ADDS, FLOP_COUNTER).steps) == {
        "convolutions: 2 per multiply-add, not 1": 4_087_136_256,
        "linear layers: 2 per multiply-add, not 1": 2_048_000,
    }
    assert amounts(explain(graph, FVCORE, TORCHINFO).steps) == {
        "biases: 1 per output element": 1_000,
        "BatchNorm: 1 per parameter, once an image, not 2 per output element": -22_174_848,
        "global average pool: left out": -100_352,
    }


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_the_steps_sum_to_the_difference_between_any_two_conventions(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    assert ledger(graph, MULTIPLY_ADDS).total == cost_report(graph).total.macs
    for start in CONVENTIONS:
        for end in (MULTIPLY_ADDS, PAPER_2015, FVCORE, PYTORCHCV):
            found = explain(graph, start, end)
            assert found.start.total + sum(step.amount for step in found.steps) == found.end.total
            assert all(step.amount for step in found.steps)


@settings(max_examples=examples(20))
@given(config=architectures())
def test_that_the_rows_sum_to_the_total_and_hide_no_layer(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    shown = ledger(graph, FVCORE)
    assert sum(row.amount for row in shown.rows) == shown.total
    assert shown.graph is graph
    for row in shown.rows:
        assert row.layers == sum(row.term in terms_of(node) for node in graph.nodes)
        assert row.amount == row.elements * row.coefficient


def test_that_a_convention_answers_to_its_id_and_name() -> None:
    assert convention("FVCORE") is FVCORE
    assert convention("paper-2015") is PAPER_2015
    assert convention("he et al. 2015") is PAPER_2015
    with pytest.raises(KeyError, match="nonsense: no such convention; take macs, paper_2015"):
        convention("nonsense")


def test_that_the_guide_lists_every_convention_with_its_total() -> None:
    text = (ROOT / "docs" / "counting.md").read_text(encoding="utf-8")
    graph = graph_of("ResNet-50")
    for named in CONVENTIONS:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{named.id}`"))
        assert f"| {ledger(graph, named).total:,}" in row
    for switch in SWITCH_NAMES:
        assert f"`{switch}`" in text
