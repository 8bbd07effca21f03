"""Asks how a view becomes a picture: what of it, in which colours, how large; and copies or saves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.painting.render_drawing import MOST_PIXELS, PNG_SCALE, RenderError, image_of, render_to_file
from app.services.theme import DARK, LIGHT, ThemeColors
from resnet_core.drawing.display_list import Drawing
from resnet_core.number_text import exact

MakePicture = Callable[[bool], Drawing]
"""Whether the whole is wanted, else what is seen, to a drawing."""

_PREVIEW = QSize(560, 300)


class PictureDialog(QDialog):
    """Export picture. `saved` carries the path of a file that was written, `failed` one line of why it was not."""

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, make: MakePicture, colors: ThemeColors, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture_dialog")
        self.setWindowTitle(self.tr("Export Picture"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make, self._folder = make, folder
        self._drawing = make(False)
        self.extent = self._choice("picture_extent", self.tr("Extent of the picture"))
        self.extent.addItem(self.tr("What is seen"), False)
        self.extent.addItem(self.tr("The whole network"), True)
        self.palette_choice = self._choice("picture_colors", self.tr("Colours of the picture"))
        for text, palette in ((self.tr("Light, for paper"), LIGHT), (self.tr("Dark"), DARK)):
            self.palette_choice.addItem(text, palette)
        self.palette_choice.setCurrentIndex(int(colors.dark))
        self.scale = QDoubleSpinBox()
        self._preview, self._size = _Preview(), QLabel()
        self._lay_out()
        self._listen()
        self._refresh()

    @property
    def drawing(self) -> Drawing:
        """The picture as it is chosen now."""
        return self._drawing

    @property
    def colors(self) -> ThemeColors:
        """The palette as it is chosen now."""
        chosen: ThemeColors = self.palette_choice.currentData()
        return chosen

    def save_to(self, path: Path) -> bool:
        """Write the picture to `path`, as SVG, PDF or PNG by its ending; returns whether it could be."""
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            render_to_file(self._drawing, path, self.colors, self.scale.value())
        except RenderError as error:
            self.failed.emit(str(error))
            return False
        finally:
            QGuiApplication.restoreOverrideCursor()
        self.saved.emit(str(path))
        return True

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(image_of(self._drawing, self.colors, self.scale.value()))

    def _choice(self, name: str, accessible: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(accessible)
        return box

    def _lay_out(self) -> None:
        self.scale.setObjectName("picture_scale")
        self.scale.setAccessibleName(self.tr("Pixels a unit, of PNG and of the clipboard"))
        self.scale.setRange(0.5, 8.0)
        self.scale.setSingleStep(0.5)
        self.scale.setDecimals(1)
        self.scale.setSuffix(" ×")
        self.scale.setValue(PNG_SCALE)
        self._size.setObjectName("picture_size")
        self._size.setProperty("role", "muted")
        form = QFormLayout()
        form.addRow(self.tr("Show"), self.extent)
        form.addRow(self.tr("Colours"), self.palette_choice)
        form.addRow(self.tr("Scale of PNG"), self.scale)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Save).setText(self.tr("Save…"))
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("picture_copy")
        copy.clicked.connect(self.copy)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(self._preview, 1)
        layout.addWidget(self._size)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def _listen(self) -> None:
        self.extent.currentIndexChanged.connect(self._remake)
        self.palette_choice.currentIndexChanged.connect(self._refresh)
        self.scale.valueChanged.connect(self._tell_size)

    def _remake(self) -> None:
        self._drawing = self._make(self.extent.currentData())
        self._refresh()

    def _refresh(self) -> None:
        self._preview.show_drawing(self._drawing, self.colors)
        self._tell_size()

    def _tell_size(self) -> None:
        width, height = self._drawing.width, self._drawing.height
        scale = min(self.scale.value(), MOST_PIXELS / max(width, height))
        text = self.tr("{width} × {height} units; as PNG {pixels_x} × {pixels_y} pixels")
        values = {"width": width, "height": height, "pixels_x": width * scale, "pixels_y": height * scale}
        self._size.setText(text.format(**{name: exact(round(value)) for name, value in values.items()}))

    def _ask(self) -> None:
        proposed = str(Path(self._folder) / f"{self._drawing.title}.svg")
        filters = self.tr("SVG (*.svg);;PNG (*.png);;PDF (*.pdf)")
        name, chosen = QFileDialog.getSaveFileName(self, self.tr("Save the picture"), proposed, filters)
        if not name:
            return
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(f".{chosen[:3].lower()}")
        if self.save_to(path):
            self.close()


class _Preview(QLabel):
    """The picture as large as there is room for it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_preview")
        self.setAccessibleName(self.tr("Preview of the picture"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(240, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._shown: tuple[Drawing, ThemeColors] | None = None

    def sizeHint(self) -> QSize:
        """Return room enough to tell what is on the picture."""
        return _PREVIEW

    def show_drawing(self, drawing: Drawing, colors: ThemeColors) -> None:
        """Show another picture."""
        self._shown = drawing, colors
        self._paint_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the picture for the room there is now."""
        super().resizeEvent(event)
        self._paint_anew()

    def _paint_anew(self) -> None:
        if self._shown is None:
            return
        drawing, colors = self._shown
        ratio = self.devicePixelRatioF()
        room = min(self.width() / drawing.width, self.height() / drawing.height, 1.0)
        pixmap = QPixmap.fromImage(image_of(drawing, colors, max(room * ratio, 1e-3)))
        pixmap.setDevicePixelRatio(ratio)
        self.setPixmap(pixmap)
