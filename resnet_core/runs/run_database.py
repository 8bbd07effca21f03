"""Opens the database of a run folder, for its one writer or for a reader, and refuses what is not one."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Final

from resnet_core.runs.run_records import RunFolderError
from resnet_core.runs.writer_process import WriterProcess

DATABASE_NAME: Final = "run.db"
CONFIG_NAME: Final = "config.toml"
LOG_NAME: Final = "log.txt"
CHECKPOINTS_NAME: Final = "checkpoints"
LAYERS_KEY: Final = "layers"
"""The key in `meta` of the ids of the layers that are measured by themselves."""

UNFINISHED_NAME: Final = "run.db.new"
"""The database's name until the folder is complete."""

CHECKPOINT_PATTERN: Final = re.compile(rf"{CHECKPOINTS_NAME}/step-[0-9]{{8}}")
"""The only form a checkpoint's path may have, when written and when read."""

APPLICATION_ID: Final = 0x536B5363  # "SkSc" in the header of the file
SCHEMA_VERSION: Final = 1
BUSY_TIMEOUT_S: Final = 5.0

# `row` only ever grows (AUTOINCREMENT): a replaced value gets a new one, so that "every row after the last
# one I saw" is all that an incremental read has to ask. NaN is stored as NULL: SQLite has it no other way.
SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE scalars (
    row INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL,
    UNIQUE (name, step)
);
CREATE TABLE gradient_flow (
    row INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL UNIQUE, boundary_norms BLOB NOT NULL
);
CREATE TABLE checkpoints (step INTEGER PRIMARY KEY, relative_path TEXT NOT NULL);
CREATE TABLE statuses (
    row INTEGER PRIMARY KEY AUTOINCREMENT, status TEXT NOT NULL, step INTEGER NOT NULL, elapsed_s REAL,
    message TEXT NOT NULL DEFAULT '', recorded_at REAL NOT NULL
);
CREATE TABLE rewinds (row INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL);
CREATE TABLE writer (
    only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER NOT NULL, host TEXT NOT NULL,
    start_token TEXT NOT NULL, heartbeat_at REAL NOT NULL
);
"""

# Of what was measured of the N blocks, and of the layers that have parameters, with a row of `gradient_flow`; the ids
# of these layers stand once, in `meta`. Runs recorded before it was measured lack the tables; such a run gets them when
# it is resumed, and a program that does not know them passes them over.
QUANTITY_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS block_quantities (
    step INTEGER NOT NULL, name TEXT NOT NULL, block_values BLOB NOT NULL, PRIMARY KEY (step, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layer_quantities (
    step INTEGER NOT NULL, name TEXT NOT NULL, layer_values BLOB NOT NULL, PRIMARY KEY (step, name)
) WITHOUT ROWID;
"""

_READ_ATTEMPTS: Final = 4
_READ_PAUSE_S: Final = 0.02


def create_database(folder: Path, writer: WriterProcess) -> None:
    """Make an empty database in `folder` that `writer` writes, under its unfinished name."""
    unfinished = folder / UNFINISHED_NAME
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as connection:
        connection.executescript(f"""
            PRAGMA application_id = {APPLICATION_ID};
            PRAGMA user_version = {SCHEMA_VERSION};
            BEGIN; {SCHEMA} {QUANTITY_SCHEMA} COMMIT;
        """)
        put_writer(connection, writer)


