"""Writes the events of a run into its folder; one writer a folder."""

import json
import sqlite3
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import index
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from resnet_core.runs.run_database import (
    CHECKPOINT_PATTERN,
    CHECKPOINTS_NAME,
    CONFIG_NAME,
    DATABASE_NAME,
    LAYERS_KEY,
    LOG_NAME,
    UNFINISHED_NAME,
    create_database,
    folder_error,
    open_for_writing,
    put_writer,
)
from resnet_core.runs.run_events import (
    RUN_STATUSES,
    CaptureCostMeasured,
    CheckpointWritten,
    EvaluationCompleted,
    GradientCaptured,
    RunEvent,
    RunFinished,
    RunStarted,
    RunStatus,
    StatusChanged,
    StepCompleted,
)
from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.writer_process import WriterProcess, current_writer, writer_is_alive

HEARTBEAT_PERIOD_S: Final = 1.0
_LEAVE_WAL_TIMEOUT_S: Final = 2.0


class RunStore:
    """The single writer of a run folder; methods may be called from any thread, one at a time takes effect.

    What `record` returned from is committed: it outlives a crash of the process. Close it, or use it in
    `with`.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        """Not for callers: use `create` or `reopen`."""
        self.folder = folder
        self.checkpoints_folder = folder / CHECKPOINTS_NAME
        self.log_path = folder / LOG_NAME
        self._connection = connection
        self._lock = threading.RLock()
        self._closed = False
        self._next_heartbeat = 0.0
        self._boundary_count = self._read_boundary_count()

    @classmethod
    def create(cls, folder: Path, *, config_toml: str) -> Self:
        """Make a run folder (it may exist, but hold no run) and begin to write it.

        Raises RunFolderError if there is a run already or the folder cannot be made.
        """
        taken = [name for name in (DATABASE_NAME, CONFIG_NAME, CHECKPOINTS_NAME) if (folder / name).exists()]
        if taken:
            message = f"There is a run here already ({taken[0]}); choose another folder, or resume this run."
            raise RunFolderError(folder, message, "exists")
        try:
            (folder / CHECKPOINTS_NAME).mkdir(parents=True)
            create_database(folder, current_writer())
            (folder / CONFIG_NAME).write_text(config_toml, encoding="utf-8", newline="\n")
            (folder / LOG_NAME).touch()
            # Last, so that who finds a database finds a complete run, with its writer.
            (folder / UNFINISHED_NAME).replace(folder / DATABASE_NAME)
        except (OSError, sqlite3.Error) as error:
            message = f"The run folder cannot be made ({error}); choose a folder that can be written."
            raise RunFolderError(folder, message, "denied") from error
        return cls(folder, open_for_writing(folder))

    @classmethod
    def reopen(cls, folder: Path) -> Self:
        """Go on writing an existing run.

        Raises RunFolderError if it is no run, cannot be written, or another process is writing it.
        """
        connection = open_for_writing(folder)
        try:
            _claim(connection, folder)
            return cls(folder, connection)
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.Error):
                raise folder_error(folder, error) from error
            raise

    def record(self, event: RunEvent) -> None:
        """Commit one event; an event of the same kind and step replaces the earlier one."""
        self.record_many((event,))

    def record_many(self, events: Iterable[RunEvent]) -> None:
        """Commit events in one transaction: all of them, or on an error none.

        Raises ValueError for an event no reader could use, RunFolderError if the disk refuses.
        """
        with self._transaction() as connection:
            for event in events:
                self._write(connection, event)
            if time.monotonic() >= self._next_heartbeat:
                self._beat(connection)

    def heartbeat(self) -> None:
        """Tell readers on other hosts that the writer lives; recording does so too, at most once a second."""
        with self._transaction() as connection:
            self._beat(connection)

    def rewind_to(self, step: int) -> None:
        """Forget what is measured again when training goes on with update `step` from its checkpoint.

        The evaluation of step `step` stays, as its weights are the checkpoint's; all else from `step` on
        goes.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM scalars WHERE step > ?", (step,))
            tested = "name IN ('test_loss', 'test_accuracy')"
            connection.execute(f"DELETE FROM scalars WHERE step = ? AND NOT {tested}", (step,))
            connection.execute("DELETE FROM gradient_flow WHERE step >= ?", (step,))
            for table in ("block_quantities", "layer_quantities"):
                connection.execute(f"DELETE FROM {table} WHERE step >= ?", (step,))
            connection.execute("DELETE FROM checkpoints WHERE step > ?", (step,))
            connection.execute("INSERT INTO rewinds (step) VALUES (?)", (step,))
            # Readers drop everything from `step` on, so what stays of it gets a new row, to be sent again.
            kept = connection.execute("SELECT name, step, value FROM scalars WHERE step = ?", (step,))
            _put_scalars(connection, kept.fetchall())

    def log(self, line: str) -> None:
        """Append a line to `log.txt`, with the time in UTC before it."""
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock, self.log_path.open("a", encoding="utf-8", newline="\n") as log:
            log.write(f"{moment} {line}\n")

    def close(self) -> None:
        """End writing: one plain file is left, without WAL, unless a reader holds on to it for seconds.

        A run that is still live when its store is closed counts as crashed.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                self._connection.execute("DELETE FROM writer")
                self._leave_wal()
            except sqlite3.Error as error:
                raise folder_error(self.folder, error) from error
            finally:
                self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed:
                raise ValueError("the run store is closed")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise folder_error(self.folder, error) from error

    def _leave_wal(self) -> None:
        """Move the log into the database and return to one file; readers in mid-look are waited for."""
        deadline = time.monotonic() + _LEAVE_WAL_TIMEOUT_S
        while True:
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                if self._connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete":
                    return
            except sqlite3.OperationalError:
                pass  # "database is locked": a reader looks at it just now
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)

    def _beat(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE writer SET heartbeat_at = ?", (time.time(),))
        self._next_heartbeat = time.monotonic() + HEARTBEAT_PERIOD_S

    def _read_boundary_count(self) -> int | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'boundaries'").fetchone()
        return None if row is None else len(json.loads(row[0]))

    def _write(self, connection: sqlite3.Connection, event: RunEvent) -> None:
        match event:
            case RunStarted():
                self._boundary_count = len(event.boundaries)
                _put_meta(connection, event)
            case StepCompleted(step=step) | CaptureCostMeasured(step=step):
                values = [(name, value) for name, value in event._asdict().items() if name != "step"]
                _put_scalars(connection, [(name, step, value) for name, value in values if value is not None])
            case EvaluationCompleted(step=step, test_loss=loss, test_accuracy=accuracy):
                _put_scalars(connection, [("test_loss", step, loss), ("test_accuracy", step, accuracy)])
            case GradientCaptured(step=step, boundary_norms=norms):
                _put_gradient(connection, step, norms, self._boundary_count)
                _put_quantities(connection, step, "block", event.block_quantities, len(norms) - 1)
                _put_layer_ids(connection, event.layers)
                _put_quantities(connection, step, "layer", event.layer_quantities, len(event.layers))
            case CheckpointWritten(step=step, relative_path=path):
                _put_checkpoint(connection, step, path)
            case StatusChanged(status=status, step=step):
                _put_status(connection, status, step, None, "")
            case RunFinished(status=status, step=step, elapsed_s=elapsed_s, message=message):
                _put_status(connection, status, step, elapsed_s, message)


def _claim(connection: sqlite3.Connection, folder: Path) -> None:
    """Become the folder's writer, unless another living process is."""
    connection.execute("BEGIN IMMEDIATE")
    row = connection.execute("SELECT pid, host, start_token, heartbeat_at FROM writer").fetchone()
    if row is not None and writer_is_alive(WriterProcess(*row)):
        connection.execute("ROLLBACK")
        message = f"Process {row[0]} on {row[1]} is writing this run; stop it first, or start a new run."
        raise RunFolderError(folder, message, "in_use")
    put_writer(connection, current_writer())
    connection.execute("COMMIT")


