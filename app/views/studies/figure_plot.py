"""Holds what the plots of all figures share: axes, colours, keys, the pointer, and the reading of what it points at."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from app.services.fonts import number_font
from app.services.theme import ThemeColors
from app.views.studies.figure_axis import BEYOND_PX, FigureAxis

FOOT_PX = 24
"""The height of the axis at the foot."""

_SMALLER = 0.9
_STEPS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Home: (-1_000_000, 0), Qt.Key.Key_End: (1_000_000, 0),
    Qt.Key.Key_PageUp: (-10, 0), Qt.Key.Key_PageDown: (10, 0),
}  # fmt: skip


class FigurePlot(pg.GraphicsLayoutWidget):
    """One plot of a figure, its items reused for the next figure of its kind.

    `pointed` carries what the pointer or the keys point at, in words, empty where they point at nothing;
    `block_chosen` the id of a block that was clicked or taken with Enter. The wheel scrolls what is around, with Ctrl
    it zooms; a double click shows everything again.
    """

    pointed = Signal(str)
    block_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("figure_plot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the figure around it has one
        self.setFrameShape(self.Shape.NoFrame)
        self._colors: ThemeColors | None = None
        self.across, self.upward = FigureAxis("bottom"), FigureAxis("left")
        self.plot = self._added_plot(0, {"bottom": self.across, "left": self.upward})
        self.upward.setWidth(56)
        self.across.setHeight(FOOT_PX)
        self.ci.layout.setContentsMargins(0, 4, BEYOND_PX, 0)
        self.ci.layout.setSpacing(6)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.setZValue(20)
        self.cursor.hide()
        self.plot.addItem(self.cursor, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._follow)
        self.scene().sigMouseClicked.connect(self._click)

    def set_colors(self, colors: ThemeColors) -> None:
        """Take the theme's colours."""
        self._colors = colors
        self.setBackground(colors.canvas)
        for axis in self._axes():
            axis.setPen(pg.mkPen(colors.hairline))
            axis.setTextPen(pg.mkPen(colors.muted))
            axis.setTickFont(number_font(self.font().pointSizeF() * _SMALLER))
        self.cursor.setPen(pg.mkPen(QColor(colors.muted)))
        self.color_items(colors)

    # What each kind of figure does in its own way

    def color_items(self, colors: ThemeColors) -> None:
        """Colour what the figure is made of."""

    def show_figure(self, figure: Any) -> None:
        """Draw another figure of the same kind."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show the whole figure."""
        raise NotImplementedError

    def mark_block(self, id: str) -> None:
        """Mark a block where the figure has it, or none."""

    def point(self, x: float, y: float) -> str:
        """Point at what is nearest to a place in the plot; return what it says."""
        return ""

    def step(self, right: int, up: int) -> str:
        """Point at what is so many places further to the right and up; return what it says."""
        return ""

    def pointed_block(self) -> str:
        """Return the block that is pointed at, or an empty text."""
        return ""

    # The pointer and the keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrows, choose with Enter; every other key is somebody else's."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self._tell(self.step(*step))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed_block():
            self.block_chosen.emit(self.pointed_block())
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Point at something where the focus came by key, so that one sees where it is."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._tell(self.step(0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        super().focusOutEvent(event)
        self._tell("")

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._tell("")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; else what is around scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        self.show_all()
        event.accept()

    def _tell(self, reading: str) -> None:
        if not reading:
            self.cursor.hide()
        self.pointed.emit(reading)

    def _follow(self, position: Any) -> None:
        box = self.plot.vb
        if not box.sceneBoundingRect().contains(position):
            self._tell("")
            return
        place = box.mapSceneToView(position)
        self._tell(self.point(place.x(), place.y()))

    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.plot.vb.sceneBoundingRect().contains(
            event.scenePos()
        ):
            return
        self._follow(event.scenePos())
        if self.pointed_block():
            self.block_chosen.emit(self.pointed_block())

    def _axes(self) -> tuple[FigureAxis, ...]:
        return (self.across, self.upward)

    def _added_plot(self, column: int, axes: dict[str, FigureAxis]) -> pg.PlotItem:
        plot = self.addPlot(row=0, col=column, axisItems=axes, enableMenu=False)
        # The menu that is not offered exists all the same; as a child it goes when the plot goes.
        plot.ctrlMenu.setParent(self, plot.ctrlMenu.windowFlags())
        plot.hideButtons()
        return plot
