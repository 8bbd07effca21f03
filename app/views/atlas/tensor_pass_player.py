"""Plays a pass through the network: which way, at what moment, how fast, and step by step."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.pass_pace import Detail, units_per_second
from resnet_core.drawing.tensor_pass import Direction, PassTimeline

FRAME_MS = 33
_MOST_FRAME_S = 0.12
"""A frame that was late by more goes on where the one before was, instead of leaping."""

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class PassPlayer(QObject):
    """The pass that is shown.

    `moved` tells that it is at another moment, `changed` that it plays or pauses, or goes another way or pace. Its
    timer ticks only while it plays.
    """

    moved = Signal()
    changed = Signal()

    def __init__(self, axis: DepthAxis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timeline = PassTimeline(axis, "forward")
        self._moment, self._speed = 0.0, 1.0
        self.detail: Detail = "block"
        self._since = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._go_on)

    @property
    def timeline(self) -> PassTimeline:
        """The pass and the network it goes through."""
        return self._timeline

    @property
    def moment(self) -> float:
        """Where the pass is, 0 to the timeline's length."""
        return self._moment

    @property
    def share(self) -> float:
        """How much of the pass is over, 0 to 1."""
        return self._moment / self._timeline.length

    @property
    def is_playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        return self._moment >= self._timeline.length

    @property
    def direction(self) -> Direction:
        """Forward or backward."""
        return self._timeline.direction

    @property
    def speed(self) -> float:
        """How many times the normal pace."""
        return self._speed

    def show(self, axis: DepthAxis) -> None:
        """Begin anew with another network, or with the same one laid out otherwise."""
        if axis is self._timeline.axis:
            return
        same = axis.graph is self._timeline.graph
        self._timeline = PassTimeline(axis, self.direction)
        if not same:
            self.pause()
            self.go_to(0.0)

    def play(self) -> None:
        """Go on by itself; from the start where it is over."""
        if self.is_over:
            self.go_to(0.0)
        self._since.start()
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stay where it is."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play, or pause."""
        (self.pause if self.is_playing else self.play)()

    def step(self, by: int) -> None:
        """Go to the next moment worth a look (`by` 1) or back to the one before (-1), and stay there."""
        self.pause()
        stop = self._timeline.stop_after if by > 0 else self._timeline.stop_before
        self.go_to(stop(self._moment, by_layer=self.detail == "layer"))

    def go_to(self, moment: float) -> None:
        """Be at another moment."""
        moment = min(max(moment, 0.0), self._timeline.length)
        if moment != self._moment:
            self._moment = moment
            self.moved.emit()

    def turn(self, direction: Direction) -> None:
        """Go the other way from the same place; a pass that is over begins at the end that it came to."""
        if direction != self.direction:
            self._timeline = PassTimeline(self._timeline.axis, direction)
            self._moment = self._timeline.length - self._moment
            self.changed.emit()
            self.moved.emit()

    def set_speed(self, speed: float) -> None:
        """Go at `speed` times the normal pace."""
        self._speed = speed
        self.changed.emit()

    def _go_on(self) -> None:
        elapsed_s = min(self._since.restart() / 1000, _MOST_FRAME_S)
        pace = units_per_second(self._timeline, self._moment, self.detail) * self._speed
        self.go_to(self._moment + elapsed_s * pace)
        if self.is_over:
            self.pause()
