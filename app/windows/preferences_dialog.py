"""Edits the settings in a dialog that is built from their declarations, one page a section."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QTabWidget, QVBoxLayout, QWidget

from app.forms.field_editors import FieldEditor, make_editor
from app.forms.fix_offers import field_words, offers_of
from app.forms.problem_note import Offer, ProblemNote
from app.services.settings import Settings, SettingsStore
from app.wording import field_label, problems_text
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.configuration.validation import ConfigurationError, Fix


class PreferencesDialog(QDialog):
    """Every setting; each change is in force at once, a value that cannot be is refused with the reason."""

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences_dialog")
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._store = store
        self.setMinimumWidth(460)
        self._editors: dict[tuple[str, str], FieldEditor] = {}
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
        self._note = ProblemNote("preferences", pages)
        self._note.chosen.connect(self._mend)
        layout = QVBoxLayout(self)
        for widget in (pages, self._note, buttons):
            layout.addWidget(widget)

    def _page(self, section: str, model: Any) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in model.model_fields:
            facts = field_facts(model, name)
            editor = make_editor(facts, f"setting_{section}_{name}")
            editor.committed.connect(partial(self._set, (section, name)))
            self._editors[section, name] = editor
            form.addRow(field_label(facts), editor)
        return page

    def _set(self, path: tuple[str, str], value: object) -> None:
        try:
            self._store.set_field(path, value)
            self._note.show_problem("")
        except ConfigurationError as error:
            self._show_values(self._store.values)
            self._note.show_problem(problems_text(error.problems), offers_of(error.problems, field_words(_facts_of)))

    def _mend(self, offer: Offer) -> None:
        for fix in offer.fixes:
            path = str(fix.path[0]), str(fix.path[1])
            self._editors[path].setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
            self._set(path, fix.value)

    def _show_values(self, values: Settings) -> None:
        for (section, name), editor in self._editors.items():
            editor.show_value(getattr(getattr(values, section), name))


def _facts_of(fix: Fix) -> FieldFacts:
    section, name = (str(part) for part in fix.path)
    return field_facts(type(Settings.model_fields[section].default), name)
