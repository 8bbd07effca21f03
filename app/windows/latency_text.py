"""Turns a measured latency into a line for the status bar and a text that can be read and copied."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from resnet_core.analysis.latency import Latency
from resnet_core.number_text import MINUS, percent, seconds_text, shape_text

translate = QCoreApplication.translate
SLOWEST_LAYERS = 5


def latency_line(name: str, latency: Latency) -> str:
    """Return the measurement in one line: "ResNet-50 on cpu, batch 1: 83.0 ms; slowest layer1.0 (12.1 %)"."""
    line = translate("Latency", "{name} on {device}, batch {batch}: {time}; slowest {slowest} ({share})")
    if latency.conditions.training:
        line = translate(
            "Latency", "{name} on {device}, batch {batch}, forward and backward: {time}; slowest {slowest} ({share})"
        )
    return line.format(
        name=name,
        device=latency.device,
        batch=latency.batch,
        time=_time(latency.whole_ms),
        slowest=latency.slowest,
        share=percent(latency.columns[latency.slowest] / latency.whole_ms),
    )


def latency_text(name: str, latency: Latency) -> str:
    """Return everything that was measured, a row a block; the columns are aligned in a typeface of one width."""
    parts = (_conditions(name, latency), _table(latency), _slowest(latency), _remarks(latency))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _conditions(name: str, latency: Latency) -> Iterator[str]:
    conditions = latency.conditions
    line = translate("Latency", "{name} on {device} ({id}), batch {batch} of {shape}, CPU threads: {threads}")
    yield line.format(
        name=name, device=conditions.device_name, id=conditions.device, batch=conditions.batch,
        shape=shape_text(conditions.input), threads=conditions.threads,
    )  # fmt: skip
    line = translate("Latency", "forward pass in evaluation mode, float32; medians of {repeats} passes")
    if conditions.training:
        line = translate("Latency", "forward and backward in training mode, float32; medians of {repeats} passes")
    yield line.format(repeats=conditions.repeats)
    if conditions.training:
        line = translate("Latency", "the backward pass takes {share} of the layers' time")
        yield line.format(share=percent(sum(latency.backward.values()) / latency.layers_ms))


def _table(latency: Latency) -> Iterator[str]:
    """Yield the blocks, what lies between layers, and the whole, with their shares of the whole."""
    rows = [*latency.columns.items(), (translate("Latency", "between layers"), latency.between_ms)]
    rows.append((translate("Latency", "whole pass"), latency.whole_ms))
    cells = [(label, _time(ms), percent(ms / latency.whole_ms)) for label, ms in rows]
    first, second, third = (max(map(len, column)) for column in zip(*cells, strict=True))
    for label, time, share in cells:
        yield f"{label:<{first}}  {time:>{second}}  {share:>{third}}"


def _slowest(latency: Latency) -> Iterator[str]:
    yield translate("Latency", "slowest layers")
    rows = sorted(latency.layers.items(), key=lambda row: -row[1])[:SLOWEST_LAYERS]
    width = max(len(id) for id, _ in rows)
    for id, ms in rows:
        yield f"{id:<{width}}  {_time(ms):>7}"


def _remarks(latency: Latency) -> Iterator[str]:
    whole = latency.whole
    line = translate("Latency", "half of the passes took {low} to {high}")
    yield line.format(low=_time(whole.low_ms), high=_time(whole.high_ms))
    line = translate("Latency", "timing every layer took {hooked} a pass")
    yield line.format(hooked=_time(latency.hooked_ms))
    line = translate("Latency", "a layer that does nothing shows {cost}, which is taken off every layer")
    yield line.format(cost=_time(latency.hook_cost_ms))
    yield ", ".join(f"{name} {version}" for name, version in latency.conditions.versions.items())


def _time(ms: float) -> str:
    return f"{MINUS if ms < 0 else ''}{seconds_text(abs(ms) / 1e3)}"
