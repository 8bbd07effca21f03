"""Finds, names, and deletes the run folders below one root."""

import re
import shutil
import unicodedata
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from resnet_core.folders import runs_folder
from resnet_core.runs.run_database import (
    CHECKPOINTS_NAME,
    CONFIG_NAME,
    DATABASE_NAME,
    LOG_NAME,
    UNFINISHED_NAME,
)
from resnet_core.runs.run_events import LIVE_STATUSES
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError, RunSummary
from resnet_core.runs.study_shelf import FOLDER_NAME as STUDIES_NAME

_PARTS: Final = frozenset(
    {CHECKPOINTS_NAME, CONFIG_NAME, LOG_NAME, UNFINISHED_NAME, STUDIES_NAME}
    | {DATABASE_NAME + suffix for suffix in ("", "-wal", "-shm", "-journal")}
)
_SLUG_LENGTH: Final = 60


def default_root() -> Path:
    """Where runs are kept: $SKIPSCOPE_RUNS, else `runs` in the user's data folder."""
    return runs_folder()


class RunLibrary:
    """The runs below one folder, which need not exist yet."""

    def __init__(self, root: Path | None = None) -> None:
        """`root` defaults to `default_root()`."""
        self.root = default_root() if root is None else root

    def list(self) -> tuple[RunSummary, ...]:
        """All runs, newest first; one that cannot be read is "unreadable", with the reason in `error`."""
        if not self.root.is_dir():
            return ()
        entries = [entry for entry in self.root.iterdir() if _looks_like_a_run(entry)]
        return tuple(sorted(map(_summary_or_error, entries), key=_newest_first, reverse=True))

    def new_folder(self, name: str) -> Path:
        """Make an empty folder of its own for a run: the name's letters and digits, then the time in UTC.

        Raises OSError if the root cannot be written.
        """
        stem = f"{_slug(name)}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        self.root.mkdir(parents=True, exist_ok=True)
        attempt = 1
        while True:
            folder = self.root / (stem if attempt == 1 else f"{stem}-{attempt}")
            try:
                folder.mkdir()
            except FileExistsError:
                attempt += 1
            else:
                return folder

    def resolve(self, name_or_path: str | Path) -> Path:
        """The folder of a run, by its name in this library or by a path. Raises RunFolderError if none is."""
        given = Path(name_or_path)
        is_name = given.name == str(name_or_path) and given.name not in {"", ".."}
        if is_name and (self.root / given).is_dir():
            return self.root / given
        if str(name_or_path) and given.is_dir():
            return given
        names = [entry.name for entry in self.root.iterdir()] if self.root.is_dir() else []
        close = get_close_matches(given.name, names, n=1)
        mend = f"did you mean {close[0]}?" if close else "`runs list` shows the runs there are."
        raise RunFolderError(given, f"There is no run of this name and no such folder; {mend}", "missing")

    def delete(self, run: str | Path) -> None:
        """Delete a run of this library with all that it holds.

        Raises RunFolderError if it lies elsewhere, is no run, or is being written; also if it cannot be read
        and holds files that are no part of a run.
        """
        folder = self.resolve(run)
        if folder.is_symlink() or folder.resolve().parent != self.root.resolve():
            message = f"Only runs in {self.root} can be deleted here; delete this folder yourself."
            raise RunFolderError(folder, message, "outside")
        _check_deletable(folder)
        # Renamed first, so that a deletion cut short leaves nothing that looks like a run.
        doomed = folder.with_name(f".deleted-{folder.name}")
        try:
            folder.rename(doomed)
            shutil.rmtree(doomed)
        except OSError as error:
            message = f"The run cannot be deleted ({error}); close what uses its files and try again."
            raise RunFolderError(folder, message, "denied") from error


def _looks_like_a_run(entry: Path) -> bool:
    """A folder with a run's database or, if that got lost, its configuration; not one that is being made."""
    if entry.name.startswith(".") or not entry.is_dir():
        return False
    if (entry / DATABASE_NAME).exists():
        return True
    return (entry / CONFIG_NAME).exists() and not (entry / UNFINISHED_NAME).exists()


def _summary_or_error(folder: Path) -> RunSummary:
    try:
        return RunReader(folder).summary()
    except RunFolderError as error:
        return RunSummary(folder.name, folder, folder.name, "unreadable", error=str(error))


def _newest_first(summary: RunSummary) -> tuple[str, str]:
    """A key that grows with the start of the run, by the folder's own time where that is unknown."""
    if summary.started_at is not None:
        return summary.started_at, summary.run
    try:
        moment = datetime.fromtimestamp(summary.folder.stat().st_mtime, UTC)
    except OSError:
        return "", summary.run
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ"), summary.run


def _check_deletable(folder: Path) -> None:
    names = {entry.name for entry in folder.iterdir()}
    if not names & {DATABASE_NAME, CONFIG_NAME}:
        raise RunFolderError(folder, "This folder is no run; delete it yourself.", "not_a_run")
    status = _summary_or_error(folder).status
    if status == "unreadable" and names - _PARTS:
        message = f"The folder holds {min(names - _PARTS)}, which is no part of a run; delete it yourself."
        raise RunFolderError(folder, message, "not_a_run")
    if status in LIVE_STATUSES:
        raise RunFolderError(folder, "The run is live; stop it first.", "in_use")


def _slug(name: str) -> str:
    """Letters, digits and hyphens, in any script, as every file system takes them."""
    plain = unicodedata.normalize("NFC", name)
    return re.sub(r"[\W_]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "run"
