"""Reads a run folder, whether its run is live, finished, crashed or was made on another machine."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from resnet_core.runs.run_database import CONFIG_NAME, LOG_NAME, reading
from resnet_core.runs.run_document import run_document
from resnet_core.runs.run_records import (
    GradientFlow,
    GradientUpdate,
    ReadCursor,
    RunFolderError,
    RunSummary,
    ScalarUpdate,
    Series,
)
from resnet_core.runs.run_rows import (
    read_abandoned,
    read_checkpoint_names,
    read_gradient_flow,
    read_gradient_rows_since,
    read_scalars,
    read_scalars_since,
    read_summary,
)

FROM_THE_BEGINNING: Final = ReadCursor()


class RunReader:
    """Read-only access to one run; holds nothing open, so any number may look at once, from any thread.

    Every method is one consistent look and raises RunFolderError if the folder has gone or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        """Raises RunFolderError if the folder is missing, holds no run, or one of a newer Skipscope."""
        self.folder = folder
        with reading(folder):
            pass

    def summary(self) -> RunSummary:
        """The run in a line. A live run whose writer is gone is "crashed"."""
        summary, abandoned = self._look()
        if abandoned:
            # The writer may have ended well between the look and the question whether it lives. It is gone
            # now, so a second look sees the last it wrote.
            summary, abandoned = self._look()
        return summary._replace(status="crashed") if abandoned else summary

    def scalars(self, names: Iterable[str] | None = None, after: int | None = None) -> dict[str, Series]:
        """Series by name: those of `names` (None: all) that have values, of steps > `after` (None: all)."""
        with reading(self.folder) as connection:
            return read_scalars(connection, names, after)

    def scalars_since(self, cursor: ReadCursor = FROM_THE_BEGINNING) -> ScalarUpdate:
        """What was recorded since `cursor`, which the last update gave; costs only what is new."""
        with reading(self.folder) as connection:
            return read_scalars_since(connection, cursor)

    def gradient_flow(self) -> GradientFlow:
        """All gradient norms: steps [S], boundary_norms [S, N+1]."""
        with reading(self.folder) as connection:
            return read_gradient_flow(connection)

    def gradient_rows_since(self, cursor: ReadCursor = FROM_THE_BEGINNING) -> GradientUpdate:
        """Gradient rows since `cursor` (its own, not that of the scalars); costs only what is new."""
        with reading(self.folder) as connection:
            return read_gradient_rows_since(connection, cursor)

    def as_document(self) -> dict[str, object]:
        """The JSON document of `train` and `runs show`."""
        summary = self.summary()
        with reading(self.folder) as connection:
            if summary.status != "crashed":
                summary = read_summary(connection, self.folder)
            return run_document(summary, read_scalars(connection, None, None), read_gradient_flow(connection))

    def config_toml(self) -> str:
        """The run's configuration, as it was when the run was made."""
        path = self.folder / CONFIG_NAME
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"The run's configuration cannot be read ({error}); restore it from a copy of the run."
            raise RunFolderError(path, message, "corrupt") from error

    def log_text(self, tail_bytes: int = 65_536) -> str:
        """The last whole lines of the log, at most `tail_bytes` of them; empty if there is no log."""
        try:
            with (self.folder / LOG_NAME).open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(0, size - tail_bytes))
                tail = log.read(tail_bytes)
        except OSError:
            return ""
        if size > tail_bytes:
            tail = tail.partition(b"\n")[2]
        return tail.decode("utf-8", errors="replace")

    def latest_checkpoint(self) -> Path | None:
        """The latest checkpoint that was recorded and is there, inside this folder; None if there is none."""
        with reading(self.folder) as connection:
            names = read_checkpoint_names(connection)
        inside = self.folder.resolve()
        for name in names:
            path = self.folder / name
            if path.exists() and path.resolve().is_relative_to(inside):
                return path
        return None

    def _look(self) -> tuple[RunSummary, bool]:
        with reading(self.folder) as connection:
            summary = read_summary(connection, self.folder)
            return summary, read_abandoned(connection, summary)
