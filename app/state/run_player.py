"""Plays the captures of a run back: goes from one to the next by itself, at a pace that can be chosen."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from app.state.captured_steps import CapturedSteps

FRAME_MS = 50
"""Twenty frames a second at most: each repaints every view of the run."""

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
CAPTURES_A_SECOND, LONGEST_S = 5.0, 20.0
"""The pace at normal speed; a run of many captures goes faster, to be over after so many seconds."""

_MOST_FRAME_S = 0.5
"""A frame that was late by more goes on where the one before was, instead of leaping."""


class RunPlayer(QObject):
    """Plays what `steps` holds; `changed` tells that it plays or pauses, goes at another pace, repeats, or can play.

    Where somebody else goes to another step it pauses. At the end of a live run it goes on following the newest.
    """

    changed = Signal()

    def __init__(self, steps: CapturedSteps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self._speed, self._repeats = 1.0, False
        self._place, self._is_going, self._could_play = 0.0, False, False
        self._since = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.setObjectName("run_player")
        self._timer.timeout.connect(self._go_on)
        steps.moved.connect(self._note_move)
        steps.changed.connect(self._note_change)

    @property
    def is_playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """How many times the normal pace."""
        return self._speed

    @property
    def repeats(self) -> bool:
        """Whether it begins anew at the end."""
        return self._repeats

    @property
    def can_play(self) -> bool:
        """Whether there is more than one capture."""
        return self._steps.count > 1

    def play(self) -> None:
        """Go on by itself; from the start where it is at the end."""
        if not self.can_play or self.is_playing:
            return
        row = self._steps.row
        if row == self._steps.count - 1:
            row = 0
        self._go_to(row)
        self._place = float(row)
        self._since.start()
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stay where it is."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play, or pause."""
        (self.pause if self.is_playing else self.play)()

    def step(self, by: int) -> None:
        """Go `by` captures on or back, and stay there."""
        self.pause()
        self._steps.go_by(by)

    def set_speed(self, speed: float) -> None:
        """Go at `speed` times the normal pace."""
        self._speed = speed
        self.changed.emit()

    def set_repeats(self, repeats: bool) -> None:
        """Begin anew at the end, or stop there."""
        self._repeats = repeats
        self.changed.emit()

    def _go_on(self) -> None:
        elapsed_s = min(self._since.restart() / 1000, _MOST_FRAME_S)
        last = self._steps.count - 1
        self._place += elapsed_s * max(CAPTURES_A_SECOND, self._steps.count / LONGEST_S) * self._speed
        if self._place < last:
            self._go_to(int(self._place))
        elif self._repeats and self._steps.row == last:
            self._place = 0.0
            self._go_to(0)
        else:  # the last one is seen before it begins anew
            self._place = float(last)
            self._go_to(last)
            if not self._repeats:
                self.pause()

    def _go_to(self, row: int) -> None:
        self._is_going = True
        self._steps.go_to_row(row)
        self._is_going = False

    def _note_move(self) -> None:
        if not self._is_going:
            self.pause()

    def _note_change(self) -> None:
        """Pause where there is nothing to play any more."""
        if not self.can_play:
            self.pause()
        if self.can_play != self._could_play:
            self._could_play = self.can_play
            self.changed.emit()
