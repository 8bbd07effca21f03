"""Tests the list of presets: names, families, other names, and the nearest name for a wrong one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.preset_catalog.exact_counts import EXACT_COUNTS
from resnet_core.configuration.presets import (
    Preset,
    UnknownPresetError,
    find_preset,
    preset,
    preset_families,
    preset_names,
    search_presets,
)
from tests.source_tree import ROOT

IMAGENET = ("18", "34", "50", "101", "152")
CIFAR = ("20", "32", "44", "56", "110", "1202")
PRESETS = [entry for entries in preset_families().values() for entry in entries]


def test_that_all_networks_are_there() -> None:
    expected = {f"{family}-{depth}" for family in ("ResNet", "Plain") for depth in IMAGENET + CIFAR}
    expected |= {"PreResNet-56", "PreResNet-110", "PreResNet-164"}
    expected |= {"WRN-28-10", "Wide-ResNet-50-2", "ResNeXt-50-32x4d"}
    assert expected <= set(preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_that_a_preset_is_valid_and_named(name: str) -> None:
    config = preset(name)
    assert config.name == name
    assert validated(ArchitectureConfig, config.model_dump()) == config
    assert preset(name.upper()) is config


@pytest.mark.parametrize("entry", PRESETS, ids=lambda entry: entry.name)
def test_that_a_preset_says_where_it_was_published(entry: Preset) -> None:
    assert entry.source == f"{entry.paper.authors} {entry.year}, {entry.paper.locator}"
    assert entry.paper.locator.startswith(("arXiv ", "doi "))
    assert 2015 <= entry.year <= 2026
    assert entry.paper.title


@pytest.mark.parametrize("entry", PRESETS, ids=lambda entry: entry.name)
def test_that_the_counts_of_the_list_are_those_of_the_network(entry: Preset) -> None:
    report = cost_report(build_graph(preset(entry.name)))
    assert entry.counts == (report.total.parameters, report.total.macs, report.depth)


def test_that_the_list_of_counts_has_no_other_names() -> None:
    assert list(EXACT_COUNTS) == list(preset_names())


def test_that_no_two_presets_answer_to_one_name() -> None:
    names = [{signless(name) for name in (entry.name, *entry.aliases)} for entry in PRESETS]
    assert sum(map(len, names)) == len(set().union(*names))


def signless(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")


@pytest.mark.parametrize("entry", PRESETS, ids=lambda entry: entry.name)
def test_that_a_preset_answers_to_each_of_its_names(entry: Preset) -> None:
    assert [find_preset(name) for name in (entry.name, *entry.aliases)] == [entry] * (1 + len(entry.aliases))


def test_that_no_network_is_built_by_a_list_or_a_search() -> None:
    program = (
        "from resnet_core.configuration import architecture_config, presets\n"
        "def refuse(*_): raise AssertionError('a network was built')\n"
        "architecture_config.ArchitectureConfig._fits_together = refuse\n"
        "architecture_config.ArchitectureConfig.model_validate = refuse\n"
        "assert presets.preset_names() and presets.preset_families() and presets.search_presets('resnet 50')\n"
        "assert all(entry.counts and entry.source for entry in presets.search_presets(''))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", [f"{family}-{d}" for family in ("ResNet", "Plain") for d in IMAGENET + CIFAR])
def test_that_the_depth_in_the_name_is_the_networks(name: str) -> None:
    assert cost_report(build_graph(preset(name))).depth == int(name.split("-")[1])


def test_that_families_hold_every_preset_once() -> None:
    listed = [entry.name for entries in preset_families().values() for entry in entries]
    assert sorted(listed) == sorted(preset_names())


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("resnet50", "ResNet-50"),
        ("RESNET_50 ", "ResNet-50"),
        ("resnext50_32x4d", "ResNeXt-50-32x4d"),
        ("wide_resnet50_2", "Wide-ResNet-50-2"),
        ("plain56", "Plain-56"),
        ("ResNet 50 (2015)", "ResNet-50 (2015)"),
        ("seresnext50_32x4d", "SE-ResNeXt-50-32x4d"),
        ("resnetv2_50x1_bit", "BiT-R50x1"),
        ("legacy_senet154", "SENet-154"),
        ("ecaresnet50d", "ECA-ResNet-50-D"),
        ("resnetrs50", "ResNet-RS-50"),
    ],
)
def test_that_other_spellings_are_known(alias: str, name: str) -> None:
    assert preset(alias) is preset(name)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("ResNet-51", "ResNet-50"),
        ("Pain-56", "Plain-56"),
        ("wrn2810x", "WRN-28-10"),
        ("seresnet51", "SE-ResNet-50"),
    ],
)
def test_that_a_wrong_name_leads_to_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UnknownPresetError) as caught:
        preset(wrong)
    assert str(caught.value).startswith(f"{wrong}: no preset and no file of that name; did you mean ")
    assert near in str(caught.value)
    assert find_preset(wrong) is None


def test_that_a_name_like_no_other_leads_to_the_list() -> None:
    with pytest.raises(UnknownPresetError, match="`skipscope presets` lists them all"):
        preset("zebra")


@pytest.mark.parametrize(
    ("text", "first", "others"),
    [
        ("resnet50", "ResNet-50", {"SE-ResNet-50", "ResNet-50-D"}),
        ("ResNet-50", "ResNet-50", {"Wide-ResNet-50-2"}),
        ("seresnext50_32x4d", "SE-ResNeXt-50-32x4d", set()),
        ("he 2015 option", "ResNet-34", {"ResNet-34 (option A)", "ResNet-34 (option C)"}),
        ("1603.05027 110", "PreResNet-110", {"ResNet-110 (ReLU before addition)"}),
        ("pre-activation bottleneck", "", set()),
        ("big transfer", "BiT-R50x1", {"BiT-R152x4"}),
        ("wide 2016 wrn-28", "WRN-28-10", {"WRN-28-12"}),
        ("bag of tricks 50", "ResNeXt-50-D-32x4d", {"ResNet-50-C", "ResNet-50-D"}),
    ],
)
def test_that_every_word_of_a_search_is_found_in_name_family_paper_or_year(
    text: str, first: str, others: set[str]
) -> None:
    found = [entry.name for entry in search_presets(text)]
    assert found[:1] == ([first] if first else [])
    assert others <= set(found)


def test_that_a_search_for_nothing_finds_all() -> None:
    assert [entry.name for entry in search_presets("  ")] == list(preset_names())


def test_that_a_short_word_must_begin_a_word() -> None:
    assert "ResNet-Blur-50" not in [entry.name for entry in search_presets("se 50")]
    assert "SE-ResNet-50" in [entry.name for entry in search_presets("se 50")]


@pytest.mark.parametrize("name", preset_names())
def test_that_a_search_for_a_name_finds_that_preset_first(name: str) -> None:
    assert next(entry.name for entry in search_presets(name)) == name
