"""Turns a table of counts into Markdown, CSV or tab-separated text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport

Cell = str | int | None
"""What stands in one cell; None leaves it empty."""


class TextTable(NamedTuple):
    """A table as plain values: a header and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


LAYER_COLUMNS = (
    "id", "kind", "stage", "block", "input_shape", "output_shape", "parameters", "macs", "flops", "activations",
    "receptive_field", "saved_bytes",
)  # fmt: skip
"""The columns of `layer_table`, named as in `analyze --json`."""


def layer_table(report: CostReport) -> TextTable:
    """Return every layer of `report` in execution order, with the columns `LAYER_COLUMNS`.

    Shapes are `CxHxW`; `saved_bytes` is for `report.memory.batch` images in float32.
    """
    rows = tuple(
        (
            row.id, row.kind, row.stage, row.block, plain_shape(row.input_shape), plain_shape(row.output_shape),
            row.parameters, row.macs, row.flops, row.activations, row.receptive_field, row.saved_bytes,
        )
        for row in report.layers
    )  # fmt: skip
    return TextTable(LAYER_COLUMNS, rows)


def plain_shape(shape: Iterable[int]) -> str:
    """Return a shape as other programs read it: `64x112x112`."""
    return "x".join(str(size) for size in shape)


def table_as_markdown(table: TextTable) -> str:
    """Return a Markdown table (GitHub's dialect): columns aligned, numbers to the right with thousands separators."""
    texts = [tuple(_readable(cell) for cell in row) for row in table.rows]
    header = tuple(_readable(name) for name in table.header)
    widths = [max(3, *(len(row[place]) for row in (header, *texts))) for place in range(len(header))]
    numeric = [_is_numeric(table, place) for place in range(len(header))]
    rule = ["-" * (width - 1) + ":" if right else "-" * width for width, right in zip(widths, numeric, strict=True)]
    lines = [header, tuple(rule), *texts]
    return "".join(_markdown_line(line, widths, numeric) for line in lines)


def table_as_csv(table: TextTable) -> str:
    """Return comma-separated text (RFC 4180 quoting, one line a row); numbers as they are, without separators."""
    return _separated(table, ",")


def table_as_tsv(table: TextTable) -> str:
    """Return tab-separated text, which spreadsheets take from the clipboard."""
    return _separated(table, "\t")


def _separated(table: TextTable, delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(table.rows)
    return text.getvalue()


def _readable(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell.replace("|", "\\|").replace("\n", " ")


def _is_numeric(table: TextTable, place: int) -> bool:
    """Return whether a column holds numbers, and nothing but numbers and gaps."""
    cells = [row[place] for row in table.rows if row[place] is not None]
    return bool(cells) and all(isinstance(cell, int) for cell in cells)


def _markdown_line(texts: tuple[str, ...], widths: list[int], numeric: list[bool]) -> str:
    cells = [
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(texts, widths, numeric, strict=True)
    ]
    return f"| {' | '.join(cells)} |\n"
