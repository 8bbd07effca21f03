"""Tests that a convention's single parts can be switched, and that a chain of switches leads to a named convention."""

from __future__ import annotations

from fractions import Fraction

import pytest

from resnet_core.analysis.convention_switches import (
    SWITCH_NAMES,
    read_convention,
    rules_of,
    switch_state,
    switched,
    usual_rule,
    with_rule,
)
from resnet_core.analysis.conventions import CONVENTIONS, FLOP_COUNTER, FVCORE, MULTIPLY_ADDS, PTFLOPS, Rule
from resnet_core.analysis.ledger import ledger
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset


def test_that_a_switch_that_is_set_reads_as_set() -> None:
    for switch in SWITCH_NAMES:
        for named in CONVENTIONS:
            assert switch_state(switched(named, switch, True), switch) == "on"
            assert switch_state(switched(named, switch, False), switch) == "off"


def test_that_a_group_counted_in_part_says_so_and_keeps_its_rules_when_filled() -> None:
    assert switch_state(FVCORE, "pooling") == "partly"
    full = switched(PTFLOPS, "norm", True)
    assert full.rules["batch_norm"] == PTFLOPS.rules["batch_norm"]
    assert full.rules["layer_norm"] == Rule("outputs", Fraction(5))


def test_that_switches_lead_from_macs_to_named_conventions_and_back() -> None:
    assert switched(MULTIPLY_ADDS, "flops", True) == FLOP_COUNTER
    assert switched(FLOP_COUNTER, "flops", False) == MULTIPLY_ADDS
    chosen = switched(switched(MULTIPLY_ADDS, "stride_2015", True), "option_a", True)
    assert chosen.id == "paper_2015"
    assert with_rule(with_rule(FVCORE, "relu", usual_rule("relu")), "relu", None) == FVCORE


def test_that_own_choices_are_called_so_with_their_unit() -> None:
    chosen = switched(MULTIPLY_ADDS, "norm", True)
    assert (chosen.id, chosen.unit) == ("custom", "operations")
    assert switched(FLOP_COUNTER, "stride_2015", True).unit == "FLOPs"
    assert switched(MULTIPLY_ADDS, "stride_2015", True).unit == "MACs"


def test_that_the_rules_of_a_term_are_those_in_use() -> None:
    assert [(rule.basis, int(rule.coefficient)) for rule in rules_of("batch_norm")] == [
        ("outputs", 2), ("parameters", 1), ("outputs", 4),
    ]  # fmt: skip
    assert rules_of("add") == (usual_rule("add"),)


def test_that_every_operation_of_resnet_50_can_be_counted() -> None:
    graph = build_graph(preset("ResNet-50"))
    chosen = read_convention("flop_counter+bias+norm+activation+pooling+addition")
    total = 2 * 4_089_184_256 + 1_000 + 22_227_968 + 9_608_704 + 802_816 + 100_352 + 5_519_360
    assert ledger(graph, chosen).total == total


def test_that_a_written_convention_is_read() -> None:
    assert read_convention("fvcore") is FVCORE
    assert read_convention("macs+flops") == FLOP_COUNTER
    assert switch_state(read_convention("ptflops-norm+addition"), "norm") == "off"
    with pytest.raises(KeyError, match="colour: no such switch; take flops, bias"):
        read_convention("macs+colour")
    with pytest.raises(KeyError, match="no such convention"):
        read_convention("tea+norm")
