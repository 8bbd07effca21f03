"""Frames a figure with its name, what its sides measure, its lines' names and what the pointer says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.fonts import number_font
from app.services.theme import ThemeColors
from app.views.studies.figure_legend import FigureLegend
from app.views.studies.figure_words import description_of, foot_text, legend_of, said, side_text
from resnet_core.findings.figures import BarFigure, Figure, LineFigure, MapFigure

if TYPE_CHECKING:
    from app.views.studies.figure_plot import FigurePlot

COPY_SCALE = 2.0
_PLOT_PX, _MAP_PX = 170, 300
_EDGE_PX = 16
_SMALLER = 0.9


class FigureView(QWidget):
    """One figure; plots of another kind come and go, those of the same kind are reused.

    `block_chosen` carries a block that was clicked, `saved` and `failed` how saving a picture went.
    """

    block_chosen = Signal(str)
    menu_wanted = Signal(QMenu)
    saved = Signal(str)
    failed = Signal(str, str)

    def __init__(self, colors: ThemeColors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_figure")
        self._colors = colors
        self._figure: Figure | None = None
        self._plots: dict[type, FigurePlot] = {}
        self._marked = ""
        self._title, self._side, self._reading, self._foot = (ElidedLabel() for _ in range(4))
        self._legend = FigureLegend()
        self._dress_parts()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self._layout.addWidget(self._title)
        self._layout.addLayout(_row(self._side, self._legend, right_share=0))
        self._layout.addLayout(_row(self._reading, self._foot))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def figure(self) -> Figure | None:
        """What is shown."""
        return self._figure

    @property
    def plot(self) -> FigurePlot | None:
        """The plot that is shown."""
        return self._plots.get(type(self._figure))

    def show_figure(self, figure: Figure) -> None:
        """Show another figure."""
        self._figure = figure
        plot = self._ready_plot(figure)
        for kind, other in self._plots.items():
            other.setVisible(kind is type(figure))
        self._title.set_text(said(figure.title))
        self._side.set_text(side_text(figure))
        self._foot.set_text(foot_text(figure))
        self._legend.show_entries(legend_of(figure), self._colors)
        self._read("")
        plot.setAccessibleName(said(figure.title))
        plot.setAccessibleDescription(description_of(figure))
        plot.show_figure(figure)
        plot.mark_block(self._marked)
        plot.setMinimumHeight(_MAP_PX if isinstance(figure, MapFigure) else _PLOT_PX)

    def set_colors(self, colors: ThemeColors) -> None:
        """Take the theme's colours."""
        self._colors = colors
        for plot in self._plots.values():
            plot.set_colors(colors)
        if self._figure is not None:
            self._legend.show_entries(legend_of(self._figure), colors)

    def mark_block(self, id: str) -> None:
        """Mark the selected block where the figure has it."""
        self._marked = id
        if self.plot is not None:
            self.plot.mark_block(id)

    def sizeHint(self) -> QSize:
        """Return a good size: a map wishes to be higher."""
        return QSize(480, 380 if isinstance(self._figure, MapFigure) else 240)

    # Copying and saving

    def picture(self) -> QPixmap:
        """Return the figure at twice its size."""
        picture = QPixmap(QSize(self.size()) * COPY_SCALE)
        picture.setDevicePixelRatio(COPY_SCALE)
        picture.fill(self._colors.canvas)
        self.render(picture, QPoint(), self.rect(), QWidget.RenderFlag.DrawChildren)
        return picture

    def copy_image(self) -> None:
        """Put the figure on the clipboard as an image."""
        QGuiApplication.clipboard().setPixmap(self.picture())

    def ask_where_to_save(self) -> None:
        """Ask for a file and write the figure into it."""
        assert self._figure is not None
        kinds = self.tr("PNG image (*.png);;SVG drawing (*.svg)")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save Picture"), f"{self._figure.key}.png", kinds)
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write the figure as SVG where the file is called so, else as an image of its kind."""
        if path.suffix.lower() == ".svg":
            written = self._save_svg(path)
        else:
            path = path if path.suffix else path.with_suffix(".png")
            written = self.picture().save(str(path))
        if written:
            self.saved.emit(self.tr("Saved {path}").format(path=path))
        else:
            line = self.tr("The picture could not be written to {path}; is the folder there, and is it .png or .svg?")
            self.failed.emit(line.format(path=path), "")

    def _save_svg(self, path: Path) -> bool:
        from PySide6.QtSvg import QSvgGenerator

        generator = QSvgGenerator()
        generator.setFileName(str(path))
        page = self.rect().adjusted(-_EDGE_PX, -_EDGE_PX, _EDGE_PX, _EDGE_PX)  # other programs have wider fonts
        generator.setSize(page.size())
        generator.setViewBox(page)
        generator.setResolution(self.logicalDpiX())
        generator.setTitle(self._title.text())
        painter = QPainter()
        if not path.parent.is_dir() or not painter.begin(generator):
            return False
        painter.fillRect(page, self._colors.canvas)
        self.render(painter, QPoint(), self.rect(), QWidget.RenderFlag.DrawChildren)
        return painter.end()

    def menu(self) -> QMenu:
        """Return what can be done with the figure; `menu_wanted` lets whoever shows it add what else there is."""
        menu = QMenu(self)
        menu.setObjectName("figure_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy as Image"), self.copy_image)
        menu.addAction(self.tr("Save Picture…"), self.ask_where_to_save)
        if self.plot is not None:
            menu.addAction(self.tr("Show All"), self.plot.show_all)
        self.menu_wanted.emit(menu)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu, by pointer or key."""
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_image()
        else:
            super().keyPressEvent(event)

    def _ready_plot(self, figure: Figure) -> FigurePlot:
        kind = type(figure)
        if kind not in self._plots:
            plot = self._plots[kind] = _new_plot(kind)
            plot.set_colors(self._colors)
            plot.pointed.connect(self._read)
            plot.block_chosen.connect(self.block_chosen)
            self._layout.insertWidget(2, plot, 1)
        return self._plots[kind]

    def _read(self, words: str) -> None:
        self._reading.set_text(words)
        self._foot.setVisible(not words)  # what the value is of is read out as well

    def _dress_parts(self) -> None:
        names = ("figure_title", "figure_side", "figure_reading", "figure_foot")
        for label, name in zip((self._title, self._side, self._reading, self._foot), names, strict=True):
            label.setObjectName(name)
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        self._reading.setFont(number_font(self.font().pointSizeF() * _SMALLER))
        quiet: tuple[QWidget, ...] = (self._side, self._foot, self._legend)
        for part in quiet:
            small = part.font()
            small.setPointSizeF(self.font().pointSizeF() * _SMALLER)
            part.setFont(small)
            part.setProperty("role", "muted")
        self._foot.align_right()


def _new_plot(kind: type) -> FigurePlot:
    """Make a plot; pyqtgraph is loaded with the first one."""
    if kind is LineFigure:
        from app.views.studies.line_plot import LinePlot

        return LinePlot()
    if kind is BarFigure:
        from app.views.studies.bar_plot import BarPlot

        return BarPlot()
    from app.views.studies.map_plot import MapPlot

    return MapPlot()


def _row(left: QWidget, right: QWidget, right_share: int = 1) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(left, 1)
    row.addWidget(right, right_share)
    return row
