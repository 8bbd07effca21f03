"""Keeps what studies of a run found in its folder: one JSON document a study and checkpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER_NAME: Final = "studies"
_NAME: Final = re.compile(r"[a-z][a-z_]*")
_FILE: Final = re.compile(r"[a-z][a-z_]*-\d+\.json")


def store_study(run_folder: Path, document: Mapping[str, Any]) -> Path:
    """Write a study's document below the run's folder, in place of the same study of the same step before.

    `document["study"]` is a name of the catalog, `document["step"]` a number. Raises OSError where the folder cannot
    be written.
    """
    name, step = str(document["study"]), int(document["step"])
    assert _NAME.fullmatch(name)
    target = run_folder / FOLDER_NAME / f"{name}-{step}.json"
    target.parent.mkdir(exist_ok=True)
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def shelf_changed_ns(run_folder: Path) -> int:
    """Return when a study was stored with the run last, in nanoseconds since the epoch; 0 where none ever was."""
    try:
        return (run_folder / FOLDER_NAME).stat().st_mtime_ns
    except OSError:
        return 0


def stored_studies(run_folder: Path) -> tuple[dict[str, Any], ...]:
    """Return the documents kept with a run, the newest last; a file that is no document is passed over."""
    folder = run_folder / FOLDER_NAME
    found = [path for path in folder.iterdir() if _FILE.fullmatch(path.name)] if folder.is_dir() else []
    documents = []
    for path in sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name)):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            documents.append(document)
    return tuple(documents)
