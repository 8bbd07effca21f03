"""Drives each kind of editor by its keys, as every form of the window has them."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.forms.choice_editor import ChoiceEditor
from app.forms.field_editors import FieldEditor, compact, make_editor
from app.forms.field_kinds import holds_sizes
from app.forms.number_editors import DecimalEditor, IntegerEditor
from app.forms.sizes_editor import SizesEditor
from app.forms.text_editors import SwitchEditor, TextEditor
from resnet_core.configuration.fields import FieldFacts

Kind = Literal["se", "eca"]


def facts(kind: Any, minimum: float | None = None, maximum: float | None = None, unit: str = "") -> FieldFacts:
    choices = {"se": "SE (2018)", "eca": "ECA (2020)"} if "se" in str(kind) else {}
    declared = {"name": "field", "label": "Field", "help": "What it is.", "unit": unit, "choices": choices}
    empty = dict.fromkeys(FieldFacts._fields, "")
    return FieldFacts(**{**empty, **declared, "minimum": minimum, "maximum": maximum, "default": None, "type": kind})


class Desk:
    """An editor on a page of its own, and what it committed."""

    def __init__(self, qtbot: QtBot, declared: FieldFacts, word: str = "") -> None:
        self.page = QWidget()
        qtbot.addWidget(self.page)
        self.editor: FieldEditor = make_editor(declared, "field", self.page, word)
        other = QWidget(self.page)
        other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self.page)
        layout.addWidget(other)
        layout.addWidget(self.editor)
        self.committed: list[object] = []
        self.editor.committed.connect(self.committed.append)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.other = other
        self.qtbot = qtbot
        self.editor.setFocus()

    def type(self, text: str) -> None:
        """Replace what the editor says, and press Enter."""
        self.editor.selectAll()  # type: ignore[union-attr]
        self.qtbot.keyClick(self.editor, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(self.editor, text)
        self.qtbot.keyClick(self.editor, Qt.Key.Key_Return)

    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.editor, key)


def turn_wheel(editor: QWidget) -> None:
    place, nothing = QPointF(5, 5), QPoint()
    turn = QWheelEvent(
        place, place, nothing, QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor, turn)


@pytest.mark.parametrize(
    ("kind", "editor"),
    [
        (int, IntegerEditor),
        (int | None, IntegerEditor),
        (float, DecimalEditor),
        (bool, SwitchEditor),
        (str, TextEditor),
        (Kind, ChoiceEditor),
        (Kind | None, ChoiceEditor),
        (tuple[int, ...], SizesEditor),
        (tuple[int, ...] | None, SizesEditor),
    ],
)
def test_that_each_type_of_field_gets_its_editor_with_its_label_and_help(
    qtbot: QtBot, kind: Any, editor: type[QWidget]
) -> None:
    made = make_editor(facts(kind), "field_one")
    qtbot.addWidget(made)
    assert type(made) is editor
    assert (made.objectName(), made.accessibleName(), made.accessibleDescription()) == (
        "field_one",
        "Field",
        "What it is.",
    )
    assert made.toolTip() == made.whatsThis() == "What it is."


def test_that_a_list_of_texts_is_no_list_of_sizes() -> None:
    assert holds_sizes(facts(tuple[int, ...] | None))
    assert not holds_sizes(facts(tuple[str, ...]))
    assert not holds_sizes(facts(int))


def test_that_a_number_is_typed_and_stepped_within_its_bounds(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(int, 1, 8, "px"))
    desk.editor.show_value(3)
    assert desk.editor.text() == "3 px"
    desk.type("7")
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert desk.committed == [7, 8]
    desk.type("99")
    assert desk.committed == [7, 8, 99]  # the configuration tells why not


def test_that_what_is_shown_is_not_committed(qtbot: QtBot) -> None:
    for kind, value in ((int, 3), (float, 0.5), (bool, True), (str, "x"), (Kind, "eca"), (tuple[int, ...], (3, 3))):
        desk = Desk(qtbot, facts(kind))
        desk.editor.show_value(value)
        assert desk.editor.entered() == value
        assert desk.committed == []


def test_that_an_optional_number_is_inherited_when_it_is_emptied(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(int | None, 1, 64))
    desk.editor.show_value(None)
    assert (desk.editor.text(), desk.editor.entered()) == ("inherited", None)
    desk.type("8")
    assert desk.editor.text() == "8"
    desk.type("")
    assert desk.committed == [8, None]
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Down)
    assert desk.committed == [8, None, 1, None]


def test_that_the_least_number_can_be_a_word(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(int, 0, 100), word="about a minute")
    desk.editor.show_value(0)
    assert desk.editor.text() == "about a minute"
    desk.type("5")
    desk.type("0")
    assert desk.editor.text() == "about a minute"
    assert desk.committed == [5, 0]


@pytest.mark.parametrize(("value", "text"), [(60.0, "60"), (0.1, "0.1"), (5e-4, "0.0005"), (0.0, "0")])
def test_that_a_decimal_shows_as_many_decimals_as_it_has(qtbot: QtBot, value: float, text: str) -> None:
    desk = Desk(qtbot, facts(float, 0, 100))
    desk.editor.show_value(value)
    assert (desk.editor.text(), desk.editor.entered()) == (text, value)


def test_that_the_arrows_of_a_decimal_keep_to_its_bounds(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(float, 0, 1))
    desk.editor.show_value(0.98)
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert desk.committed == [1.0]


def test_that_an_optional_choice_can_be_inherited(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(Kind | None))
    assert [desk.editor.itemData(place) for place in range(3)] == [None, "se", "eca"]  # type: ignore[union-attr]
    desk.editor.show_value(None)
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert desk.committed == ["se", "eca", "se", None]


def test_that_a_switch_is_switched_by_the_space_bar(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(bool))
    desk.press(Qt.Key.Key_Space)
    assert desk.committed == [True]


@pytest.mark.parametrize(
    ("typed", "sizes"),
    [("3,1,3", (3, 1, 3)), ("B(3,1,3)", (3, 1, 3)), ("5", (5,)), ("3×3, 1x1", (3, 1)), ("1 3 1", (1, 3, 1))],
)
def test_that_sizes_are_typed_as_papers_write_them(qtbot: QtBot, typed: str, sizes: tuple[int, ...]) -> None:
    desk = Desk(qtbot, facts(tuple[int, ...]))
    desk.type(typed)
    assert desk.committed == [sizes]


def test_that_no_sizes_mean_those_of_the_kind_or_none_of_its_own(qtbot: QtBot) -> None:
    own, optional = Desk(qtbot, facts(tuple[int, ...])), Desk(qtbot, facts(tuple[int, ...] | None))
    for desk, nothing in ((own, ()), (optional, None)):
        desk.editor.show_value((3, 3))
        desk.editor.setFocus()
        desk.type("")
        assert desk.committed == [nothing]
    assert own.editor.placeholderText() == "of the kind"  # type: ignore[union-attr]
    assert optional.editor.placeholderText() == "inherited"  # type: ignore[union-attr]


def test_that_the_arrows_change_the_size_at_the_cursor_by_two(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(tuple[int, ...]))
    desk.editor.show_value((3, 1, 3))
    desk.editor.setCursorPosition(3)  # type: ignore[union-attr]
    desk.press(Qt.Key.Key_Up)
    assert desk.editor.text() == "3,3,3"
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Down)
    assert desk.committed == [(3, 3, 3), (3, 1, 3), (3, 1, 3)]


def test_that_a_text_is_committed_once(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(str))
    desk.type("Mine")
    desk.other.setFocus()
    assert desk.committed == ["Mine"]


@pytest.mark.parametrize("kind", [int, float, Kind])
def test_that_the_wheel_changes_only_what_has_the_focus(qtbot: QtBot, kind: Any) -> None:
    desk = Desk(qtbot, facts(kind, 0, 9))
    desk.editor.show_value("se" if kind is Kind else 5)
    desk.other.setFocus()
    turn_wheel(desk.editor)
    assert desk.committed == []
    desk.page.activateWindow()
    desk.editor.setFocus()
    qtbot.waitUntil(desk.editor.hasFocus)
    turn_wheel(desk.editor)
    assert len(desk.committed) == 1


def test_that_a_compact_number_still_steps_by_its_keys(qtbot: QtBot) -> None:
    desk = Desk(qtbot, facts(int, 0, 9))
    wide = desk.editor.sizeHint().width()
    compact(desk.editor)
    assert desk.editor.sizeHint().width() < wide
    desk.press(Qt.Key.Key_Up)
    assert desk.committed == [1]
