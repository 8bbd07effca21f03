"""Checks that the library lists every run, names new ones safely, and deletes only what it should."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from resnet_core.runs.run_events import GradientCaptured, RunFinished, StatusChanged, StepCompleted
from resnet_core.runs.run_export import export_csv, export_json
from resnet_core.runs.run_library import RunLibrary, default_root
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import BLOCKS, BOUNDARIES, CONFIG_TOML, started, write_finished_run


def test_that_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for day in (2, 3, 1):
        write_finished_run(tmp_path / f"run-{day}", steps=1, started_at=f"2026-03-0{day}T10:00:00Z")
    assert [summary.run for summary in RunLibrary(tmp_path).list()] == ["run-3", "run-2", "run-1"]


def test_that_a_root_that_does_not_exist_lists_nothing(tmp_path: Path) -> None:
    assert RunLibrary(tmp_path / "nowhere").list() == ()


def test_that_a_broken_run_is_listed_with_its_error_and_hides_no_other(tmp_path: Path) -> None:
    write_finished_run(tmp_path / "good")
    (write_finished_run(tmp_path / "damaged") / "run.db").write_bytes(b"x" * 5000)
    (write_finished_run(tmp_path / "lost") / "run.db").unlink()
    (tmp_path / "holiday pictures").mkdir()
    (tmp_path / "notes.txt").write_text("no run", encoding="utf-8")
    listed = {summary.run: summary for summary in RunLibrary(tmp_path).list()}
    assert {run: summary.status for run, summary in listed.items()} == {
        "good": "finished",
        "damaged": "unreadable",
        "lost": "unreadable",
    }
    assert "damaged" in str(listed["damaged"].error) and "run.db" in str(listed["lost"].error)
    assert listed["good"].error is None


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("ResNet-56", "ResNet-56-2"),
        ("../../etc/passwd", "etc-passwd-2"),
        ("  a b/c\\d:e*?.toml ", "a-b-c-d-e-toml-2"),
        ("残差网络", "残差网络-2"),
        ("...", "run-2"),
        ("", "run-2"),
        ("x" * 500, "x" * 60 + "-2"),
    ],
)
def test_that_a_new_folder_lies_in_the_root_whatever_the_run_is_called(tmp_path: Path, name: str, start: str) -> None:
    folder = RunLibrary(tmp_path / "runs").new_folder(name)
    assert folder.parent == tmp_path / "runs" and folder.is_dir()
    assert folder.name.startswith(start)
    RunStore.create(folder, config_toml=CONFIG_TOML).close()


def test_that_new_folders_of_one_name_differ(tmp_path: Path) -> None:
    library = RunLibrary(tmp_path)
    assert len({library.new_folder("ResNet-20") for _ in range(5)}) == 5
    assert library.list() == ()


def test_that_a_run_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    library = RunLibrary(tmp_path / "runs")
    inside = write_finished_run(tmp_path / "runs" / "digits-run")
    outside = write_finished_run(tmp_path / "elsewhere")
    assert library.resolve("digits-run") == inside
    assert library.resolve(str(outside)) == outside == library.resolve(outside)


@pytest.mark.parametrize("name", ["digits-rum", "", "no/such/path"])
def test_that_an_unknown_run_is_refused_with_a_mend(tmp_path: Path, name: str) -> None:
    write_finished_run(tmp_path / "digits-run")
    with pytest.raises(RunFolderError, match=r"digits-run\?|runs list") as refusal:
        RunLibrary(tmp_path).resolve(name)
    assert refusal.value.reason == "missing"


def test_that_a_finished_and_a_broken_run_can_be_deleted(tmp_path: Path) -> None:
    write_finished_run(tmp_path / "finished")
    (write_finished_run(tmp_path / "broken") / "run.db").write_bytes(b"x" * 5000)
    library = RunLibrary(tmp_path)
    library.delete("finished")
    library.delete(tmp_path / "broken")
    assert list(tmp_path.iterdir()) == []


def test_that_a_live_run_is_not_deleted(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StatusChanged("paused", 3)))
        with pytest.raises(RunFolderError, match="stop it first") as refusal:
            RunLibrary(tmp_path).delete("run")
        assert refusal.value.reason == "in_use" and RunReader(store.folder).summary().status == "paused"


def test_that_nothing_but_a_run_of_the_library_is_deleted(tmp_path: Path) -> None:
    library = RunLibrary(tmp_path / "runs")
    outside = write_finished_run(tmp_path / "outside")
    nested = write_finished_run(tmp_path / "runs" / "group" / "nested")
    pictures = tmp_path / "runs" / "pictures"
    pictures.mkdir()
    mixed = tmp_path / "runs" / "mixed"
    mixed.mkdir()
    (mixed / "config.toml").write_text("", encoding="utf-8")
    (mixed / "thesis.tex").write_text("", encoding="utf-8")
    for victim in (outside, nested, pictures, mixed, library.root, Path("..")):
        with pytest.raises(RunFolderError):
            library.delete(victim)
    for name in ("", ".", "..", "../outside"):
        with pytest.raises(RunFolderError):
            library.delete(name)
    assert all(path.exists() for path in (outside / "run.db", nested / "run.db", pictures, mixed / "thesis.tex"))


def test_that_a_link_to_a_run_elsewhere_is_not_deleted(tmp_path: Path) -> None:
    outside = write_finished_run(tmp_path / "outside")
    (tmp_path / "runs").mkdir()
    try:
        (tmp_path / "runs" / "link").symlink_to(outside, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    with pytest.raises(RunFolderError, match="delete this folder yourself"):
        RunLibrary(tmp_path / "runs").delete("link")
    assert (outside / "run.db").exists()


def test_that_the_environment_says_where_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKIPSCOPE_RUNS", str(tmp_path / "mine"))
    assert default_root() == tmp_path / "mine" == RunLibrary().root
    monkeypatch.delenv("SKIPSCOPE_RUNS")
    assert default_root().parts[-2:] == ("skipscope", "runs")


def test_that_exported_tables_give_the_same_numbers_back(tmp_path: Path) -> None:
    with RunStore.create(tmp_path / "run", config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StepCompleted(0, 0.1 + 0.2, 0.5, 0.1, 1.0)))
        store.record_many(
            (StepCompleted(1, math.nan, 0.5, 0.1, 2.0), GradientCaptured(0, (1e-300, 1 / 3, 2.0, math.inf)))
        )
        store.record(RunFinished("finished", 2, 2.0))
    reader = RunReader(store.folder)
    scalars_path, flow_path = export_csv(reader, tmp_path / "tables")
    with scalars_path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["train_loss"]) == 0.1 + 0.2 and rows[1]["train_loss"] == "nan"
    with flow_path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["step", *BOUNDARIES]
    np.testing.assert_array_equal([float(norm) for norm in lines[0][1:]], [1e-300, 1 / 3, 2.0, math.inf])
    exported = json.loads(export_json(reader, tmp_path / "run.json").read_text(encoding="utf-8"))
    assert exported == json.loads(json.dumps(reader.as_document()))


def test_that_a_cell_is_empty_when_nothing_was_measured_at_its_step(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run", steps=5))
    scalars_path = export_csv(reader, tmp_path / "tables")[0]
    with scalars_path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["0", "1", "2", "3", "4", "5"]
    assert rows[4]["test_loss"] == "" and rows[5]["train_loss"] == "" and float(rows[5]["test_loss"]) == 0.4


def test_that_what_was_measured_of_blocks_is_one_line_a_step_and_block(tmp_path: Path) -> None:
    reader = RunReader(write_finished_run(tmp_path / "run", steps=3))
    *_, path, of_layers = export_csv(reader, tmp_path / "tables")
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert (path.name, header) == ("block_quantities.csv", ["step", "block", "branch_norm", "shortcut_norm"])
    assert [line[:2] for line in lines] == [[step, block] for step in ("0", "2") for block in BLOCKS]
    assert lines[3][2:] == ["2.5", "1.0"] and lines[5][2:] == ["3.0", "nan"]
    with of_layers.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert (of_layers.name, header) == ("layer_quantities.csv", ["step", "layer", "gradient_norm", "update_ratio"])
    assert lines[2] == ["2", "conv1", "2.5", "0.25"]
