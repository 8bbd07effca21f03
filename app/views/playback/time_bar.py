"""Goes through the captured steps of a run, for every view at once, in a bar under the views."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.painting.elided_label import ElidedLabel
from app.painting.player_signs import Sign, sign_icon
from app.services.fonts import number_font
from app.services.theme import Theme
from app.state.captured_steps import CapturedSteps, RunAlert
from app.state.run_player import SPEEDS, RunPlayer
from app.views.playback.step_box import StepBox
from app.views.playback.step_slider import StepSlider
from resnet_core.drawing.tracks.flow_words import alert_sentence
from resnet_core.number_text import exact

translate = QCoreApplication.translate
_ABOUT_FROM_PX = 560
_SPEED_FROM_PX = 400


class TimeBar(QFrame):
    """Play, steps, pace, the line of captures, the step as a number, alerts, and a way to the newest.

    It is shown while the run has more than one capture. In it Space plays, the arrows, Page Up and Down, Home and End
    move.
    """

    def __init__(self, steps: CapturedSteps, player: RunPlayer, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_bar")
        self._steps, self._player, self._theme = steps, player, theme
        self._resumes = False
        self._worded: list[tuple[RunAlert, str]] = []
        self._back = self._button("step_back", lambda: player.step(-1), repeats=True)
        self._play = self._button("play", player.toggle)
        self._on = self._button("step_on", lambda: player.step(1), repeats=True)
        self._newest = self._button("newest", steps.follow_newest)
        self._speed, self._alerts = self._menu_button("speed"), self._menu_button("alerts")
        self._alerts.setProperty("role", "warning")
        self.slider, self.box = StepSlider(theme), StepBox()
        self._about = ElidedLabel()
        self._about.setObjectName("time_about")
        self._about.setProperty("role", "muted")
        self._fill_speed()
        self._lay_out()
        self._listen()
        self.retranslate()
        self._restyle()
        self._show_captures()

    # Making

    def _button(self, sign: Sign, do: object, *, repeats: bool = False) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"time_{sign}")
        button.setAutoRepeat(repeats)
        button.clicked.connect(do)
        return button

    def _menu_button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"time_{name}")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFont(number_font(self.font().pointSizeF()))
        button.setMenu(QMenu(button))
        return button

    def _fill_speed(self) -> None:
        menu, group = self._speed.menu(), QActionGroup(self)
        for factor in SPEEDS:
            action = menu.addAction(f"{factor:g} ×")
            action.setObjectName(f"time_speed_{factor:g}")
            action.setCheckable(True)
            action.triggered.connect(lambda _on=False, factor=factor: self._player.set_speed(factor))
            group.addAction(action)
        menu.addSeparator()
        self._repeat = QAction(menu)
        self._repeat.setObjectName("time_repeat")
        self._repeat.setCheckable(True)
        self._repeat.triggered.connect(self._player.set_repeats)
        menu.addAction(self._repeat)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 10, 1)
        row.setSpacing(1)
        for widget in (self._back, self._play, self._on, self._speed):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        row.addSpacing(4)
        row.addWidget(self._about)
        for widget in (self._newest, self._alerts):
            row.addWidget(widget)
        self._about.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _listen(self) -> None:
        self._steps.changed.connect(self._show_captures)
        self._steps.moved.connect(self._show_moment)
        self._player.changed.connect(self._show_state)
        self.slider.row_picked.connect(self._steps.go_to_row)
        self.slider.alert_picked.connect(self._steps.show_alert)
        self.slider.toggled.connect(self._player.toggle)
        self.slider.sliderPressed.connect(self._hold)
        self.slider.sliderReleased.connect(self._let_go)
        self.box.step_wanted.connect(self._steps.go_to_step)
        self.box.moved_by.connect(self._steps.go_by)
        self._theme.changed.connect(self._restyle)

    def retranslate(self) -> None:
        """Word everything in the language in force."""
        self.setAccessibleName(self.tr("Steps of the run"))
        self.setWhatsThis(help_text())
        _name(self._back, self.tr("Earlier captured step (Alt+Left)"))
        _name(self._on, self.tr("Later captured step (Alt+Right)"))
        _name(self._newest, self.tr("Follow the newest step (Alt+End)"))
        _name(self._speed, self.tr("Pace"))
        self.slider.setAccessibleName(self.tr("Captured step that is looked at"))
        self.box.setAccessibleName(self.tr("Step that is looked at"))
        self.box.setToolTip(self.tr("Type a step; the capture at it or before it is shown"))
        self._repeat.setText(self.tr("Repeat"))
        self._show_state()

    # What is shown

    @Slot()
    def _show_captures(self) -> None:
        """Show other captures; the bar itself only where there is a choice between them."""
        steps, run = self._steps, self._steps.run
        self.setVisible(steps.count > 1)
        if run is None or steps.count < 2:
            return
        self.box.set_range(int(steps.steps[0]), int(steps.steps[-1]))
        self._about.set_text(self._about_text())
        self._newest.setVisible(steps.is_live)
        self._show_alerts(steps.alerts)
        self._show_moment()

    @Slot()
    def _show_moment(self) -> None:
        steps = self._steps
        if steps.count < 2:
            return
        self.slider.show_captures(steps.steps, steps.row, follows=steps.is_live and steps.follows_newest)
        self.box.show_step(steps.step)
        words = self.tr("Step {step}, capture {number} of {count}")
        self.slider.setAccessibleDescription(
            words.format(step=exact(steps.step), number=exact(steps.row + 1), count=exact(steps.count))
        )
        self._enable()

    def _show_alerts(self, alerts: tuple[RunAlert, ...]) -> None:
        worded = [(alert, alert_sentence(alert.kind, alert.place, alert.step, translate)) for alert in alerts]
        self._alerts.setVisible(bool(alerts))
        if worded == self._worded:
            return
        self._worded = worded
        self.slider.show_alerts(worded)
        self._alerts.setText(f"▲ {len(alerts)}")
        _name(self._alerts, self.tr("What went wrong first: {what}").format(what="; ".join(w for _, w in worded)))
        self._alerts.menu().clear()
        for alert, words in worded:
            action = self._alerts.menu().addAction(words)
            action.setObjectName(f"time_alert_{alert.kind}")
            action.triggered.connect(lambda _on=False, alert=alert: self._steps.show_alert(alert))

    def _about_text(self) -> str:
        """Return of how many steps, and of which run where it is not of what is open."""
        run = self._steps.run
        assert run is not None
        total = max((run.summary.total_steps or 0) - 1, int(self._steps.steps[-1]))
        if self._steps.is_of_open_architecture:
            return self.tr("of {total}").format(total=exact(total))
        return self.tr("of {total} · {name}").format(total=exact(total), name=run.architecture.name)

    @Slot()
    def _show_state(self) -> None:
        playing = self._player.is_playing
        _name(self._play, self.tr("Pause (F4)") if playing else self.tr("Play the run back (F4)"))
        self._set_sign(self._play, "pause" if playing else "play")
        self._speed.setText(f"{self._player.speed:g} ×")
        for action, factor in zip(self._speed.menu().actions(), SPEEDS, strict=False):
            action.setChecked(factor == self._player.speed)
        self._repeat.setChecked(self._player.repeats)

    def _enable(self) -> None:
        # A button that is disabled loses the focus; it keeps it here, and does nothing.
        row, last = self._steps.row, self._steps.count - 1
        for button, can in ((self._back, row > 0), (self._on, row < last), (self._newest, row < last)):
            if button.isEnabled() != can and not button.hasFocus():
                button.setEnabled(can)

    # Hands

    @Slot()
    def _hold(self) -> None:
        self._resumes = self._player.is_playing
        self._player.pause()

    @Slot()
    def _let_go(self) -> None:
        if self._resumes and self._steps.row < self._steps.count - 1:
            self._player.play()

    # Looks

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._about.setVisible(self.width() >= _ABOUT_FROM_PX)
        self._speed.setVisible(self.width() >= _SPEED_FROM_PX)

    def changeEvent(self, event: QEvent) -> None:
        """Word everything anew in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._show_captures()

    @Slot()
    def _restyle(self) -> None:
        self._set_sign(self._back, "step_back")
        self._set_sign(self._on, "step_on")
        self._set_sign(self._newest, "newest")
        self._show_state()

    def _set_sign(self, button: QToolButton, sign: Sign) -> None:
        colors = self._theme.colors
        button.setIcon(sign_icon(sign, colors.text, colors.muted, self.devicePixelRatioF()))


def help_text() -> str:
    """Return what F1 says of the bar."""
    return translate(
        "TimeBar",
        "Every step of the run at which gradients were captured: steps 0 to 10, then one in so many. Each capture has "
        "as much room as any other. Drag the handle, or type a step: all views of the run follow, its gradient tracks "
        "and colours, the inspector, the comparison and the line under the curves.\n\n"
        "F4 plays the run back: five captures a second, or the whole run in twenty seconds where it has many. "
        "Alt+Left and Alt+Right go to the capture before and after, Alt+End to the newest, which a live run then goes "
        "on with. With the focus on the line, the arrows, Page Up and Down, Home and End move, and Space plays.\n\n"
        "A triangle marks where gradients first vanished, exploded or were no numbers; a click goes to its step and "
        "selects its block.",
    )


def _name(widget: QWidget, text: str) -> None:
    widget.setAccessibleName(text)
    widget.setToolTip(text)
