"""Says what a study shows, what healthy and unhealthy look like, and where it comes from."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.services.theme import ThemeColors
from app.views.studies.figure_words import said
from app.views.studies.wrapped_label import WrappedLabel
from resnet_core.findings.study import Study

_ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")
_BESIDE_FROM_PX = 480
_LARGER = 1.25


class WordsView(QWidget):
    """The words of one study; healthy and unhealthy stand beside each other where there is room."""

    def __init__(self, colors: ThemeColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_words")
        self._colors, self._source_text = colors, ""
        self._title, self._source, self._shows = QLabel(), WrappedLabel(), WrappedLabel()
        self._healthy_head, self._unhealthy_head = QLabel(self.tr("Healthy")), QLabel(self.tr("Unhealthy"))
        self._healthy, self._unhealthy = WrappedLabel(), WrappedLabel()
        self._name_parts()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(1)
        self._beside: bool | None = None
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self._title)
        top.addWidget(self._source, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(top)
        layout.addWidget(self._shows)
        layout.addLayout(self._grid)
        self._arrange(beside=True)

    def show_study(self, study: Study[Any]) -> None:
        """Show the words of a study."""
        words = study.words
        self._title.setText(said(study.title))
        self._shows.setText(said(words.shows))
        self._healthy.setText(said(words.healthy))
        self._unhealthy.setText(said(words.unhealthy))
        self._source_text = said(words.source)
        self._show_source()

    def set_colors(self, colors: ThemeColors) -> None:
        """Take the theme's colours."""
        self._colors = colors
        self._show_source()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put healthy and unhealthy beside or under each other."""
        super().resizeEvent(event)
        self._arrange(beside=self.width() >= _BESIDE_FROM_PX)

    def _show_source(self) -> None:
        link = rf'<a style="color:{self._colors.accent}" href="https://arxiv.org/abs/\1">arXiv&nbsp;\1</a>'
        self._source.setText(_ARXIV.sub(link, escape(self._source_text)))

    def _arrange(self, *, beside: bool) -> None:
        if beside == self._beside:
            return
        self._beside = beside
        parts = (self._healthy_head, self._healthy, self._unhealthy_head, self._unhealthy)
        places = ((0, 0), (1, 0), (0, 1), (1, 1)) if beside else ((0, 0), (1, 0), (2, 0), (3, 0))
        for part, (row, column) in zip(parts, places, strict=True):
            self._grid.removeWidget(part)
            self._grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if beside else 0)

    def _name_parts(self) -> None:
        parts = {
            "study_title": self._title, "study_source": self._source, "study_shows": self._shows,
            "study_healthy": self._healthy, "study_unhealthy": self._unhealthy,
        }  # fmt: skip
        for name, label in parts.items():
            label.setObjectName(name)
        for head, role in ((self._healthy_head, "good"), (self._unhealthy_head, "warning")):
            head.setProperty("role", role)
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * _LARGER)
        self._title.setFont(font)
        self._source.setProperty("role", "muted")
        self._source.setAccessibleName(self.tr("Source"))
        self._source.setTextFormat(Qt.TextFormat.RichText)
        self._source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._source.setOpenExternalLinks(True)
        self._source.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
