"""Holds tables written as text to what other programs read back."""

from __future__ import annotations

import csv
import io

from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.export.table_text import (
    LAYER_COLUMNS,
    TextTable,
    layer_table,
    table_as_csv,
    table_as_markdown,
    table_as_tsv,
)

SMALL = TextTable(("id", "parameters", "note"), (("conv1", 9_408, None), ("a|b", 64, 'say "x", y')))


def test_that_csv_reads_back_as_it_was_written() -> None:
    graph = build_graph(preset("ResNet-18"))
    report = cost_report(graph)
    table = layer_table(graph, report)
    header, *rows = csv.reader(io.StringIO(table_as_csv(table)))
    assert tuple(header) == LAYER_COLUMNS
    assert len(rows) == len(report.layers)
    place = LAYER_COLUMNS.index("parameters")
    assert sum(int(row[place]) for row in rows) == 11_689_512


def test_that_a_layer_has_a_window_only_where_something_slides() -> None:
    config = with_value(with_value(preset("SE-ResNet-50"), ("stages", 3, "stride"), 1), ("stages", 3, "dilation"), 2)
    graph = build_graph(config)
    header, rows = layer_table(graph, cost_report(graph))
    cells = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    window = ("kernel", "stride", "dilation", "groups")
    assert [cells["layer4.1.conv2"][name] for name in window] == [3, 1, 2, 1]
    assert [cells["maxpool"][name] for name in window] == [3, 2, None, None]
    assert [cells["layer4.1.bn2"][name] for name in window] == [None] * 4
    assert cells["layer4.1.conv2"]["effective_stride"] == 16
    assert cells["conv1"]["effective_padding"] == 3


def test_that_csv_quotes_what_needs_it_and_leaves_gaps_empty() -> None:
    assert table_as_csv(SMALL) == 'id,parameters,note\nconv1,9408,\na|b,64,"say ""x"", y"\n'


def test_that_tab_separated_text_has_plain_numbers() -> None:
    assert table_as_tsv(SMALL).splitlines()[1] == "conv1\t9408\t"


def test_that_markdown_aligns_numbers_to_the_right_and_escapes_bars() -> None:
    assert table_as_markdown(SMALL).splitlines() == [
        "| id    | parameters | note       |",
        "| ----- | ---------: | ---------- |",
        "| conv1 |      9,408 |            |",
        '| a\\|b  |         64 | say "x", y |',
    ]


def test_that_a_table_without_rows_is_its_header() -> None:
    empty = TextTable(("id", "parameters"), ())
    assert table_as_csv(empty) == "id,parameters\n"
    assert len(table_as_markdown(empty).splitlines()) == 2