def _put_meta(connection: sqlite3.Connection, started: RunStarted) -> None:
    rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in started._asdict().items()]
    connection.executemany("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", rows)


def _put_scalars(connection: sqlite3.Connection, rows: list[tuple[str, int, float | None]]) -> None:
    # Plain numbers only: SQLite would keep a numpy integer as a blob, and refuses a numpy float32.
    plain = [(name, index(step), None if value is None else float(value)) for name, step, value in rows]
    connection.executemany("INSERT OR REPLACE INTO scalars (name, step, value) VALUES (?, ?, ?)", plain)


def _put_gradient(
    connection: sqlite3.Connection, step: int, norms: tuple[float, ...], boundary_count: int | None
) -> None:
    if len(norms) != boundary_count:
        raise ValueError(f"{len(norms)} gradient norms for {boundary_count} boundaries of RunStarted")
    row = (index(step), struct.pack(f"<{len(norms)}d", *norms))
    connection.execute("INSERT OR REPLACE INTO gradient_flow (step, boundary_norms) VALUES (?, ?)", row)


def _put_layer_ids(connection: sqlite3.Connection, layers: tuple[str, ...]) -> None:
    """Store the ids of the layers that a capture measured: once, as they are those of every capture."""
    if not layers:
        return
    text = json.dumps(layers)
    known = connection.execute("SELECT value FROM meta WHERE key = ?", (LAYERS_KEY,)).fetchone()
    if known is None:
        connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (LAYERS_KEY, text))
    elif known[0] != text:
        raise ValueError("the layers of a run are the same in every capture")


def _put_quantities(
    connection: sqlite3.Connection,
    step: int,
    kind: Literal["block", "layer"],
    quantities: Mapping[str, tuple[float, ...]],
    count: int,
) -> None:
    """Store what was measured of blocks or of layers at a step, in place of what was there."""
    wrong = [name for name, values in quantities.items() if len(values) != count]
    if wrong:
        raise ValueError(f"{wrong[0]} has {len(quantities[wrong[0]])} values for {count} {kind}s")
    connection.execute(f"DELETE FROM {kind}_quantities WHERE step = ?", (index(step),))
    rows = [(index(step), name, struct.pack(f"<{count}d", *values)) for name, values in quantities.items()]
    connection.executemany(f"INSERT INTO {kind}_quantities (step, name, {kind}_values) VALUES (?, ?, ?)", rows)


def _put_checkpoint(connection: sqlite3.Connection, step: int, relative_path: str) -> None:
    if CHECKPOINT_PATTERN.fullmatch(relative_path) is None:
        raise ValueError(f"a checkpoint lies at {CHECKPOINTS_NAME}/step-NNNNNNNN, not at {relative_path!r}")
    row = (index(step), relative_path)
    connection.execute("INSERT OR REPLACE INTO checkpoints (step, relative_path) VALUES (?, ?)", row)


def _put_status(
    connection: sqlite3.Connection, status: RunStatus, step: int, elapsed_s: float | None, message: str
) -> None:
    if status not in RUN_STATUSES or status == "crashed":
        raise ValueError(f"a run's own status cannot be {status!r}")
    connection.execute(
        "INSERT INTO statuses (status, step, elapsed_s, message, recorded_at) VALUES (?, ?, ?, ?, ?)",
        (status, index(step), elapsed_s, message, time.time()),
    )
