"""Carries a person's wishes (pause, resume, stop, write a checkpoint) from any thread to the training loop."""

from __future__ import annotations

import threading


class TrainingControl:
    """Wishes that the loop looks at between two steps; every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stop_reason: str | None = None
        self._checkpoint_wanted = False

    def pause(self) -> None:
        """Ask the loop to halt after the step at hand."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Let a paused loop go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self, reason: str = "") -> None:
        """Ask the loop to end after the step at hand, paused or not; the first reason is kept."""
        with self._changed:
            self._stop_reason = reason if self._stop_reason is None else self._stop_reason
            self._changed.notify_all()

    def checkpoint(self) -> None:
        """Ask for a checkpoint after the step at hand; a paused loop writes it at once."""
        with self._changed:
            self._checkpoint_wanted = True
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """Whether the loop should stand still; a stop ends a pause."""
        return self._paused and not self.stopped

    @property
    def stopped(self) -> bool:
        """Whether the loop should end."""
        return self._stop_reason is not None

    @property
    def stop_reason(self) -> str:
        """Why it should end; empty where no reason was given."""
        return self._stop_reason or ""

    @property
    def on_hold(self) -> bool:
        """Whether it is paused and has nothing to do meanwhile."""
        return self.paused and not self._checkpoint_wanted

    @property
    def wants_attention(self) -> bool:
        """Whether the loop has anything to do but train."""
        return self._paused or self._checkpoint_wanted or self.stopped

    def take_checkpoint_wish(self) -> bool:
        """Return whether a checkpoint is wanted, and count the wish as met."""
        with self._changed:
            wanted, self._checkpoint_wanted = self._checkpoint_wanted, False
            return wanted

    def wait_while_paused(self, timeout_s: float | None = None) -> None:
        """Wait until the pause ends or a checkpoint is wanted, at most `timeout_s` (None: as long as it takes)."""
        with self._changed:
            self._changed.wait_for(lambda: not self.on_hold, timeout_s)