def put_writer(connection: sqlite3.Connection, writer: WriterProcess) -> None:
    """Store who writes the run from now on."""
    connection.execute("INSERT OR REPLACE INTO writer VALUES (1, ?, ?, ?, ?)", writer)


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """Open an existing `run.db` in WAL mode; the caller closes it.

    Raises RunFolderError if there is none, if it is no run's, if it is damaged, locked or cannot be written.
    """
    path = _database_path(folder)
    # The caller serialises its calls; a worker may end a run from another thread than the one that began it.
    connection = sqlite3.connect(
        _uri(path, "mode=rw"), uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _check_format(connection, folder)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(QUANTITY_SCHEMA)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise folder_error(folder, error) from error
        raise
    return connection


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open `run.db` read-only for one consistent look, whoever writes it meanwhile, and close it after.

    A connection lives only as long as the look: none keeps the writer from leaving WAL mode at its end, or a
    person from deleting the folder. Errors of SQLite and values of a wrong type in the file become a
    RunFolderError.
    """
    path = _database_path(folder)
    try:
        with _read_only_connection(path) as connection:
            _check_format(connection, folder)
            connection.execute("BEGIN")
            yield connection
    except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise folder_error(folder, error) from error


def folder_error(folder: Path, error: Exception) -> RunFolderError:
    """What a person is told of an error met in a run's database."""
    path = folder / DATABASE_NAME
    match _error_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            message = "Another process holds the run's database; try again shortly."
            return RunFolderError(path, message, "busy")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            message = f"The run's database cannot be used ({error}); check the permissions of its folder."
            return RunFolderError(path, message, "denied")
        case sqlite3.SQLITE_FULL:
            return RunFolderError(path, "The disk is full; free some space and resume the run.", "denied")
    message = f"The run's database is damaged ({error}); restore the folder from a copy, or delete the run."
    return RunFolderError(path, message, "corrupt")


def _error_code(error: Exception) -> int:
    """The primary result code of SQLite (https://sqlite.org/rescode.html), 0 for other errors."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _database_path(folder: Path) -> Path:
    path = folder / DATABASE_NAME
    if path.is_file():
        return path
    if not folder.is_dir():
        message = "There is no such folder; `runs list` shows the runs there are."
        raise RunFolderError(folder, message, "missing")
    message = f"This folder holds no {DATABASE_NAME}, so it is no run; give the folder that `train` wrote."
    raise RunFolderError(folder, message, "no_database")


def _check_format(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse a database that Skipscope did not write, or that a newer Skipscope wrote."""
    path = folder / DATABASE_NAME
    # A file from elsewhere is data: it must not bring code along.
    connection.execute("PRAGMA trusted_schema = OFF")
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application_id != APPLICATION_ID:
        message = "This database is not a Skipscope run; give the folder that `train` wrote."
        raise RunFolderError(path, message, "not_a_run")
    if version > SCHEMA_VERSION:
        message = f"The run has format {version}, newer than {SCHEMA_VERSION}; update Skipscope to open it."
        raise RunFolderError(path, message, "newer_schema")
    code = connection.execute("SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')")
    if code.fetchone()[0]:
        message = "The database holds views or triggers, which no run has; do not trust this folder."
        raise RunFolderError(path, message, "not_a_run")


def _uri(path: Path, parameters: str) -> str:
    """The path as a URI for SQLite, which wants a network share's name in the path, not as the authority."""
    uri = path.absolute().as_uri()
    if not uri.startswith("file:///"):
        uri = uri.replace("file://", "file:////", 1)
    return f"{uri}?{parameters}"


@contextmanager
def _read_only_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Connect in the first of three ways that works.

    `mode=ro` is the way while live and after. It fails where the folder cannot be written and WAL's index
    cannot be made: then, if a crashed writer left a log, a private copy is read with it; else the file is
    opened as immutable.
    """
    connection = _connect_patiently(path)
    if connection is not None:
        with closing(connection):
            yield connection
        return
    log = path.with_name(f"{path.name}-wal")
    if not log.is_file() or log.stat().st_size == 0:
        with closing(_connect(_uri(path, "mode=ro&immutable=1"))) as connection:
            yield connection
        return
    with TemporaryDirectory(prefix="skipscope-run-") as private:
        copyfile(path, Path(private) / path.name)
        copyfile(log, Path(private) / log.name)
        with closing(_connect(_uri(Path(private) / path.name, "mode=ro"))) as connection:
            yield connection


def _connect_patiently(path: Path) -> sqlite3.Connection | None:
    """A `mode=ro` connection; None if even repeated attempts cannot open it.

    One attempt can fail without fault: the log's files vanish between two looks when the writer ends.
    """
    for attempt in range(_READ_ATTEMPTS):
        try:
            return _connect(_uri(path, "mode=ro"))
        except sqlite3.OperationalError as error:
            if _error_code(error) not in {
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_IOERR,
                sqlite3.SQLITE_PROTOCOL,
                sqlite3.SQLITE_PERM,
            }:
                raise
        if attempt + 1 < _READ_ATTEMPTS:
            time.sleep(_READ_PAUSE_S)
    return None


def _connect(uri: str) -> sqlite3.Connection:
    """Connect and read the header, so that whatever is wrong shows here."""
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
