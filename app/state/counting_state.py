"""Holds the convention by which the ledger counts the open architecture."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from resnet_core.analysis.convention_switches import Switch, switched, with_rule
from resnet_core.analysis.conventions import MULTIPLY_ADDS, Convention, Rule
from resnet_core.analysis.counted_terms import Term


class CountingState(QObject):
    """The chosen convention; `changed` tells of another."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._convention = MULTIPLY_ADDS

    @property
    def convention(self) -> Convention:
        """The convention in force."""
        return self._convention

    def choose(self, convention: Convention) -> None:
        """Count by another convention."""
        if convention != self._convention:
            self._convention = convention
            self.changed.emit()

    def switch(self, switch: Switch, on: bool) -> None:
        """Count a group of terms, or leave it out; or count the network of 2015."""
        self.choose(switched(self._convention, switch, on))

    def count_term(self, term: Term, rule: Rule | None) -> None:
        """Count one term by `rule`, or leave it out."""
        self.choose(with_rule(self._convention, term, rule))
