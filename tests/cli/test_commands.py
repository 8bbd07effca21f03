"""The commands that count: what they print, their JSON, and how they refuse bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_core.cli import COMMANDS, main
from resnet_core.configuration.config_file import load_config, save_config
from resnet_core.configuration.presets import preset, preset_names

BAD_INPUT = [
    (["analyze", "ResNet-51"], ["ResNet-51", "did you mean", "ResNet-50"]),
    (["analyze", "missing.toml"], ["missing.toml", "check the path"]),
    (["analyze", "ResNet-50", "--set", "architecture.stages.0.blocs=2"], ["stages.0.blocs", "did you mean blocks?"]),
    (["analyze", "ResNet-50", "--set", "architecture.stages.0.blocks=1000000"], ["1000000 is too large", "2000"]),
    (["analyze", "ResNet-50", "--set", "architecture.stages.3.width=100000"], ["stages.3.width", "100000 is too"]),
    (["analyze", "ResNet-50", "--set", "architecture.stages.9.width=64"], ["stages.9", "0 to 3"]),
    (["analyze", "ResNet-50", "--set", "architecture.stages.0.blocks=four"], ["'four'", "a whole number is needed"]),
    (["analyze", "ResNet-50", "--set", "blocks"], ["FIELD=VALUE"]),
    (["analyze", "ResNet-50", "--input", "224"], ["--input 224", "3x224x224"]),
    (["analyze", "ResNet-50", "--batch", "0"], ["--batch 0", "from 1"]),
    (["compare", "ResNet-50"], ["at least two"]),
    (["render", "ResNet-18", "--out", "drawing.bmp"], [".svg, .png or .pdf"]),
    (["render", "ResNet-18", "--out", "nowhere/drawing.svg"], ["nowhere", "does not exist"]),
    (["export", "ResNet-18", "--out", "nowhere/network.py"], ["nowhere", "does not exist"]),
    (["export", "ResNet-18", "--block", "layer4.2"], ["--block layer4.2", "layer4.1"]),
    (["train", "ResNet-20", "--steps", "0"], ["--steps 0", "from 1"]),
    (["train", "ResNet-20", "--seed", "-1"], ["training.seed", "too small"]),
    (["runs", "show", "no-such-run"], ["no-such-run", "runs list"]),
    (["runs"], ["list, show or export"]),
    (["nonsense"], ["nonsense", "--help"]),
]


@pytest.mark.parametrize(("words", "expected"), BAD_INPUT, ids=lambda value: " ".join(value)[:60])
def test_that_bad_input_is_refused_in_one_line_with_place_and_mend(
    words: list[str],
    expected: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert all(part in shown.err for part in expected), shown.err


def test_that_a_future_schema_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "future.toml"
    save_config(preset("ResNet-18"), file)
    file.write_text(file.read_text().replace("schema_version = 1", "schema_version = 99"))
    assert main(["analyze", str(file)]) == 2
    assert "schema_version 99 is newer" in capsys.readouterr().err


def test_that_analyze_prints_the_published_counts_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "resnet50", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["name"], document["input"], document["batch"]) == ("ResNet-50", [3, 224, 224], 1)
    totals = document["totals"]
    assert totals["parameters"] == 25_557_032
    assert totals["macs"] == 4_089_184_256
    assert totals["flops"] == 2 * totals["macs"]
    assert totals["activations"] == 11_114_984
    assert totals["depth"] == 50
    for field in ("parameters", "macs", "activations"):
        assert sum(row[field] for row in document["layers"]) == totals[field]
        assert sum(row[field] for row in document["stages"]) == totals[field]


def test_that_memory_grows_with_the_batch_and_counts_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    documents = []
    for batch in ("1", "32"):
        assert main(["analyze", "ResNet-18", "--batch", batch, "--json"]) == 0
        documents.append(json.loads(capsys.readouterr().out)["totals"])
    assert documents[0]["macs"] == documents[1]["macs"]
    assert documents[1]["training_memory_bytes"] > 3 * documents[0]["training_memory_bytes"]


def test_that_another_input_size_is_analyzed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ResNet-50", "--input", "3x225x225", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["macs"] == 4_626_713_792


def test_that_set_changes_a_preset_and_a_file_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    save_config(preset("ResNet-50"), file)
    change = ["--set", "architecture.stages.0.blocks=4", "--set", "architecture.name=Mine", "--json"]
    answers = []
    for config in ("ResNet-50", str(file)):
        assert main(["analyze", config, *change]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["name"] == "Mine"
    assert answers[0]["totals"]["depth"] == 53
    assert load_config(file) == preset("ResNet-50")


def test_that_presets_lists_every_preset_with_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["presets"]
    assert [row["name"] for row in rows] == list(preset_names())
    assert {row["name"]: row["parameters"] for row in rows}["WRN-28-10"] == 36_479_194


def test_that_compare_tells_the_difference_by_stage_and_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "ResNet-34", "ResNet-50", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    difference = document["differences"][0]
    assert difference["totals"]["parameters"] == 25_557_032 - 21_797_672
    assert sum(row["macs"] for row in difference["stages"]) == difference["totals"]["macs"]
    assert main(["compare", "ResNet-34", "ResNet-50"]) == 0
    assert "+17.2 %" in capsys.readouterr().out


def test_that_the_schema_names_labels_bounds_and_choices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    blocks = schema["$defs"]["StageConfig"]["properties"]["blocks"]
    assert (blocks["title"], blocks["minimum"], blocks["maximum"]) == ("Blocks", 1, 2000)
    assert set(schema["$defs"]["ShortcutConfig"]["properties"]["option"]["enum"]) == {"A", "B", "C", "D", "none"}


def test_that_a_drawing_is_written_without_torch_or_qt(tmp_path: Path) -> None:
    out = tmp_path / "net.svg"
    code = (
        "import sys; from resnet_core.cli import main; status = main(sys.argv[1:]);"
        "loaded = [m for m in ('torch', 'PySide6', 'numpy') if m in sys.modules];"
        "sys.exit(f'loaded {loaded}' if 'torch' in loaded or 'PySide6' in loaded else status)"
    )
    words = [sys.executable, "-c", code, "render", "ResNet-18", "--out", str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert out.read_text().startswith(("<?xml", "<svg"))


def test_that_reset_removes_settings_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SKIPSCOPE_SETTINGS", str(tmp_path))
    for name in ("settings.toml", "session.json", "letter.txt"):
        (tmp_path / name).write_text("x")
    assert main(["--reset"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert "settings.toml" in capsys.readouterr().out


def test_that_version_and_info_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("skipscope ")
    assert main(["--info"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("torch", "Python", "runs"))


def test_that_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)
