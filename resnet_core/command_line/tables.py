"""Lays rows out as a table of text with aligned columns."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print rows under a header; the first `left` columns are aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = [
            cell.ljust(w) if i < left else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    json.dump(document, sys.stdout, indent=2, allow_nan=False)
    print()


def count(value: int) -> str:
    """Return an exact integer with thousands separators."""
    return f"{value:,}"


def signed(value: int) -> str:
    """Return a difference with its sign, 0 without."""
    return f"{value:+,}" if value else "0"


def megabytes(value: int) -> str:
    """Return bytes as decimal megabytes."""
    return f"{value / 1e6:,.1f} MB"


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as CxHxW."""
    return "x".join(map(str, shape))
