"""Keeps what a live run does not change of the Atlas as one picture, made when the view has come to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPixmap

from app.views.atlas.atlas_painting import paint_static

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

REST_MS = 220
"""Milliseconds without a movement after which the view is at rest."""


class AtlasSheet:
    """The tracks that show no run.

    While the view moves they are painted straight on the screen, one level of detail fading into the next. At rest
    they are kept as a picture, at the one level that there is room for.
    """

    def __init__(self, atlas: AtlasView) -> None:
        self._atlas = atlas
        self._kept: QPixmap | None = None
        self._rest = QTimer(atlas)
        self._rest.setObjectName("atlas_rest")
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._come_to_rest)

    @property
    def kept(self) -> QPixmap | None:
        """The picture, if there is one."""
        return self._kept

    def forget(self) -> None:
        """Note that what is shown is another."""
        self._kept = None

    def move(self) -> None:
        """Note that the view moves."""
        self._kept = None
        self._rest.start()

    def paint(self, painter: QPainter) -> None:
        """Paint the tracks: the kept picture, or anew."""
        if self._rest.isActive():
            paint_static(painter, self._atlas)
            return
        ratio = self._atlas.devicePixelRatioF()
        if self._kept is None or self._kept.devicePixelRatio() != ratio:
            self._kept = QPixmap(self._atlas.viewport().size() * ratio)
            self._kept.setDevicePixelRatio(ratio)
            inner = QPainter(self._kept)
            paint_static(inner, self._atlas)
            inner.end()
        painter.drawPixmap(0, 0, self._kept)

    def _come_to_rest(self) -> None:
        view = self._atlas.depth_view
        if view.settled().levels() != view.levels():
            self._atlas.settle()
