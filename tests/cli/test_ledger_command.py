"""Tests the ledger on the command line: a convention's terms, the steps from our count, and all totals at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resnet_core.analysis.conventions import CONVENTIONS
from resnet_core.cli import main


def document_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["analyze", *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_that_a_convention_adds_its_ledger_to_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    document = document_of(capsys, "ResNet-50", "--convention", "fvcore")
    found = document["ledger"]
    assert (found["convention"], found["total"]) == ("fvcore", 4_111_512_576)
    assert sum(row["amount"] for row in found["rows"]) == found["total"]
    assert found["from"]["total"] + sum(step["amount"] for step in found["steps"]) == found["total"]
    assert found["figures"] == [
        {"printed": "4111512576", "scale": 1, "source": "fvcore 0.1.5.post20221221", "match": "equal"}
    ]
    assert document["totals"]["macs"] == 4_089_184_256


def test_that_the_document_is_as_it_was_where_no_ledger_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    document = document_of(capsys, "ResNet-18")
    assert "ledger" not in document
    assert "conventions" not in document


def test_that_every_convention_is_listed_with_its_total(capsys: pytest.CaptureFixture[str]) -> None:
    listed = document_of(capsys, "ResNet-50", "--ledger")["conventions"]
    assert [entry["id"] for entry in listed] == [convention.id for convention in CONVENTIONS]
    totals = {entry["id"]: entry["total"] for entry in listed}
    assert totals["torchinfo"] == 4_089_238_376
    assert totals["ptflops"] == 4_121_925_096
    assert totals["flop_counter"] == 8_178_368_512
    assert main(["analyze", "ResNet-50", "--ledger"]) == 0
    shown = capsys.readouterr().out
    assert "4,121,925,096 equal to the unit: ptflops 0.6.9" in shown
    assert "3.8 G agrees, cut off: He et al. 2015, Table 1" in shown


def test_that_the_text_says_where_the_2015_figure_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ResNet-50", "--convention", "paper-2015"]) == 0
    shown = capsys.readouterr().out
    assert "-231,211,008" in shown
    assert "layer2.0.conv1 at 28x28, not 56x56" in shown
    assert "3,857,973,248" in shown
    assert main(["analyze", "ResNet-34", "--convention", "paper_2015"]) == 0
    assert "layer2.0.downsample.0 left out" in capsys.readouterr().out


def test_that_switches_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    found = document_of(capsys, "ResNet-50", "--convention", "macs+norm+addition")["ledger"]
    assert (found["convention"], found["total"]) == ("custom", 4_089_184_256 + 22_227_968 + 5_519_360)


def test_that_an_amount_that_ends_in_a_half_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    narrow = ("--set", "architecture.stem.width=63")
    words = ("ResNet-18", "--input", "3x33x33", *narrow, "--convention", "pytorchcv")
    total = document_of(capsys, *words)["ledger"]["total"]
    assert total == int(total) + 0.5
    assert main(["analyze", *words]) == 0
    assert f"{total:,.1f}" in capsys.readouterr().out


def test_that_an_unknown_convention_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ResNet-50", "--convention", "abacus"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--convention abacus: no such convention; take macs, paper_2015" in shown.err
    assert len(shown.err.splitlines()) == 1
