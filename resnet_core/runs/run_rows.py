"""Turns the rows of a run's open database into records; whatever has a wrong type raises ValueError."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from resnet_core.runs.run_database import CHECKPOINT_PATTERN, LAYERS_KEY
from resnet_core.runs.run_events import (
    BLOCK_QUANTITIES,
    LAYER_QUANTITIES,
    LIVE_STATUSES,
    RUN_STATUSES,
    SCALAR_NAMES,
    RunStatus,
)
from resnet_core.runs.run_records import (
    Float64Array,
    GradientFlow,
    GradientUpdate,
    ReadCursor,
    RunSummary,
    ScalarUpdate,
    Series,
)
from resnet_core.runs.writer_process import WriterProcess, writer_is_alive


def read_scalars(connection: sqlite3.Connection, names: Iterable[str] | None, after: int | None) -> dict[str, Series]:
    """The whole series of each name that has values, of steps > `after`."""
    found = {}
    for name in SCALAR_NAMES if names is None else names:
        rows = connection.execute(
            "SELECT step, value FROM scalars WHERE name = ? AND step > ? ORDER BY step",
            (name, -1 if after is None else after),
        ).fetchall()
        if rows:
            found[name] = _series(rows)
    return found


def read_scalars_since(connection: sqlite3.Connection, cursor: ReadCursor) -> ScalarUpdate:
    """The values with rows after the cursor, in time proportional to their number."""
    rewind, rewound_to = _rewinds_since(connection, cursor)
    rows = connection.execute(
        "SELECT row, name, step, value FROM scalars WHERE row > ? ORDER BY row", (cursor.row,)
    ).fetchall()
    by_name: dict[str, list[tuple[int, float | None]]] = {}
    for _, name, step, value in rows:
        by_name.setdefault(name, []).append((step, value))
    series = {name: _series(sorted(values, key=_step_of)) for name, values in by_name.items()}
    return ScalarUpdate(ReadCursor(rows[-1][0] if rows else cursor.row, rewind), rewound_to, series)


def read_gradient_flow(connection: sqlite3.Connection) -> GradientFlow:
    """All captured gradient norms; empty, with the boundaries known so far, if none was captured."""
    return read_gradient_rows_since(connection, ReadCursor()).flow


def read_gradient_rows_since(connection: sqlite3.Connection, cursor: ReadCursor) -> GradientUpdate:
    """The gradient rows after the cursor, in time proportional to their number."""
    rewind, rewound_to = _rewinds_since(connection, cursor)
    rows = connection.execute(
        "SELECT row, step, boundary_norms FROM gradient_flow WHERE row > ? ORDER BY row", (cursor.row,)
    ).fetchall()
    meta = read_meta(connection)
    boundaries, layers = _texts(meta, "boundaries"), _texts(meta, LAYERS_KEY)
    flow = _flow(boundaries, sorted((row[1:] for row in rows), key=_step_of))
    by_block = _quantities(connection, "block", max(0, len(boundaries) - 1), cursor.row, flow)
    if by_block:
        flow = flow._replace(blocks=_blocks_between(boundaries), block_quantities=by_block)
    by_layer = _quantities(connection, "layer", len(layers), cursor.row, flow)
    if by_layer:
        flow = flow._replace(layers=layers, layer_quantities=by_layer)
    return GradientUpdate(ReadCursor(rows[-1][0] if rows else cursor.row, rewind), rewound_to, flow)


def read_summary(connection: sqlite3.Connection, folder: Path) -> RunSummary:
    """The run in a line; costs a few look-ups, however long the run is."""
    meta = read_meta(connection)
    run = folder.absolute().name
    last_step = _last(connection, "step", "train_loss")
    status, status_step, elapsed_s, message, status_at = _last_status(connection)
    if elapsed_s is None:
        elapsed_s = _last(connection, "value", "elapsed_s")
    best = connection.execute("SELECT max(value) FROM scalars WHERE name = 'test_accuracy'").fetchone()[0]
    return RunSummary(
        run=run,
        folder=folder,
        name=_text(meta, "name") or run,
        status=status or ("preparing" if last_step is None else "running"),
        step=status_step if last_step is None else int(last_step) + 1,
        architecture_name=_text(meta, "architecture_name"),
        total_steps=_count(meta, "total_steps"),
        steps_per_epoch=_count(meta, "steps_per_epoch"),
        device=_text(meta, "device"),
        seed=_count(meta, "seed"),
        data_name=_text(meta, "data_name"),
        started_at=_text(meta, "started_at"),
        elapsed_s=elapsed_s,
        boundaries=_texts(meta, "boundaries"),
        notes=_texts(meta, "notes"),
        message=message,
        train_loss=_last(connection, "value", "train_loss"),
        train_accuracy=_last(connection, "value", "train_accuracy"),
        test_accuracy=_last(connection, "value", "test_accuracy"),
        best_test_accuracy=None if best is None else float(best),
        status_at=status_at,
    )


def read_abandoned(connection: sqlite3.Connection, summary: RunSummary) -> bool:
    """Whether the run calls itself live but nobody writes it."""
    if summary.status not in LIVE_STATUSES:
        return False
    row = connection.execute("SELECT pid, host, start_token, heartbeat_at FROM writer").fetchone()
    if row is None:
        return True
    pid, host, start_token, heartbeat_at = row
    return not writer_is_alive(WriterProcess(int(pid), str(host), str(start_token), float(heartbeat_at)))


def read_checkpoint_names(connection: sqlite3.Connection) -> list[str]:
    """Relative paths of the checkpoints, latest first; one of any other form than the store's is left out."""
    rows = connection.execute("SELECT relative_path FROM checkpoints ORDER BY step DESC")
    return [path for (path,) in rows if isinstance(path, str) and CHECKPOINT_PATTERN.fullmatch(path)]


