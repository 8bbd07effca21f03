"""Offers the usual output strides of a backbone, for which stages trade their stride for dilation."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QGridLayout, QWidget

from app.forms.choice_editor import ChoiceEditor
from app.forms.field_editors import introduce
from app.forms.field_label import FieldLabel
from app.views.architecture.field_row import texts_of
from app.views.architecture.field_words import change_text
from app.views.architecture.form_fields import FormField
from app.views.architecture.form_model import FormModel
from app.wording import field_label
from resnet_core.configuration.edits import output_stride, with_output_stride
from resnet_core.configuration.fields import FieldFacts
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

STRIDES = (8, 16, 32)


class StrideEditor(ChoiceEditor):
    """The usual strides, and the one there is where it is another."""

    def show_value(self, value: Any) -> None:
        """Show `value`, which is put on the list, without telling anyone."""
        for place in reversed(range(self.count())):
            if self.itemData(place) not in STRIDES:
                self.removeItem(place)
        if self.findData(value) < 0:
            self.insertItem(sum(stride < value for stride in STRIDES), str(value), value)
        super().show_value(value)


class OutputStrideRow(QObject):
    """A row under the stages that shows the output stride and sets it: an edit of all stages, in one undo step."""

    def __init__(self, form: FormModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        facts = FieldFacts(
            name="output_stride",
            label=N_("Field", "Output stride"),
            help=N_(
                "Field",
                "Image pixels a pixel of the last map stands for. A smaller one is made by trading the stride of the "
                "last stages for dilation, as DeepLab does for segmentation.",
            ),
            formula="stem · stride₁ · … · strideₙ",
            unit="", minimum=None, maximum=None, choices={}, default=32, type=int,
        )  # fmt: skip
        self.field = FormField(("output_stride",), facts)
        self.editor = StrideEditor(facts, parent)
        for stride in STRIDES:
            self.editor.addItem(str(stride), stride)
        introduce(self.editor, facts, "output_stride")
        self._label = FieldLabel(field_label(facts), parent)
        self._label.setBuddy(self.editor)
        self.editor.committed.connect(self._set)

    @property
    def label(self) -> FieldLabel:
        """The row's label."""
        return self._label

    def place_in(self, grid: QGridLayout) -> None:
        """Take the next row of `grid`."""
        row = grid.rowCount()
        grid.addWidget(self._label, row, 0)
        grid.addWidget(self.editor, row, 1)

    def refresh(self) -> None:
        """Show the stride of the architecture."""
        self.editor.show_value(output_stride(self._form.config))

    def texts(self) -> list[str]:
        """Return the texts the row is found by."""
        return [*texts_of(self.field.facts), QCoreApplication.translate("ArchitectureForm", "segmentation")]

    def _set(self, stride: int) -> None:
        text = change_text(self.field.facts, stride)
        self._form.replace(("stages",), lambda config: with_output_stride(config, stride), text)
        self.refresh()
