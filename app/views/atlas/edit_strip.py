"""Shows under the tracks what each key would do to the selected block and its stage, and what that would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.painting.paint_style import PaintStyle
from app.views.atlas.atlas_edits import AtlasEdits, Outcome
from app.views.atlas.edit_keys import key_text
from app.views.atlas.edit_words import cost_text, edit_text, refusal_text, short_text
from resnet_core.analysis.edit_counts import EditCounts
from resnet_core.configuration.key_edits import KeyEdit
from resnet_core.number_text import compact_difference

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate

STRIP_HEIGHT = 28.0
_MESSAGE_MS = 8_000
_REST_MS = 60
"""How long the selection must rest before the costs are counted, so that walking on is never held up."""
_PADDING, _GAP = 6.0, 5.0
_COUNTING, _USUAL, _USUAL_BOTH = "…", "+00.0 M", "+00.0 M, +000 M MACs"


class EditStrip(QWidget):
    """Chips with a key, an edit and its cost, in the place of the footer while a block is selected.

    A click on one makes the edit, as its key does. Costs are counted one by one when the selection rests. A refused
    edit is explained here in one line. What there is no room for is left out from the right: params stay, MACs go.
    """

    def __init__(self, atlas: AtlasView, edits: AtlasEdits) -> None:
        super().__init__(atlas.viewport())
        self.setObjectName("atlas_edit_strip")
        self.setAccessibleName(translate("Atlas", "Edits of the selection"))
        # What lies under it need not be painted, nor it when that is.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._atlas, self._edits = atlas, edits
        self._chips: list[EditChip] = []
        self._titles: list[tuple[float, str]] = []
        self._message = ""
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._count_next)
        self._message_over = QTimer(self, singleShot=True, interval=_MESSAGE_MS)
        self._message_over.timeout.connect(lambda: self.say(""))
        edits.refused.connect(self.say)
        self.hide()

    @property
    def chips(self) -> tuple[EditChip, ...]:
        """The chips that there is room for."""
        return tuple(chip for chip in self._chips if not chip.isHidden())

    @property
    def message(self) -> str:
        """Why the last edit was refused, while that is shown."""
        return self._message

    def say(self, line: str) -> None:
        """Show one line in the place of the chips for a while; an empty one brings them back."""
        self._message = line
        if line:
            self._message_over.start()
        self._lay_out()
        self.setVisible(bool(line or self._edits.offered()))
        self.update()

    def refresh(self) -> None:
        """Offer the edits of what is selected now."""
        self._message = ""
        offered = self._edits.offered()
        if offered and not self._chips:
            self._chips = [self._chip(edit) for edit in offered]
        for chip, edit in zip(self._chips, offered, strict=False):
            chip.show_edit(edit, self._edits.known(edit))
        self._lay_out()
        self.setVisible(bool(offered))
        if offered:
            self._rest.start(_REST_MS)

    def count_all(self) -> None:
        """Count every cost that is not known yet, at once."""
        while self._waiting() is not None:
            self._count_next()

    def place(self, area: QRectF) -> None:
        """Stand at `area` of the viewport."""
        if self.geometry() != area.toRect():
            self.setGeometry(area.toRect())
            self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the names of what is edited, or the message."""
        style = self._atlas.style_of_paint
        painter = QPainter(self)
        painter.fillRect(self.rect(), style.color("canvas"))
        if self._message:
            painter.setFont(style.small)
            painter.setPen(style.color("warning"))
            line = style.metrics(style.small).elidedText(self._message, Qt.TextElideMode.ElideRight, self.width() - 4)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        else:
            self._paint_titles(painter, style)
        painter.end()

    def _paint_titles(self, painter: QPainter, style: PaintStyle) -> None:
        """Paint the names of what is edited, and under each what the first numbers beside it count."""
        for x, title in self._titles:
            painter.setFont(self._bold)
            painter.setPen(style.color("text"))
            painter.drawText(QPointF(x, self.height() / 2 - 3), title)
            painter.setFont(style.small)
            painter.setPen(style.color("muted"))
            painter.drawText(QPointF(x, self.height() - 4), translate("Atlas", "params"))

    def _chip(self, edit: KeyEdit) -> EditChip:
        chip = EditChip(edit, self._atlas, self)
        chip.clicked.connect(lambda _checked=False: self._edits.make(chip.edit.make, edit_text(chip.edit)))
        return chip

    @property
    def _bold(self) -> QFont:
        return bold_of(self._atlas.style_of_paint)

    def _waiting(self) -> EditChip | None:
        return next((chip for chip in self._chips if chip.outcome is None), None)

    def _count_next(self) -> None:
        """Count one cost and leave the rest for when the events that have come since are dealt with."""
        chip = self._waiting()
        if chip is None or not self.isVisible():
            return
        chip.tell(self._edits.outcome(chip.edit))
        self._lay_out()
        self._rest.start(0)

    def _lay_out(self) -> None:
        """Put the chips in a row: with both costs if that fits, else with the parameters', else fewer of them."""
        for chip in self._chips:
            chip.with_macs = True
        if self._end() > self.width():
            for chip in self._chips:
                chip.with_macs = False
        self._end(place=True)

    def _end(self, *, place: bool = False) -> float:
        """Return where the row of chips ends; `place` moves them there and hides those beyond the edge."""
        style, x, subject = self._atlas.style_of_paint, 0.0, ""
        titles: list[tuple[float, str]] = []
        unit = style.width_of(translate("Atlas", "params"), style.small)
        for chip in self._chips:
            if chip.edit.subject != subject:
                subject = chip.edit.subject
                x += _GAP * 2 if titles else 0
                titles.append((x, subject))
                x += max(style.width_of(subject, self._bold), unit) + _GAP
            width = chip.sizeHint().width()
            if place:
                chip.setGeometry(round(x), 0, width, self.height())
                chip.setVisible(not self._message and x + width <= self.width())
            x += width + _GAP
        if place:
            shown = {chip.edit.subject for chip in self._chips if not chip.isHidden()}
            self._titles = [(at, title) for at, title in titles if title in shown]
            self.update()
        return x


