"""Turns a table of counts into Markdown, CSV or tab-separated text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport
from resnet_core.architecture.graph import Graph, Node

Cell = str | int | None
"""What stands in one cell; None leaves it empty."""


class TextTable(NamedTuple):
    """A table as plain values: a header and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


LAYER_COLUMNS = (
    "id", "kind", "stage", "block", "kernel", "stride", "dilation", "groups", "input_shape", "output_shape",
    "parameters", "macs", "flops", "activations", "receptive_field", "effective_stride", "effective_padding",
    "saved_bytes",
)  # fmt: skip
"""The columns of `layer_table`, named as in `analyze --json`."""


_WINDOWED = frozenset({"conv", "channel_conv", "max_pool", "local_average_pool", "blur_pool"})


def layer_table(graph: Graph, report: CostReport) -> TextTable:
    """Return every layer of `graph` in execution order with its counts, in the columns `LAYER_COLUMNS`.

    Shapes are `CxHxW`; `saved_bytes` is for `report.memory.batch` images in float32. Kernel, stride and dilation are
    left out where a layer has no window, groups where it has no channels to divide.
    """
    rows = tuple(
        (
            row.id, row.kind, row.stage, row.block, *_window(node),
            plain_shape(row.input_shape), plain_shape(row.output_shape),
            row.parameters, row.macs, row.flops, row.activations,
            row.receptive_field, row.effective_stride, row.effective_padding, row.saved_bytes,
        )
        for node, row in zip(graph.nodes, report.layers, strict=True)
    )  # fmt: skip
    return TextTable(LAYER_COLUMNS, rows)


def _window(node: Node) -> tuple[Cell, Cell, Cell, Cell]:
    """Return kernel, stride, dilation and groups of a layer, None for those it has not."""
    operation = node.operation
    groups = operation.groups if node.kind in ("conv", "group_norm") else None
    if node.kind not in _WINDOWED:
        return None, None, None, groups
    dilation = operation.dilation if node.kind == "conv" else None
    return operation.kernel, operation.stride, dilation, groups


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
