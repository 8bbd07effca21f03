"""Words what every compared architecture has in one column, as the table of a tooltip."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication

from app.wording import block_facts, block_text
from resnet_core.drawing.comparison.value_table import MemberValues
from resnet_core.drawing.tracks.titles import TITLES
from resnet_core.number_text import scientific

translate = QCoreApplication.translate


def tooltip(column_id: str, rows: Sequence[MemberValues], counts: Sequence[str]) -> str:
    """Return the values of one column as rich text: a row an architecture, a column a count."""
    norms = any(row.norm is not None for row in rows)
    heads = [translate("Atlas", TITLES[key]) for key in counts] + ["‖∂L/∂x‖₂"] * norms
    cells = [_cell("", head=True), _cell("", head=True), *(_cell(head, head=True) for head in heads)]
    lines = [f"<tr>{''.join(cells)}</tr>"]
    for row in rows:
        words = [_cell(row.name, bold=True), _cell(block_words(row))]
        values = [_count_cell(cell.value, cell.difference) for cell in row.counts]
        values += [_cell("" if row.norm is None else scientific(row.norm), right=True)] * norms
        lines.append(f"<tr>{''.join((*words, *values))}</tr>")
    return f"<p><b>{escape(column_id)}</b></p><table cellspacing='0'>{''.join(lines)}</table>"


def block_words(row: MemberValues) -> str:
    """Return what block stands there: "Bottleneck, identity shortcut", or that there is none."""
    if not row.there:
        return translate("Comparison", "no such block")
    return ", ".join((block_text(row.block.plan), *block_facts(row.block.plan))) if row.block is not None else ""


def _count_cell(value: str, difference: str) -> str:
    text = f"{escape(value)}<br><small>{escape(difference)}</small>" if difference else escape(value)
    return f"<td align='right' style='padding-left: 14px; white-space: nowrap'>{text}</td>"


def _cell(text: str, *, head: bool = False, bold: bool = False, right: bool = False) -> str:
    tag = "b" if bold else "small" if head else "span"
    side = "right" if right or head else "left"
    return f"<td align='{side}' style='padding-left: 14px; white-space: nowrap'><{tag}>{escape(text)}</{tag}></td>"
