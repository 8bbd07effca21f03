"""Shows a block layer by layer, from top to bottom; a press on a layer chooses it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.painting.paint_items import paint_items
from app.painting.paint_style import PaintStyle
from app.services.theme import Theme
from resnet_core.architecture.graph import Block, Graph
from resnet_core.drawing.block_figure import FigureRoom, block_figure
from resnet_core.drawing.display_list import Drawing, Rectangle

_WIDEST, _HALO = 360, 2.0


class BlockPicture(QWidget):
    """The figure of one block; `layer_wanted` carries the id of the layer that is pressed, or gone to with a key.

    The arrow keys go from layer to layer, Escape goes back to the block.
    """

    layer_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("block_picture")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Picture of the block"))
        self._theme = theme
        self._style: PaintStyle | None = None
        self._shown: tuple[Graph, Block] | None = None
        self._drawing: Drawing | None = None
        self._chosen = ""
        self._reached = False
        theme.changed.connect(self._restyle)

    @property
    def drawing(self) -> Drawing | None:
        """What is painted."""
        return self._drawing

    def show_block(self, graph: Graph, block: Block, chosen: str) -> None:
        """Show `block` with the layer `chosen` marked, if it is one of its own."""
        self._chosen = chosen
        if self._shown is None or self._shown[0] is not graph or self._shown[1].id != block.id:
            self._shown = graph, block
            self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._restyle()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            item = self._item_at(event.pos().toPointF())
            QToolTip.showText(event.globalPos(), item.title if item else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._reached = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._reached = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self._item_at(event.position())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.layer_wanted.emit(item.id)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if way is not None and self._shown is not None:
            self._go(way)
        elif event.key() == Qt.Key.Key_Escape and self._shown is not None and self._chosen != self._shown[1].id:
            self.layer_wanted.emit(self._shown[1].id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._drawing is None:
            return
        style = self._current_style()
        painter = QPainter(self)
        paint_items(painter, self._drawing.items, style)
        for item in self._layers():
            if item.id == self._chosen:
                self._mark(painter, item, style, 2.0)
        if self._reached:
            painter.setPen(QPen(style.color("accent"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _mark(self, painter: QPainter, item: Rectangle, style: PaintStyle, width: float) -> None:
        painter.setPen(QPen(style.color("accent"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(item.x, item.y, item.width, item.height).adjusted(-_HALO, -_HALO, _HALO, _HALO)
        painter.drawRoundedRect(box, item.radius + _HALO, item.radius + _HALO)

    def _go(self, way: int) -> None:
        ids = [item.id for item in sorted(self._layers(), key=lambda item: (item.y, item.x))]
        at = ids.index(self._chosen) + way if self._chosen in ids else (0 if way > 0 else len(ids) - 1)
        self.layer_wanted.emit(ids[min(max(at, 0), len(ids) - 1)])

    def _layers(self) -> list[Rectangle]:
        return [item for item in self._drawing.items if isinstance(item, Rectangle)] if self._drawing else []

    def _item_at(self, position: QPointF) -> Rectangle | None:
        boxes = ((item, QRectF(item.x, item.y, item.width, item.height)) for item in self._layers())
        return next((item for item, box in boxes if box.contains(position)), None)

    def _lay_out(self) -> None:
        if self._shown is None or self.width() <= 0:
            return
        style = self._current_style()
        room = FigureRoom(float(min(self.width(), _WIDEST)), style.text_size, style.fit)
        self._drawing = block_figure(*self._shown, room)
        self.setFixedHeight(round(self._drawing.height) + 1)
        self.setAccessibleDescription(self._drawing.description)

    def _current_style(self) -> PaintStyle:
        if self._style is None:
            self._style = PaintStyle(self._theme.colors, self.font())
        return self._style

    def _restyle(self) -> None:
        self._style = None
        self._lay_out()
        self.update()