class EditChip(QAbstractButton):
    """One edit: its key and name above, what it would cost below; greyed out where it cannot be made."""

    def __init__(self, edit: KeyEdit, atlas: AtlasView, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"atlas_chip_{edit.name}")
        # A click leaves the focus where the keys are; Tab comes here too.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._atlas = atlas
        self.with_macs = True
        self.show_edit(edit, None)

    def show_edit(self, edit: KeyEdit, outcome: Outcome | None) -> None:
        """Stand for another edit."""
        self.edit = edit
        self.tell(outcome)

    def tell(self, outcome: Outcome | None) -> None:
        """Say what the edit would cost, or why it cannot be."""
        self.outcome = outcome
        cost = self._whole_cost()
        key = key_text(self.edit.name)
        line = translate("Atlas", "%1 (%2): %3") if cost else translate("Atlas", "%1 (%2)")
        name = line.replace("%1", edit_text(self.edit)).replace("%2", key).replace("%3", cost)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def cost(self) -> str:
        """Return what stands in the lower line."""
        if self.outcome is None:
            return _COUNTING
        if not isinstance(self.outcome, EditCounts):
            return translate("Atlas", "not possible")
        parameters, macs = (compact_difference(count, 0) for count in self.outcome)
        both = self.with_macs or not self.outcome.parameters
        if not both:
            return parameters
        return translate("Atlas", "%1, %2 MACs").replace("%1", parameters).replace("%2", macs)

    def sizeHint(self) -> QSize:
        """Return the room that both lines take."""
        style = self._atlas.style_of_paint
        key, name = key_text(self.edit.name), short_text(self.edit)
        above = style.width_of(key, self._bold) + 5 + style.width_of(name, style.small)
        # Room for the cost while it is counted, so that the row stands still when it comes.
        usual = _USUAL_BOTH if self.with_macs else _USUAL
        below = style.width_of(usual if self.outcome is None else self.cost(), style.numbers)
        return QSize(round(max(above, below) + 2 * _PADDING), round(STRIP_HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Make the edit on Enter too: Space, which a button hears, pauses a run here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the key in the accent colour, the name, and the cost below."""
        style, possible = self._atlas.style_of_paint, not isinstance(self.outcome, ValueError)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(style.line("accent" if self.hasFocus() else "hairline"))
        painter.setBrush(style.color("selection" if self.isDown() else "raised"))
        if self.underMouse() or self.hasFocus() or self.isDown():
            painter.drawRoundedRect(rect, 4, 4)
        key = key_text(self.edit.name)
        middle = rect.height() / 2
        painter.setFont(self._bold)
        painter.setPen(style.color("accent" if possible else "muted"))
        painter.drawText(QPointF(_PADDING, middle - 3), key)
        painter.setFont(style.small)
        painter.setPen(style.color("text" if possible else "muted"))
        painter.drawText(QPointF(_PADDING + style.width_of(key, self._bold) + 5, middle - 3), short_text(self.edit))
        painter.setFont(style.numbers)
        painter.setPen(style.color("muted"))
        painter.drawText(QPointF(_PADDING, rect.height() - 4), self.cost())
        painter.end()

    @property
    def _bold(self) -> QFont:
        return bold_of(self._atlas.style_of_paint)

    def _whole_cost(self) -> str:
        if isinstance(self.outcome, EditCounts):
            return cost_text(self.outcome)
        return refusal_text(self.outcome) if self.outcome is not None else ""


def bold_of(style: PaintStyle) -> QFont:
    """Return the small font, bold."""
    return style.sized(style.small_size, bold=True)
