"""Remembers which architectures were counted by independent counters in this session, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.state.nameless import nameless
from resnet_core.analysis.conventions import CONVENTIONS, ConventionId
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import parse_run_config


class Testimony(NamedTuple):
    """What one counter said: its name and version, its total in its own convention, and whether it is explained."""

    witness: str
    version: str
    convention: ConventionId
    total: int
    agrees: bool


class Verdict(NamedTuple):
    """What a check found of an architecture; `silent` are the counters that could not be asked."""

    agrees: bool
    device: str
    at: datetime
    testimonies: tuple[Testimony, ...]
    silent: tuple[str, ...]

    @property
    def verified(self) -> bool:
        """Whether the built network equals its graph and at least one counter was heard, and all of them agree."""
        return self.agrees and bool(self.testimonies)


class VerifiedState(QObject):
    """The verdicts of this session by architecture, whatever it is called; `changed` tells of a new one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verdicts: dict[ArchitectureConfig, Verdict] = {}

    def record(self, document: Mapping[str, Any]) -> None:
        """Take the document of a check; another, or that of a build, in which no counter is heard, says nothing."""
        if not document.get("witnesses") or not document.get("configuration"):
            return
        config = parse_run_config(document["configuration"]).architecture
        self._verdicts[nameless(config)] = _verdict(document)
        self.changed.emit()

    def verdict_of(self, config: ArchitectureConfig) -> Verdict | None:
        """Return what the last check of `config` in this session found, or None."""
        return self._verdicts.get(nameless(config))


def _verdict(document: Mapping[str, Any]) -> Verdict:
    known = {convention.id: convention.id for convention in CONVENTIONS}
    return Verdict(
        agrees=document["agrees"],
        device=document["device"],
        at=datetime.now(),
        testimonies=tuple(
            Testimony(
                witness=line["witness"],
                version=line["version"],
                convention=known.get(line["convention"], "custom"),
                total=line["witness_operations"],
                agrees=_agrees(line),
            )
            for line in document["witnesses"]
        ),
        silent=tuple(failure["part"] for failure in document["failures"] if failure["part"] != "training step"),
    )


def _agrees(line: Mapping[str, Any]) -> bool:
    return line["unexplained"] == 0 and not line["layers"] and line["parameters"] == line["witness_parameters"]
