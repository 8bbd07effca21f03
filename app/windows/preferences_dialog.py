"""Edits the settings in a dialog that is built from their declarations, one page a section."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.services.settings import Settings, SettingsStore
from app.wording import choice_label, field_help, field_label, problems_text
from resnet_core.configuration.fields import FieldFacts, field_facts, literal_values
from resnet_core.configuration.validation import ConfigurationError

INT_LIMIT = 2**31 - 1


class PreferencesDialog(QDialog):
    """Every setting; each change is in force at once, a value that cannot be is refused with the reason."""

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences_dialog")
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumWidth(460)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._store = store
        self.setMinimumWidth(440)
        self._editors: dict[tuple[str, str], QWidget] = {}
        self._message = QLabel()
        self._message.setObjectName("preferences_message")
        self._message.setProperty("role", "warning")
        self._message.setWordWrap(True)
        self._lay_out()
        store.changed.connect(self._show_values)
        self._show_values(store.values)

    def _lay_out(self) -> None:
        pages = QTabWidget()
        pages.setObjectName("preferences_pages")
        for name, section in Settings.model_fields.items():
            model = type(section.default)
            title = QCoreApplication.translate("Section", section.title or name)
            pages.addTab(self._page(name, model), title)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Close | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        defaults = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        defaults.setObjectName("restore_defaults")
        defaults.setAutoDefault(False)
        defaults.clicked.connect(lambda: self._store.replace(Settings()))
        layout = QVBoxLayout(self)
        for widget in (pages, self._message, buttons):
            layout.addWidget(widget)

    def _page(self, section: str, model: Any) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in model.model_fields:
            facts = field_facts(model, name)
            editor = self._editor((section, name), facts)
            editor.setObjectName(f"setting_{section}_{name}")
            editor.setAccessibleName(field_label(facts))
            editor.setToolTip(field_help(facts))
            editor.setWhatsThis(field_help(facts))
            self._editors[section, name] = editor
            form.addRow(field_label(facts), editor)
        return page

    def _editor(self, path: tuple[str, str], facts: FieldFacts) -> QWidget:
        if facts.choices:
            combo = QComboBox()
            for value in literal_values(facts.type):
                combo.addItem(choice_label(facts, value), value)
            combo.activated.connect(lambda row: self._set(path, combo.itemData(row)))
            return combo
        if facts.type is bool:
            box = QCheckBox()
            box.toggled.connect(lambda on: self._set(path, on))
            return box
        if facts.type is str:
            line = QLineEdit()
            line.editingFinished.connect(lambda: self._set(path, line.text()))
            return line
        return self._number_editor(path, facts)

    def _number_editor(self, path: tuple[str, str], facts: FieldFacts) -> QWidget:
        low = facts.minimum if facts.minimum is not None else -INT_LIMIT
        high = facts.maximum if facts.maximum is not None else INT_LIMIT
        spin: QSpinBox | QDoubleSpinBox
        if facts.type is int:
            spin = QSpinBox()
            spin.setRange(int(low), int(high))
        else:
            spin = QDoubleSpinBox()
            spin.setDecimals(5 if high <= 1 else 2)
            spin.setRange(low, high)
        spin.setKeyboardTracking(False)
        spin.setSuffix(f" {facts.unit}" if facts.unit else "")
        spin.valueChanged.connect(lambda value: self._set(path, value))
        return spin

    def _set(self, path: tuple[str, str], value: object) -> None:
        try:
            self._store.set_field(path, value)
            self._message.clear()
        except ConfigurationError as error:
            self._message.setText(problems_text(error.problems))
            self._show_values(self._store.values)

    def _show_values(self, values: Settings) -> None:
        for (section, name), editor in self._editors.items():
            value = getattr(getattr(values, section), name)
            editor.blockSignals(True)
            if isinstance(editor, QComboBox):
                editor.setCurrentIndex(editor.findData(value))
            elif isinstance(editor, QCheckBox):
                editor.setChecked(value)
            elif isinstance(editor, QLineEdit):
                editor.setText(str(value))
            elif isinstance(editor, QSpinBox | QDoubleSpinBox):
                editor.setValue(value)
            editor.blockSignals(False)
