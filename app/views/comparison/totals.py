"""Turns two architectures into the rows of the tables that compare them: totals, and counts by stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.state.architecture_document import Snapshot
from app.views.comparison.compared import Compared, ComparedPair
from app.wording import block_kind_text
from resnet_core.analysis.cost_report import CostReport
from resnet_core.analysis.report_diff import Difference
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.export.table_text import TextTable
from resnet_core.number_text import byte_difference, byte_text, compact, compact_difference, exact, exact_difference
from resnet_core.number_text import percent_difference as relative

_Writer = Callable[[int], str]
_DifferenceWriter = Callable[[int, int], str]


class TotalRow(NamedTuple):
    """One total of both networks, raw; `is_memory` tells bytes from counts."""

    key: str
    label: str
    explanation: str
    reference: int
    open: int
    is_memory: bool = False

    @property
    def texts(self) -> tuple[str, str, str, str, str]:
        """The cells: label, reference, this, difference, percent."""
        write: _Writer = byte_text if self.is_memory else exact
        differ: _DifferenceWriter = byte_difference if self.is_memory else exact_difference
        values = write(self.reference), write(self.open), differ(self.open, self.reference)
        return (self.label, *values, relative(self.open, self.reference))

    @property
    def short_texts(self) -> tuple[str, ...]:
        """The cells with three digits a count."""
        if self.is_memory:
            return self.texts
        values = compact(self.reference), compact(self.open), compact_difference(self.open, self.reference)
        return (self.label, *values, relative(self.open, self.reference))


_TOTALS: tuple[tuple[str, str, str, Callable[[CostReport], int]], ...] = (
    (
        "parameters", N_("Comparison", "Parameters"), N_("Comparison", "Learnable values."),
        lambda report: report.total.parameters,
    ),
    (
        "macs", N_("Comparison", "MACs"),
        N_("Comparison", "Multiply-accumulates of convolutions, blur filters and linear layers for one image."),
        lambda report: report.total.macs,
    ),
    (
        "flops", N_("Comparison", "FLOPs"),
        N_("Comparison", "Two a MAC; biases, norms, activations and additions left out."),
        lambda report: report.total.flops,
    ),
    (
        "activations", N_("Comparison", "Activations"),
        N_("Comparison", "Output elements of convolutions and linear layers for one image."),
        lambda report: report.total.activations,
    ),
    (
        "depth", N_("Comparison", "Depth"), N_("Comparison", "Convolutions and linear layers on the main path."),
        lambda report: report.depth,
    ),
    (
        "memory", N_("Comparison", "Training memory"),
        N_("Comparison", "Weights, gradients, momentum and what backward needs: float32, SGD, batch of one."),
        lambda report: report.memory.total_bytes,
    ),
)  # fmt: skip


def total_rows(pair: ComparedPair) -> tuple[TotalRow, ...]:
    """Return the totals of both networks."""
    return _totals_of(pair.reference.report, pair.other.report)


def _totals_of(reference: CostReport, other: CostReport) -> tuple[TotalRow, ...]:
    return tuple(
        TotalRow(key, _translated(label), _translated(text), count(reference), count(other), key == "memory")
        for key, label, text, count in _TOTALS
    )


class NetworkRow(NamedTuple):
    """The totals of one of several networks beside the reference's, by key."""

    name: str
    totals: Mapping[str, TotalRow]

    def texts(self, *, short: bool) -> tuple[str, ...]:
        """Return the cells: the name, then each total with its percent; the depth has none."""
        cells = {key: row.short_texts if short else row.texts for key, row in self.totals.items()}
        pairs = (cells[key][2 : 5 - (key == "depth") : 2] for key in NETWORK_TOTALS)
        return (self.name, *(text for pair in pairs for text in pair))

    @property
    def signs(self) -> tuple[int, ...]:
        """For each of the cells whether it is more (1) or less (-1) than the reference; a value is neither."""
        signs = [0]
        for key in NETWORK_TOTALS:
            row = self.totals[key]
            signs += [0, (row.open > row.reference) - (row.open < row.reference)][: 1 + (key != "depth")]
        return tuple(signs)


NETWORK_TOTALS = ("parameters", "macs", "activations", "memory", "depth")
"""The totals that several networks are listed with; FLOPs are twice the MACs."""


