"""Checks that a run is read where nothing can be written: an archive, a stick, another user's folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resnet_core.runs.run_events import StatusChanged
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_store import RunStore
from tests.runs.sample_runs import CHECKOUT, CONFIG_TOML, started, step_events, write_finished_run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are set as POSIX has them")

READ = """
import json, os, sys
from pathlib import Path
from resnet_core.runs.run_reader import RunReader
if os.geteuid() == 0:
    # The superuser may write anywhere, whatever the permissions say.
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
assert not os.access(sys.argv[1], os.W_OK)
print(json.dumps(RunReader(Path(sys.argv[1])).as_document()))
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users can reach."""
    folder = Path(tempfile.mkdtemp(prefix="skipscope-test-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def read_without_permission_to_write(folder: Path) -> dict[str, Any]:
    """The document of a run as one sees it who may read the folder but not write it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-c", READ, str(folder)]
    read = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    document: dict[str, Any] = json.loads(read.stdout)
    return document


def crashed_run(folder: Path, *lost: str) -> Path:
    """A copy of a run with its writer at work, as a crash leaves it, without the files in `lost`."""
    with RunStore.create(folder.with_name("original"), config_toml=CONFIG_TOML) as store:
        store.record_many((started(), StatusChanged("running", 0)))
        for step in range(8):
            store.record_many(step_events(step))
        shutil.copytree(store.folder, folder)
    for name in lost:
        (folder / name).unlink()
    return folder


def test_that_a_finished_run_is_read_when_its_folder_cannot_be_written(public_folder: Path) -> None:
    folder = write_finished_run(public_folder / "run")
    expected = RunReader(folder).as_document()
    assert read_without_permission_to_write(folder) == json.loads(json.dumps(expected))


@pytest.mark.parametrize("lost", [(), ("run.db-shm",)])
def test_that_the_log_of_a_crashed_run_is_read_when_its_folder_cannot_be_written(
    public_folder: Path, lost: tuple[str, ...]
) -> None:
    folder = crashed_run(public_folder / "run", *lost)
    document = read_without_permission_to_write(folder)
    assert document["steps"] == 8
    assert [step for step, _ in document["scalars"]["train_loss"]] == list(range(8))
    assert sorted(path.name for path in folder.glob("run.db-*")) == sorted({"run.db-shm", "run.db-wal"} - {*lost})


def test_that_what_reached_the_database_is_read_when_its_log_is_lost(public_folder: Path) -> None:
    folder = write_finished_run(public_folder / "run")
    # A database that says WAL but has no log: what a copy of run.db alone is.
    store = RunStore.reopen(folder)
    store.heartbeat()
    shutil.copytree(folder, public_folder / "copy", ignore=shutil.ignore_patterns("run.db-*"))
    store.close()
    assert read_without_permission_to_write(public_folder / "copy")["steps"] == 20