def read_meta(connection: sqlite3.Connection) -> dict[str, object]:
    """What RunStarted told; empty before it was recorded."""
    return {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM meta")}


def _step_of(row: tuple[int, object]) -> int:
    return row[0]


def _series(rows: list[tuple[int, float | None]]) -> Series:
    steps = np.array([step for step, _ in rows], dtype=np.int64)
    values = np.array([value for _, value in rows], dtype=np.float64)  # None becomes nan
    steps.flags.writeable = values.flags.writeable = False
    return Series(steps, values)


def _flow(boundaries: tuple[str, ...], rows: list[tuple[int, bytes]]) -> GradientFlow:
    width = len(boundaries)
    if any(not isinstance(norms, bytes) or len(norms) != 8 * width for _, norms in rows):
        raise ValueError(f"a gradient row has not one norm for each of {width} boundaries")
    steps = np.array([step for step, _ in rows], dtype=np.int64)
    packed = np.frombuffer(b"".join(norms for _, norms in rows), dtype="<f8")
    norms_SB = packed.astype(np.float64).reshape(len(rows), width)
    steps.flags.writeable = norms_SB.flags.writeable = False
    return GradientFlow(boundaries, steps, norms_SB)


def _quantities(
    connection: sqlite3.Connection, kind: Literal["block", "layer"], width: int, after_row: int, flow: GradientFlow
) -> dict[str, Float64Array]:
    """What was measured of `width` blocks or layers at the steps of `flow`, whose rows come after `after_row`; row for
    row.
    """
    if not len(flow.steps) or not _has_table(connection, f"{kind}_quantities"):
        return {}
    places = {step: place for place, step in enumerate(flow.steps.tolist())}
    found: dict[str, Float64Array] = {}
    rows = connection.execute(
        f"SELECT step, name, {kind}_values FROM gradient_flow JOIN {kind}_quantities USING (step) WHERE row > ?",
        (after_row,),
    )
    for step, name, packed in rows:
        if not isinstance(packed, bytes) or len(packed) != 8 * width:
            raise ValueError(f"{name} has not one value for each of {width} {kind}s")
        if name not in found:
            found[name] = np.full((len(places), width), np.nan)
        found[name][places[step]] = np.frombuffer(packed, dtype="<f8")
    for values in found.values():
        values.flags.writeable = False
    known: tuple[str, ...] = BLOCK_QUANTITIES if kind == "block" else LAYER_QUANTITIES
    names = [name for name in known if name in found]  # as they are declared, those of a newer Skipscope last
    return {name: found[name] for name in (*names, *sorted(found.keys() - known))}


def _blocks_between(boundaries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of the blocks: each puts out the boundary behind it, `layer1.0` for example `layer1.0.relu2`."""
    return tuple(".".join(boundary.split(".")[:2]) for boundary in boundaries[1:])


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the run has a table: one that was recorded before it was filled has not."""
    return (
        connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
        is not None
    )


def _rewinds_since(connection: sqlite3.Connection, cursor: ReadCursor) -> tuple[int, int | None]:
    """The last rewind, and the earliest step that rewinds after the cursor went back to."""
    last, step = connection.execute(
        "SELECT max(row), min(step) FROM rewinds WHERE row > ?", (cursor.rewind,)
    ).fetchone()
    return (cursor.rewind, None) if last is None else (int(last), int(step))


def _last_status(connection: sqlite3.Connection) -> tuple[RunStatus | None, int, float | None, str, float | None]:
    """Status, step, seconds, message and time of the latest status; (None, 0, None, "", None) before the first."""
    row = connection.execute(
        "SELECT status, step, elapsed_s, message, recorded_at FROM statuses ORDER BY row DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None, 0, None, "", None
    known = {str(status): status for status in RUN_STATUSES}
    elapsed_s = None if row[2] is None else float(row[2])
    return known[row[0]], int(row[1]), elapsed_s, str(row[3]), float(row[4])


def _last(connection: sqlite3.Connection, column: str, name: str) -> float | None:
    """Column "step" or "value" of the latest step of a scalar; None before its first, nan as recorded."""
    row = connection.execute(
        f"SELECT {column} FROM scalars WHERE name = ? ORDER BY step DESC LIMIT 1", (name,)
    ).fetchone()
    return None if row is None else float("nan") if row[0] is None else float(row[0])


def _text(meta: dict[str, object], key: str) -> str | None:
    value = meta.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{key} is not a text")


def _count(meta: dict[str, object], key: str) -> int | None:
    value = meta.get(key)
    if value is None or isinstance(value, int):
        return value
    raise ValueError(f"{key} is not a whole number")


def _texts(meta: dict[str, object], key: str) -> tuple[str, ...]:
    value = meta.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"{key} is not a list of texts")
    texts = tuple(item for item in value if isinstance(item, str))
    if len(texts) != len(value):
        raise ValueError(f"{key} is not a list of texts")
    return texts