def network_rows(compared: Compared) -> tuple[NetworkRow, ...]:
    """Return one row a network, the reference first."""
    reference = compared.members[0].report
    totals = (_totals_of(reference, snapshot.report) for snapshot in compared.members)
    return tuple(
        NetworkRow(name, {row.key: row for row in rows}) for name, rows in zip(compared.names, totals, strict=True)
    )


class StageRow(NamedTuple):
    """What both networks have in one stage; `blocks` reads "3 Bottleneck → 3 Basic"."""

    difference: Difference
    blocks: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells: stage, blocks, then reference, this and difference of parameters and of MACs."""
        return (self.difference.id, self.blocks, *self._counts("parameters"), *self._counts("macs"))

    def _counts(self, metric: str) -> tuple[str, str, str]:
        values = [
            None if cost is None else int(getattr(cost, metric))
            for cost in (self.difference.reference, self.difference.other)
        ]
        known = [0 if value is None else value for value in values]
        shown = ["" if value is None else compact(value) for value in values]
        return shown[0], shown[1], compact_difference(known[1], known[0])


def stage_rows(pair: ComparedPair) -> tuple[StageRow, ...]:
    """Return the stages of both networks in the order of depth, stem and head included."""
    return tuple(StageRow(row, _blocks_text(pair, row.id)) for row in pair.diff.stages)


def markdown_totals(compared: Compared) -> TextTable:
    """Return the exact totals of all networks: a row a total; for two of them with the difference."""
    columns = zip(*(row.totals.values() for row in network_rows(compared)), strict=True)
    names = compared.names
    if len(names) == 2:
        heads: tuple[str, ...] = (*names, _translated(N_("Comparison", "Difference")), "%")
        rows = tuple(
            (_with_unit(row), row.reference, row.open, row.open - row.reference, relative(row.open, row.reference))
            for _, row in columns
        )
        return TextTable(("", *heads), rows)
    return TextTable(("", *names), tuple((_with_unit(rows[0]), *(row.open for row in rows)) for rows in columns))


def markdown_stages(pair: ComparedPair) -> TextTable:
    """Return the exact counts of two networks by stage."""
    heads = (*pair.names, _translated(N_("Comparison", "Difference")))
    stages = tuple(
        (row.difference.id, row.blocks, *_exact(row.difference, "parameters"), *_exact(row.difference, "macs"))
        for row in stage_rows(pair)
    )
    metrics = _translated(N_("Comparison", "Parameters")), _translated(N_("Comparison", "MACs"))
    pattern = QCoreApplication.translate("Comparison", "{metric}: {column}")
    columns = [pattern.format(metric=metric, column=head) for metric in metrics for head in heads]
    names = _translated(N_("Comparison", "Stage")), _translated(N_("Comparison", "Blocks"))
    return TextTable((*names, *columns), stages)


def _exact(row: Difference, metric: str) -> tuple[int | None, int | None, int]:
    reference, other = (None if cost is None else int(getattr(cost, metric)) for cost in (row.reference, row.other))
    return reference, other, row.delta(metric)


def _with_unit(row: TotalRow) -> str:
    pattern = QCoreApplication.translate("Comparison", "{label} (bytes)")
    return pattern.format(label=row.label) if row.is_memory else row.label


def _blocks_text(pair: ComparedPair, stage: str) -> str:
    """Return how many blocks of which kind both have in `stage`, once where they agree."""
    before, after = _blocks_of(pair.reference, stage), _blocks_of(pair.other, stage)
    if before == after:
        return before
    nothing = QCoreApplication.translate("Comparison", "none")
    pattern = QCoreApplication.translate("Comparison", "{before} → {after}")
    return pattern.format(before=before or nothing, after=after or nothing)


def _blocks_of(snapshot: Snapshot, stage: str) -> str:
    kinds: dict[str, int] = {}
    for block in snapshot.graph.blocks:
        if block.stage == stage:
            kind = block_kind_text(block.plan)
            kinds[kind] = kinds.get(kind, 0) + 1
    pattern = QCoreApplication.translate("Comparison", "{count} {kind}")
    return ", ".join(pattern.format(count=count, kind=kind) for kind, count in kinds.items())


def _translated(text: str) -> str:
    return QCoreApplication.translate("Comparison", text)
