"""Remembers how long the layers of each architecture took that was measured in this session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.state.nameless import nameless
from resnet_core.analysis.latency import Latency, read_latency
from resnet_core.configuration.architecture_config import ArchitectureConfig


class LatencyState(QObject):
    """The latest measurement of each architecture, whatever it is called; `changed` tells of a new one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._measured: dict[ArchitectureConfig, Latency] = {}

    def record(self, document: Mapping[str, Any]) -> Latency:
        """Take and return the measurement in a document; it replaces that of the same architecture before."""
        graph, latency = read_latency(document)
        self._measured[nameless(graph.config)] = latency
        self.changed.emit()
        return latency

    def latency_of(self, config: ArchitectureConfig) -> Latency | None:
        """Return what was measured last of `config` in this session, or None."""
        return self._measured.get(nameless(config))
