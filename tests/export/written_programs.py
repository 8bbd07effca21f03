"""Runs Python programs that were written as text, so that tests can use what they define."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from types import ModuleType

_NUMBERS = itertools.count()


def program(code: str, folder: Path) -> ModuleType:
    """Write `code` to a file of its own in `folder` and import it from there."""
    path = folder / f"written_{next(_NUMBERS)}.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
