"""The list of presets on the command line: all of it, what some words find, and its JSON."""

from __future__ import annotations

import json

import pytest

from resnet_core.cli import main
from resnet_core.configuration.presets import find_preset, preset_names


def rows_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert main(["presets", *words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["presets"]
    assert isinstance(rows, list)
    return rows


def test_that_every_preset_is_listed_with_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in rows_of([], capsys)}
    assert list(rows) == list(preset_names())
    assert (rows["WRN-28-10"]["parameters"], rows["WRN-28-10"]["macs"]) == (36_479_194, 5_243_328_768)
    assert rows["ResNet-50-D"]["depth"] == 50


def test_that_paper_names_and_printed_figures_stand_beside_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    row = rows_of(["resnet50d"], capsys)[0]
    assert row["aliases"] == ["resnet50d", "gluon_resnet50_v1d"]
    assert (row["year"], row["source"]) == (2018, "He T. et al. 2018, arXiv 1812.01187")
    assert {
        "quantity": "macs",
        "printed": "4.3",
        "unit": 10**9,
        "source": "He T. et al. 2018, Table 5",
        "agreement": "rounds",
    } in row["printed"]  # type: ignore[operator]
    assert {
        "measure": "top-1 accuracy",
        "percent": 77.16,
        "data": "ImageNet",
        "protocol": "single crop",
        "source": "He T. et al. 2018, Table 5",
    } in row["accuracies"]  # type: ignore[operator]


def test_that_words_find_some_of_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    names = [row["name"] for row in rows_of(["wide", "2016"], capsys)]
    assert "WRN-28-10" in names
    assert "ResNet-50" not in names


def test_that_the_table_has_a_line_for_each_preset_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "senet-154"]) == 0
    header, line = capsys.readouterr().out.splitlines()
    entry = find_preset("SENet-154")
    assert entry is not None
    assert header.split() == ["name", "family", "published", "parameters", "MACs", "depth"]
    assert line.startswith("SENet-154  Squeeze-and-excitation  Hu et al. 2017  115,088,984  20,688,363,520")


def test_that_words_that_find_nothing_are_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "zebra", "net"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert "presets zebra net: no preset has these words" in complaint
