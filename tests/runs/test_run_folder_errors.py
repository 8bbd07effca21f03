"""Checks that a folder that cannot be read as a run is refused with what, where and how to mend it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import write_finished_run


def change(folder: Path, statement: str) -> None:
    """Run one statement on a run's database, as no Skipscope would."""
    with closing(sqlite3.connect(folder / "run.db", isolation_level=None)) as connection:
        connection.execute(statement)


def refusal_of(folder: Path) -> RunFolderError:
    with pytest.raises(RunFolderError) as refusal:
        RunReader(folder).as_document()
    return refusal.value


def test_that_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refusal_of(tmp_path / "nowhere")
    assert error.reason == "missing" and error.path == tmp_path / "nowhere"
    assert str(error).startswith(str(tmp_path / "nowhere")) and "runs list" in str(error)


def test_that_a_folder_without_a_database_is_no_run(tmp_path: Path) -> None:
    error = refusal_of(tmp_path)
    assert error.reason == "no_database" and "run.db" in error.message and "\n" not in str(error)


def test_that_another_programs_database_is_no_run(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "run.db")) as connection, connection:
        connection.execute("CREATE TABLE meta (key, value)")
    assert refusal_of(tmp_path).reason == "not_a_run"
    with pytest.raises(RunFolderError, match="not a Skipscope run"):
        RunStore.reopen(tmp_path)


def test_that_a_newer_run_asks_for_a_newer_skipscope(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run")
    change(folder, "PRAGMA user_version = 99")
    error = refusal_of(folder)
    assert error.reason == "newer_schema" and "99" in error.message and "update Skipscope" in error.message
    with pytest.raises(RunFolderError, match="update Skipscope"):
        RunStore.reopen(folder)


def test_that_a_database_with_code_in_it_is_refused(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run")
    change(folder, "CREATE VIEW endless AS SELECT * FROM scalars, scalars AS more")
    assert refusal_of(folder).reason == "not_a_run"


def overwrite_all(path: Path) -> None:
    path.write_bytes(b"this was never a database" * 100)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [overwrite_all, truncate, scribble])
def test_that_a_damaged_database_is_told_when_it_is_read(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = write_finished_run(tmp_path / "run", steps=200)
    damage(folder / "run.db")
    error = refusal_of(folder)
    assert error.reason == "corrupt" and "damaged" in error.message and "restore" in error.message


def test_that_an_empty_database_is_no_run(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run")
    empty(folder / "run.db")
    assert refusal_of(folder).reason == "not_a_run"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = '{' WHERE key = 'name'",
        "UPDATE meta SET value = '[1, 2]' WHERE key = 'name'",
        "UPDATE meta SET value = '\"many\"' WHERE key = 'total_steps'",
        "UPDATE meta SET value = '[[[1]]]' WHERE key = 'boundaries'",
        "UPDATE meta SET value = printf('%.*c', 100000, '[') WHERE key = 'notes'",
        "UPDATE statuses SET status = 'dancing'",
        "UPDATE gradient_flow SET boundary_norms = x'00' WHERE step = 4",
        "UPDATE gradient_flow SET boundary_norms = 5 WHERE step = 4",
        "UPDATE scalars SET value = 'much' WHERE step = 4",
        "UPDATE scalars SET step = 'early' WHERE step = 4 AND name = 'learning_rate'",
        "DROP TABLE rewinds",
    ],
)
def test_that_values_of_a_wrong_kind_are_told_as_damage(tmp_path: Path, statement: str) -> None:
    folder = write_finished_run(tmp_path / "run")
    change(folder, statement)
    with pytest.raises(RunFolderError) as refusal:
        reader = RunReader(folder)
        reader.as_document()
        reader.scalars_since()
    assert refusal.value.reason == "corrupt"


def test_that_a_lost_configuration_is_told_with_its_path(tmp_path: Path) -> None:
    folder = write_finished_run(tmp_path / "run")
    (folder / "config.toml").unlink()
    with pytest.raises(RunFolderError, match=r"config\.toml"):
        RunReader(folder).config_toml()


def test_that_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(RunFolderError, match="choose a folder") as refusal:
        RunStore.create(tmp_path / "file" / "run", config_toml="")
    assert refusal.value.reason == "denied"
