"""Holds the controls of a pass and says in words what happens in it now, in a bar under the tracks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWhatsThis,
    QWidget,
)

from app.painting.elided_label import ElidedLabel
from app.painting.player_signs import Sign, sign_icon
from app.services.fonts import number_font
from app.services.theme import Theme
from app.views.atlas.tensor_pass_player import SPEEDS, PassPlayer
from resnet_core.drawing.tensor_pass import Direction

translate = QCoreApplication.translate

_SLIDER_STEPS = 1000
_NORMAL_SPEED = 1.0


class TensorPassBar(QFrame):
    """Forward or backward, play, steps, a slider, the pace, help and close; and the caption.

    Space plays and pauses, comma and point step back and on, Escape closes.
    """

    closed = Signal()

    def __init__(self, player: PassPlayer, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor_pass_bar")
        self._player, self._theme = player, theme
        self._resumes = False
        self._caption, self._norms = ElidedLabel(), ElidedLabel()
        self._caption.setObjectName("tensor_pass_caption")
        self._norms.setObjectName("tensor_pass_norms")
        self._ways = QButtonGroup(self)
        self._forward, self._backward = self._way("forward"), self._way("backward")
        self._back = self._button("step_back", lambda: player.step(-1))
        self._play = self._button("play", player.toggle)
        self._on = self._button("step_on", lambda: player.step(1))
        self._slider, self._speed = self._made_slider(), self._made_speed()
        self._help, self._close = QToolButton(), self._button("close", self.closed.emit)
        self._help.setObjectName("tensor_pass_help")
        self._help.setText("?")
        self._help.clicked.connect(self._show_help)
        self._lay_out()
        self.retranslate()
        player.moved.connect(self._show_moment)
        player.changed.connect(self._show_state)
        theme.changed.connect(lambda _colors: self._restyle())
        self._restyle()
        self._show_state()

    @property
    def caption(self) -> str:
        """What happens now, in words."""
        return self._caption.text()

    def set_caption(self, text: str) -> None:
        """Say what happens now."""
        if text != self._caption.text():
            self._caption.set_text(text)

    def set_norms(self, text: str) -> None:
        """Say whose norms are shown, or why none are."""
        if text != self._norms.text():
            self._norms.set_text(text)

    def retranslate(self) -> None:
        """Word everything in the language in force."""
        self.setAccessibleName(translate("Atlas", "The pass through the network"))
        self.setWhatsThis(help_text())
        for button, text, tip in (
            (self._forward, translate("Atlas", "Forward"), translate("Atlas", "Follow the tensor to the output")),
            (self._backward, translate("Atlas", "Backward"), translate("Atlas", "Follow the gradient to the input")),
        ):
            button.setText(text)
            self._name(button, tip)
        self._name(self._back, translate("Atlas", "Step back (,)"))
        self._name(self._on, translate("Atlas", "Step on (.)"))
        self._name(self._close, translate("Atlas", "Close (Esc)"))
        self._name(self._help, translate("Atlas", "What one sees here (F1)"))
        self._name(self._slider, translate("Atlas", "Where the pass is"))
        self._name(self._speed, translate("Atlas", "Speed"))
        self._show_state()

    def event(self, event: QEvent) -> bool:
        """Keep the bar's keys for the bar, where the Atlas around it has another use for them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._meaning(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, step or close by key, whatever in the bar has the focus."""
        do = self._meaning(event)
        if do is None:
            super().keyPressEvent(event)
        else:
            do()

    def _meaning(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return what a key does here."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        return {
            Qt.Key.Key_Space.value: self._player.toggle,
            Qt.Key.Key_Escape.value: self.closed.emit,
            Qt.Key.Key_Comma.value: lambda: self._player.step(-1),
            Qt.Key.Key_Period.value: lambda: self._player.step(1),
        }.get(event.key())

    def focus_play(self) -> None:
        """Put the focus where Space plays and pauses."""
        self._play.setFocus(Qt.FocusReason.OtherFocusReason)

    # Parts

    def _way(self, direction: Direction) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"tensor_pass_{direction}")
        button.setCheckable(True)
        button.clicked.connect(lambda _checked=False: self._player.turn(direction))
        self._ways.addButton(button)
        return button

    def _button(self, name: str, do: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"tensor_pass_{name}")
        button.setAutoRepeat(name.startswith("step"))
        button.clicked.connect(do)
        return button

    def _made_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName("tensor_pass_slider")
        slider.setRange(0, _SLIDER_STEPS)
        slider.setPageStep(_SLIDER_STEPS // 20)
        slider.setMinimumWidth(80)
        slider.valueChanged.connect(self._scrub)
        slider.sliderPressed.connect(self._hold)
        slider.sliderReleased.connect(self._let_go)
        return slider

    def _made_speed(self) -> QComboBox:
        speed = QComboBox()
        speed.setObjectName("tensor_pass_speed")
        speed.setFont(number_font(self.font().pointSizeF()))
        for factor in SPEEDS:
            speed.addItem(f"{factor:g} ×", factor)
        speed.setCurrentIndex(SPEEDS.index(_NORMAL_SPEED))
        speed.currentIndexChanged.connect(lambda place: self._player.set_speed(SPEEDS[place]))
        return speed

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(2)
        _add(controls, (self._forward, self._backward), 10)
        _add(controls, (self._back, self._play, self._on), 8)
        controls.addWidget(self._slider, 3)
        controls.addSpacing(8)
        _add(controls, (self._speed,), 10)
        controls.addWidget(self._norms, 2)
        _add(controls, (self._help, self._close), 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self._caption)
        layout.addLayout(controls)

    # What the player says and is told

    def _show_moment(self) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(self._player.share * _SLIDER_STEPS))
        self._enable_steps()

    def _show_state(self) -> None:
        is_forward = self._player.direction == "forward"
        (self._forward if is_forward else self._backward).setChecked(True)
        # The handle goes the way that the pass goes above it.
        self._slider.setInvertedAppearance(not is_forward)
        self._name(self._play, translate("Atlas", "Pause (Space)") if self._player.is_playing
                   else translate("Atlas", "Play (Space)"))  # fmt: skip
        self._set_sign(self._play, "pause" if self._player.is_playing else "play")
        self._show_moment()

    def _enable_steps(self) -> None:
        # A button that is disabled loses the focus, and with it the keys; so it is only shown what it can do.
        for button, can in ((self._back, self._player.moment > 0), (self._on, not self._player.is_over)):
            if button.isEnabled() != can and not button.hasFocus():
                button.setEnabled(can)

    def _scrub(self, value: int) -> None:
        self._player.go_to(value / _SLIDER_STEPS * self._player.timeline.length)

    def _hold(self) -> None:
        self._resumes = self._player.is_playing
        self._player.pause()

    def _let_go(self) -> None:
        if self._resumes and not self._player.is_over:
            self._player.play()

    def _show_help(self) -> None:
        QWhatsThis.showText(self._help.mapToGlobal(self._help.rect().center()), self.whatsThis(), self)

    def _restyle(self) -> None:
        self._set_sign(self._back, "step_back")
        self._set_sign(self._on, "step_on")
        self._set_sign(self._close, "close")
        self._set_sign(self._play, "pause" if self._player.is_playing else "play")
        palette = self._norms.palette()
        palette.setColor(palette.ColorRole.WindowText, self._theme.colors.muted)
        self._norms.setPalette(palette)

    def _set_sign(self, button: QToolButton, sign: Sign) -> None:
        colors = self._theme.colors
        button.setIcon(sign_icon(sign, colors.text, colors.muted, self.devicePixelRatioF()))

    @staticmethod
    def _name(widget: QWidget, text: str) -> None:
        widget.setAccessibleName(text)
        widget.setToolTip(text)


def help_text() -> str:
    """Return what one learns from the pass."""
    return translate(
        "Atlas",
        "Forward, a residual block computes H(x) = F(x) + x. The tensor x takes two roads: the branch computes F(x), "
        "while a copy of x goes round it unchanged and waits at the addition. Where the shape changes, a projection "
        "or padding makes the copy fit.\n\n"
        "Backward, the addition hands the same gradient to both roads, and at the fork they add up as vectors: "
        "∂L/∂x = ∂L/∂H · (1 + ∂F/∂x). The 1 is the skip: however small ∂F/∂x becomes, the gradient still reaches "
        "the layers below. A plain network has only the product of all ∂F/∂x, which may vanish or explode.\n\n"
        "The slab is as high as the resolution and as thick as the number of channels, both on a log scale. With a "
        "run open, a road is as wide as log10 of the norm of what reaches the block's input along it.",
    )


def _add(layout: QBoxLayout, widgets: tuple[QWidget, ...], space: int) -> None:
    for widget in widgets:
        layout.addWidget(widget)
    layout.addSpacing(space)
