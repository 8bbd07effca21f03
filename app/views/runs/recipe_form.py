"""Edits the recipe of the next run in a short form built from its fields' declarations."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QToolButton, QVBoxLayout, QWidget

from app.forms.choice_editor import ChoiceEditor
from app.forms.field_editors import FieldEditor, introduce, make_editor
from app.forms.fix_offers import field_words, offers_of
from app.forms.problem_note import Offer, ProblemNote
from app.state.training_recipe import TrainingRecipe
from app.wording import field_label, problems_text
from resnet_core.configuration.fields import FieldFacts, field_facts
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import Fix, Problem

FIRST_FIELDS = ("data", "image_size", "steps", "seed", "device")
MORE_FIELDS = (
    "batch_size", "epochs", "target_s", "learning_rate", "momentum", "weight_decay", "warmup_share", "max_shift",
    "zero_init_residual", "precision", "accumulation", "checkpointing", "clip_norm", "capture", "capture_every",
    "threads",
)  # fmt: skip
EMBEDDED_DATA = ("digits", "cifar10")


class RecipeForm(QWidget):
    """The fields most runs change, and the rest behind a button; under the form stands why a value is refused."""

    def __init__(self, recipe: TrainingRecipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recipe_form")
        self._recipe = recipe
        self._editors: dict[str, FieldEditor] = {}
        self._lay_out()
        recipe.changed.connect(self._show)
        recipe.refused.connect(self._refuse)
        self._show(recipe.config)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        first, more = self._rows(FIRST_FIELDS), self._rows(MORE_FIELDS)
        more.hide()
        toggle = QToolButton()
        toggle.setObjectName("more_recipe")
        toggle.setText(self.tr("All of the recipe"))
        toggle.setCheckable(True)
        toggle.setAutoRaise(True)
        toggle.toggled.connect(more.setVisible)
        self._note = ProblemNote("recipe", toggle)
        self._note.chosen.connect(self._mend)
        for widget in (first, toggle, more, self._note):
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
            self._editors[name] = editor
            form.addRow(field_label(facts), editor)
        return page

    def _editor(self, facts: FieldFacts) -> FieldEditor:
        """Return the editor of a field; what it commits becomes the recipe's."""
        name = f"recipe_{facts.name}"
        editor: FieldEditor
        if facts.name == "data":
            editor = DataEditor(facts)
            introduce(editor, facts, name)
            editor.dismissed.connect(lambda: self._show(self._recipe.config))
        else:
            words = {"steps": self.tr("about a minute"), "capture_every": self.tr("automatic")}
            editor = make_editor(facts, name, word=words.get(facts.name, ""))
        editor.committed.connect(lambda value: self._recipe.set_field(facts.name, value))
        return editor

    def _show(self, config: TrainingConfig) -> None:
        self._note.show_problem("")
        for name, editor in self._editors.items():
            editor.show_value(getattr(config, name))

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self._show(self._recipe.config)
        self._note.show_problem(problems_text(problems), offers_of(problems, field_words(_facts_of)))

    def _mend(self, offer: Offer) -> None:
        for fix in offer.fixes:
            name = str(fix.path[0])
            self._editors[name].setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
            self._recipe.set_field(name, fix.value)


def _facts_of(fix: Fix) -> FieldFacts:
    return field_facts(TrainingConfig, str(fix.path[0]))


class DataEditor(ChoiceEditor):
    """The embedded data sets, or a folder of images that is asked for; `dismissed` tells that none was named."""

    dismissed = Signal()

    def __init__(self, facts: FieldFacts, parent: QWidget | None = None) -> None:
        super().__init__(facts, parent)
        for name in EMBEDDED_DATA:
            self.addItem(name, name)
        self.addItem(self.tr("Image folder…"), None)

    def show_value(self, value: Any) -> None:
        """Show `value`, which is put on the list where it is a folder, without telling anyone."""
        if self.findData(value) < 0:
            self.insertItem(self.count() - 1, value, value)
        super().show_value(value)

    def _choose(self, place: int) -> None:
        name = self.itemData(place)
        if name is None:
            name = QFileDialog.getExistingDirectory(self, self.tr("A folder with train/<class>/ images"))
        if name:
            self.committed.emit(name)
        else:
            self.dismissed.emit()
