"""Tests that every published count is reached by its convention, to the digits that are printed."""

from __future__ import annotations

import pytest

from resnet_core.analysis.conventions import convention
from resnet_core.analysis.ledger import ledger
from resnet_core.analysis.published_figures import GIGA, Figure, published_figures
from resnet_core.analysis.tool_counts import COUNTED, PRINTED_BY_PYTORCHCV, PRINTED_BY_TIMM
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset, preset_names
from tests.reference_tables import reference_rows

PUBLISHED = [name for name in preset_names() if published_figures(preset(name))]


@pytest.mark.parametrize("name", PUBLISHED)
def test_that_each_figure_is_reached_by_its_convention(name: str) -> None:
    config = preset(name)
    graph = build_graph(config)
    for figure in published_figures(config):
        match = figure.match(ledger(graph, convention(figure.convention)).total)
        assert match == "equal" if figure.is_exact else match != "differs" or figure.note, figure


def test_that_the_figures_of_resnet_50_are_those_of_papers_and_tools() -> None:
    figures = {figure.source: figure for figure in published_figures(preset("ResNet-50"))}
    assert figures["He et al. 2015, Table 1"].convention == "paper_2015"
    assert figures["torchvision 0.29.1, weights metadata"].printed == "4.089"
    assert figures["fvcore 0.1.5.post20221221"] == Figure("4111512576", 1, "fvcore 0.1.5.post20221221", "fvcore")
    assert {figure.convention for figure in figures.values()} == {
        "paper_2015", "macs", "flop_counter", "fvcore", "torchinfo", "ptflops", "thop", "pytorchcv",
    }  # fmt: skip


def test_that_a_changed_network_has_no_published_figures() -> None:
    assert published_figures(with_value(preset("ResNet-50"), ("input", "height"), 256)) == ()
    assert published_figures(preset("ResNet-50").model_copy(update={"name": "mine"})) == ()


def test_that_a_match_says_how_the_print_agrees() -> None:
    printed = Figure("3.8", GIGA, "paper", "macs")
    assert printed.match(3_800_000_000) == "equal"
    assert printed.match(3_750_000_000) == "rounds"
    assert printed.match(3_857_973_248) == "truncates"
    assert printed.match(3_900_000_000) == printed.match(4_089_184_256) == "differs"
    exact = Figure("100", 1, "tool", "fvcore")
    assert (exact.match(100), exact.match(101)) == ("equal", "differs")


def test_that_the_listed_counts_are_the_reference_tables() -> None:
    tools = {row["model"]: row for row in reference_rows("counters")}
    for row in reference_rows("module_counters"):
        other = tools[row["model"]]
        assert COUNTED[preset(row["model"]).name] == (
            int(other["flopcounter_flops_raw"]), int(other["fvcore_total"]), int(other["torchinfo_total_mult_adds"]),
            int(row["ptflops_macs"]), int(row["thop_macs"]),
        )  # fmt: skip
    halves = {preset(row["preset"]).name: row["flops_half_M"] for row in reference_rows("imgclsmob")}
    assert halves == PRINTED_BY_PYTORCHCV
    tables = {(preset(row["canonical_name"]).name, row["gmacs"]) for row in reference_rows("timm_sample")}
    assert set(PRINTED_BY_TIMM.items()) <= tables
