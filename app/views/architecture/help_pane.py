"""Explains the field that has the keys: what it is, its bounds, its formula and, where that helps, a picture."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.painting.elided_label import ElidedLabel
from app.services.fonts import number_font
from app.services.theme import Theme
from app.views.architecture.field_picture import FieldPicture
from app.views.architecture.field_words import bounds_text, place_text
from app.views.architecture.form_fields import FormField
from app.views.architecture.form_model import FormModel
from app.wording import choice_label, field_help, field_label

_SHARE = 0.92
_HEIGHT = 164


class HelpPane(QFrame):
    """A place at the foot of the form that is always as high, so that no row of the form ever moves for it."""

    def __init__(self, form: FormModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("field_help")
        self.setAccessibleName(self.tr("What the field means"))
        self._form, self._theme = form, theme
        self._field: FormField | None = None
        self.title = ElidedLabel(self)
        self.bounds = QLabel(self)
        self.text = QLabel(
            self.tr(
                "Tab goes from field to field, Ctrl+Page Down to the next part, Enter edits a cell. What the field "
                "means that has the keys stands here."
            ),
            self,
        )
        self.choice, self.formula = ElidedLabel(self), ElidedLabel(self)
        self.picture = FieldPicture(form, theme, self)
        self._lay_out()
        form.changed.connect(self._on_changed)
        theme.changed.connect(lambda _colors: self.update())

    @property
    def field(self) -> FormField | None:
        """The field that is explained."""
        return self._field

    def show_field(self, field: FormField) -> None:
        """Explain `field` from now on."""
        self._field = field
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.colors.hairline))
        painter.drawLine(12, 0, self.width() - 12, 0)
        painter.end()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * _SHARE)
        bold = QFont(small)
        bold.setBold(True)
        self.title.setFont(bold)
        numbers = number_font(small.pointSizeF())
        for label in (self.bounds, self.formula):
            label.setFont(numbers)
        for quiet in (self.bounds, self.choice):
            quiet.setProperty("role", "muted")
        for label in (self.text, self.choice):
            label.setFont(small)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.bounds)
        column.addLayout(top)
        for widget in (self.choice, self.text, self.formula):
            column.addWidget(widget)
        column.addWidget(self.picture, 1)
        column.addStretch(0)
        self.picture.setVisible(False)
        self.formula.setVisible(False)
        self.choice.setVisible(False)
        self.title.set_text(self.tr("The form by keys"))

    def _on_changed(self) -> None:
        if self._field is not None and self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        field = self._field
        if field is None:
            return
        facts = field.facts
        self.title.set_text(place_text(field.path) if len(field.path) == 3 else field_label(facts))
        self.bounds.setText(bounds_text(facts))
        self.text.setText(field_help(facts))
        self.formula.set_text(facts.formula)
        self.formula.setVisible(bool(facts.formula))
        value = self._form.value(field.path) if facts.choices and self._form.has(field.path) else None
        self.choice.set_text(choice_label(facts, str(value)) if value is not None else "")
        self.choice.setVisible(value is not None)
        self.picture.show_field(field)
