"""Says what is known about a published network: its paper, what was printed of it, and our own counts beside that."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from resnet_core.configuration.preset_catalog.records import Accuracy, Preset, PrintedCount, Quantity
from resnet_core.number_text import compact, exact

_UNITS: dict[Quantity, str] = {"parameters": "M", "macs": "G"}


def counts_line(entry: Preset) -> str:
    """Return our counts in short: "25.6 M params · 4.09 G MACs · depth 50"."""
    counts = entry.counts
    return _tr("{parameters} params · {macs} MACs · depth {depth}").format(
        parameters=compact(counts.parameters), macs=compact(counts.macs), depth=counts.depth
    )


def published_line(entry: Preset) -> str:
    """Return what was printed of the network in short, from its own paper where that prints it; "" for nothing."""
    parts = []
    for quantity in _UNITS:
        count = _own(entry, [one for one in entry.printed if one.quantity == quantity])
        if isinstance(count, PrintedCount):
            parts.append(f"{count.printed} {_UNITS[quantity]}")
    accuracy = _own(entry, list(entry.accuracies))
    if isinstance(accuracy, Accuracy):
        measure = QCoreApplication.translate("Measure", accuracy.measure)
        parts.append(f"{accuracy.value:g} % {measure}")
    return _tr("printed {figures}").format(figures=", ".join(parts)) if parts else ""


def preset_text(entry: Preset) -> str:
    """Return everything known about the network, one fact a line: paper, counts, printed figures, other names."""
    counts = entry.counts
    lines = [
        entry.name,
        f"{entry.source}: {entry.paper.title}",
        _tr("{count} parameters").format(count=exact(counts.parameters)),
        *(_printed(one) for one in entry.printed if one.quantity == "parameters"),
        _tr("{count} multiply-adds").format(count=exact(counts.macs)),
        *(_printed(one) for one in entry.printed if one.quantity == "macs"),
        *(f"{_accuracy(one)} ({', '.join(part for part in (one.protocol, one.source) if part)})"
          for one in entry.accuracies),
    ]  # fmt: skip
    if entry.aliases:
        lines.append(_tr("also: {names}").format(names=", ".join(entry.aliases)))
    return "\n".join(lines)


def _own(entry: Preset, figures: list[PrintedCount] | list[Accuracy]) -> PrintedCount | Accuracy | None:
    """Return the figure that the network's own paper prints, or the first one."""
    paper = f"{entry.paper.authors} {entry.paper.year}"
    own = [figure for figure in figures if figure.source.startswith(paper)]
    return next(iter(own or figures), None)


def _printed(count: PrintedCount) -> str:
    figure = f"{count.printed} {_UNITS[count.quantity]}"
    reason = QCoreApplication.translate("Printed", count.explanation)
    return _tr("   printed {figure} in {source}: {reason}").format(figure=figure, source=count.source, reason=reason)


def _accuracy(accuracy: Accuracy) -> str:
    measure = QCoreApplication.translate("Measure", accuracy.measure)
    return _tr("{data} {measure} {value} %").format(data=accuracy.data, measure=measure, value=f"{accuracy.value:g}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Preset", text)
