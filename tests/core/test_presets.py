"""Tests the list of presets: names, families, other names, and the nearest name for a wrong one."""

from __future__ import annotations

import pytest

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.presets import (
    UnknownPresetError,
    find_preset,
    preset,
    preset_families,
    preset_names,
)

IMAGENET = ("18", "34", "50", "101", "152")
CIFAR = ("20", "32", "44", "56", "110", "1202")


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
    entry = find_preset(name)
    assert entry is not None
    assert "arXiv" in entry.source


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
    ],
)
def test_that_other_spellings_are_known(alias: str, name: str) -> None:
    assert preset(alias) is preset(name)


@pytest.mark.parametrize(
    ("wrong", "near"), [("ResNet-51", "ResNet-50"), ("Pain-56", "Plain-56"), ("wrn2810x", "WRN-28-10")]
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
