"""Edits the recipe of the next run in a short form built from its fields' declarations."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.state.training_recipe import TrainingRecipe
from app.wording import choice_label, field_help, field_label, problems_text
from resnet_core.configuration.fields import FieldFacts, field_facts, literal_values
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import Problem

FIRST_FIELDS = ("data", "image_size", "steps", "seed", "device")
MORE_FIELDS = (
    "batch_size", "epochs", "target_s", "learning_rate", "momentum", "weight_decay", "warmup_share", "max_shift",
    "zero_init_residual", "capture", "capture_every", "threads",
)  # fmt: skip
EMBEDDED_DATA = ("digits", "cifar10")


class RecipeForm(QWidget):
    """The fields most runs change, and the rest behind a button; a refused value says why under the form."""

    def __init__(self, recipe: TrainingRecipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recipe_form")
        self._recipe = recipe
        self._editors: dict[str, QWidget] = {}
        self._message = QLabel()
        self._message.setObjectName("recipe_message")
        self._message.setWordWrap(True)
        self._message.hide()
        self._lay_out()
        recipe.changed.connect(self._show)
        recipe.refused.connect(self._refuse)
        self._show(recipe.config)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        more = self._rows(MORE_FIELDS)
        more.hide()
        toggle = QToolButton()
        toggle.setObjectName("more_recipe")
        toggle.setText(self.tr("All of the recipe"))
        toggle.setCheckable(True)
        toggle.setAutoRaise(True)
        toggle.toggled.connect(more.setVisible)
        for widget in (self._rows(FIRST_FIELDS), toggle, more, self._message):
            layout.addWidget(widget)

    def _rows(self, names: tuple[str, ...]) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in names:
            facts = field_facts(TrainingConfig, name)
            editor = self._editor(facts)
            editor.setObjectName(f"recipe_{name}")
            editor.setAccessibleName(field_label(facts))
            editor.setToolTip(field_help(facts))
            self._editors[name] = editor
            form.addRow(field_label(facts), editor)
        return page

    def _editor(self, facts: FieldFacts) -> QWidget:
        if facts.name == "data":
            return self._data_editor()
        if facts.choices:
            combo = QComboBox()
            for value in literal_values(facts.type):
                combo.addItem(choice_label(facts, value), value)
            combo.activated.connect(lambda row: self._set(facts.name, combo.itemData(row)))
            return combo
        if facts.type is bool:
            box = QCheckBox()
            box.toggled.connect(lambda on: self._set(facts.name, on))
            return box
        return self._number_editor(facts)

    def _number_editor(self, facts: FieldFacts) -> QWidget:
        low, high = facts.minimum or 0, facts.maximum if facts.maximum is not None else 2**31 - 1
        spin: QSpinBox | QDoubleSpinBox
        if facts.type is int:
            spin = QSpinBox(minimum=int(low), maximum=int(high))
            if facts.name == "steps":
                spin.setSpecialValueText(self.tr("about a minute"))
        else:
            spin = QDoubleSpinBox(decimals=5 if high <= 1 else 2, minimum=low, maximum=high)
        spin.setKeyboardTracking(False)
        spin.setSuffix(f" {facts.unit}" if facts.unit else "")
        spin.valueChanged.connect(lambda value: self._set(facts.name, value))
        return spin

    def _data_editor(self) -> QComboBox:
        combo = QComboBox()
        for name in EMBEDDED_DATA:
            combo.addItem(name, name)
        combo.addItem(self.tr("Image folder…"), None)
        combo.activated.connect(lambda row: self._choose_data(combo.itemData(row)))
        return combo

    def _choose_data(self, name: str | None) -> None:
        if name is None:
            name = QFileDialog.getExistingDirectory(self, self.tr("A folder with train/<class>/ images"))
        if name:
            self._set("data", name)
        else:
            self._show(self._recipe.config)

    def _set(self, name: str, value: object) -> None:
        self._recipe.set_field(name, value)

    def _show(self, config: TrainingConfig) -> None:
        self._message.hide()
        for name, editor in self._editors.items():
            value = getattr(config, name)
            with QSignalBlocker(editor):
                if isinstance(editor, QComboBox):
                    _choose(editor, str(value))
                elif isinstance(editor, QCheckBox):
                    editor.setChecked(value)
                elif isinstance(editor, QSpinBox | QDoubleSpinBox):
                    editor.setValue(value)

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self._show(self._recipe.config)
        self._message.setText(problems_text(problems))
        self._message.show()


def _choose(combo: QComboBox, value: str) -> None:
    row = combo.findData(value)
    if row < 0:
        row = combo.count() - 1
        combo.insertItem(row, value, value)
    combo.setCurrentIndex(row)
