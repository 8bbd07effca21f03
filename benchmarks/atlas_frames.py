"""Times the Atlas at 1920x1080: from configuration to painted, an edit, and every frame of zooming and panning.

    PYTHONPATH=. python benchmarks/atlas_frames.py [--rounds 12] [--network ResNet-1202] [--cpu] [--profile FILE]

The Atlas is the real widget on Qt's own raster, with every track shown and a finished run of 10,000 captured steps. A
frame is one event of the wheel or of the mouse, sixty in a second as a hand sends them, and takes from the moment it
was due until it is painted. While the view moves a frame may stretch what it drew before; "anew" is how long all of it
takes, as when the hand rests. `--profile` writes which functions the slowest level spends its time in. `--cpu` counts
processor time, for a machine that others use too.
Promised on an idle machine with two cores: ResNet-152 from
configuration to painted in 50 ms, ResNet-1202 in 150 ms, an edit in 50 ms, 95 of 100 frames in 16.7 ms each. Exit
status: 1 where a promise is broken.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from atlas_stand import WIDTH, Stand, empty_widget_ms, stand_for
from measuring import Clock, milliseconds, percentile, print_rows, profiled
from PySide6.QtWidgets import QApplication

from app.services.fonts import install_fonts
from resnet_core.configuration.presets import preset

OPENED = {"ResNet-18": 50.0, "ResNet-50": 50.0, "ResNet-152": 50.0, "ResNet-1202": 150.0}
EDIT_MS, FRAME_MS = 50.0, 1000 / 60
WHEEL_DELTA = 24
"""Eighths of a degree a frame: a fifth of a notch, as a touchpad or a smooth wheel sends them."""
PAN_PX, PAN_FRAMES = 12, 40
PLACES = (0.12, 0.5, 0.86)
"""Where the pointer stands, as shares of the width: in the first, a middle and the last stage."""
LEVELS = ("network", "stage", "stage > block", "block", "block > layer", "layer")


class Frame(NamedTuple):
    """One frame: what the hand did, the level that was then painted, and how long it took."""

    hand: str
    level: str
    ms: float


def main() -> None:
    """Print the tables; exit with 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=12, help="times each network is opened and edited (default 12)")
    parser.add_argument("--network", default="ResNet-1202", help="the preset that is zoomed and panned")
    parser.add_argument("--profile", help="a file for the functions that the slowest level spends its time in")
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a machine that others use too")
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    application = QApplication([])
    install_fonts(application)
    print(f"an empty widget of the same size: {empty_widget_ms(application):.2f} ms")
    kept = [print_opened(application, arguments.rounds, clock), print_edited(application, arguments.rounds, clock)]
    stand = stand_for(application, arguments.network, clock=clock)
    frames = [*zoomed(stand), *panned(stand), *drawn_anew(stand)]
    kept.append(print_frames(f"{arguments.network}, {len(stand.atlas.rows)} tracks", frames, stand))
    if arguments.profile:
        write_profile(stand, frames, arguments.profile)
    stand.atlas.close()
    sys.exit(0 if all(kept) else 1)


# From configuration to painted, and an edit


def print_opened(application: QApplication, rounds: int, clock: Clock) -> bool:
    """Print how long each network takes from its configuration until it is painted, after another was shown."""
    rows, kept = [], True
    for name, promised in OPENED.items():
        stand = stand_for(application, "ResNet-34", with_run=False)

        def step_aside(stand: Stand = stand) -> None:
            stand.show_config(preset("ResNet-34"))

        def open_network(stand: Stand = stand, name: str = name) -> None:
            stand.show_config(preset(name))

        first, *times = milliseconds(open_network, rounds + 1, step_aside, clock)
        rows.append((*cells(name, times, promised), f"{first:.1f}"))
        kept = kept and percentile(times, 0.95) < promised
        stand.atlas.close()
    print_rows("From configuration to painted: graph, counts and every track", (*HEAD, "the first"), rows, clock)
    return kept


def print_edited(application: QApplication, rounds: int, clock: Clock) -> bool:
    """Print how long an edit of the third stage takes, one block more or fewer, until it is painted."""
    rows, kept = [], True
    for name in OPENED:
        stand = stand_for(application, name, with_run=False)
        blocks = stand.document.config.stages[2].blocks

        def edit(stand: Stand = stand, blocks: int = blocks) -> None:
            now = stand.document.config.stages[2].blocks
            stand.document.set_field(("stages", 2, "blocks"), blocks + (now == blocks), "edit")
            stand.repaint()

        first, *times = milliseconds(edit, rounds + 1, clock=clock)
        promised = max(EDIT_MS, OPENED[name])
        rows.append((*cells(name, times, promised), f"{first:.1f}"))
        kept = kept and percentile(times, 0.95) < promised
        stand.atlas.close()
    print_rows("An edit of one stage until painted", (*HEAD, "the first"), rows, clock)
    return kept


HEAD = ("", "median ms", "95 % ms", "promised ms")


def cells(name: str, times: list[float], promised: float) -> tuple[str, ...]:
    """Return a row of `HEAD`."""
    limit = f"{promised:.1f}" if promised < math.inf else ""
    return name, f"{percentile(times, 0.5):.1f}", f"{percentile(times, 0.95):.1f}", limit


# Frames


class Metronome:
    """Makes a move every sixtieth of a second, as a hand does; between the moves the program may catch up."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._due = time.perf_counter()

    def frame_ms(self, move: Callable[[], None]) -> float:
        """Make a move when its time has come, and return how long after that it was painted.

        What the program was still busy with counts. Of the processor's time only the move itself is counted.
        """
        while time.perf_counter() < self._due:
            self._stand.application.processEvents()
            time.sleep(0.0005)
        by_clock = self._stand.clock is time.perf_counter
        begun = self._due if by_clock else self._stand.clock()
        move()
        taken = self._stand.clock() - begun
        self._due = max(self._due + 1 / 60, time.perf_counter())
        return 1e3 * taken


def zoomed(stand: Stand) -> Iterator[Frame]:
    """Turn the wheel from the whole network to the widest layer and back, about three places."""
    view = stand.atlas.depth_view
    for place in PLACES:
        for delta in (WHEEL_DELTA, -WHEEL_DELTA):
            yield from one_way(stand, view.left + place * view.width, delta)


def one_way(stand: Stand, x: float, delta: int) -> Iterator[Frame]:
    """Turn the wheel one way until nothing changes any more."""
    before, metronome = None, Metronome(stand)
    while before != stand.atlas.depth_view.scale:
        before = stand.atlas.depth_view.scale
        taken = metronome.frame_ms(partial(stand.wheel, x, delta))
        if before != stand.atlas.depth_view.scale:
            yield Frame("zoom", level_of(stand), taken)


def panned(stand: Stand) -> Iterator[Frame]:
    """Drag at every level but the whole network, which has nowhere to go."""
    for level in LEVELS[1:]:
        for place in PLACES:
            bring_to(stand, level, place)
            yield from dragged(stand)


def drawn_anew(stand: Stand) -> Iterator[Frame]:
    """Draw every row anew at every level, as at rest."""
    for level in LEVELS:
        for place in PLACES:
            bring_to(stand, level, place)
            for _ in range(3):
                stand.atlas.sheet.forget()
                (taken,) = milliseconds(stand.repaint, 1, clock=stand.clock)
                yield Frame("anew", level, taken)


def bring_to(stand: Stand, level: str, place: float) -> None:
    """Zoom in from the whole network until `level` is reached; "layer" until its layers are roomy."""
    stand.atlas.zoom.to_fit()
    x = stand.atlas.depth_view.left + place * stand.atlas.depth_view.width
    while level_of(stand) != level:
        stand.atlas.set_depth_view(stand.atlas.depth_view.zoomed(1.02, x))
    if level in ("block", "layer"):
        stand.atlas.set_depth_view(stand.atlas.depth_view.zoomed(1.6, x))
    stand.repaint()


def dragged(stand: Stand) -> Iterator[Frame]:
    """Drag to the left and back again."""
    x = WIDTH * 0.7
    stand.press(x)
    metronome = Metronome(stand)
    for number in range(2 * PAN_FRAMES):
        x += -PAN_PX if number < PAN_FRAMES else PAN_PX
        before = stand.atlas.depth_view
        taken = metronome.frame_ms(partial(stand.move, x))
        if stand.atlas.depth_view != before:
            yield Frame("pan", level_of(stand), taken)
    stand.release(x)


def level_of(stand: Stand) -> str:
    """Return the level of detail that is shown, or the two between which it fades."""
    view = stand.atlas.depth_view
    if view.is_fitted:
        return LEVELS[0]
    block, layer = view.block_opacity(), view.layer_opacity()
    if not layer:
        return LEVELS[1] if not block else LEVELS[2] if block < 1 else LEVELS[3]
    return LEVELS[4] if layer < 1 else LEVELS[5]


def live_ms(stand: Stand) -> list[float]:
    """Return how long a frame of a run under way takes, the whole network shown: 20 come in a second at most."""
    stand.atlas.zoom.to_fit()
    stand.repaint()
    run = stand.runs.shown[0]

    def advance() -> None:
        stand.runs.put(run)
        stand.application.processEvents()

    return milliseconds(advance, 20, clock=stand.clock)


def print_frames(title: str, frames: list[Frame], stand: Stand) -> bool:
    """Print median, 95th percentile and longest frame by hand and level; return whether all are as promised."""
    live = live_ms(stand)
    rows, kept = [], True
    for hand, promised in (("zoom", FRAME_MS), ("pan", FRAME_MS), ("anew", math.inf)):
        for level in LEVELS:
            times = [frame.ms for frame in frames if (frame.hand, frame.level) == (hand, level)]
            if times:
                rows.append((*cells(f"{hand}, {level}", times, promised), f"{max(times):.1f}", str(len(times))))
                kept = kept and percentile(times, 0.95) < promised
    rows.append((f"live, {LEVELS[0]}", *cells("", live, 50.0)[1:], f"{max(live):.1f}", str(len(live))))
    print_rows(f"Frames of {title}", (*HEAD, "longest", "frames"), rows, stand.clock)
    return kept


def write_profile(stand: Stand, frames: list[Frame], path: str) -> None:
    """Pan at the level that takes longest to draw anew, and write where the time goes."""

    def slowness(level: str) -> float:
        return percentile([frame.ms for frame in frames if (frame.hand, frame.level) == ("anew", level)], 0.95)

    level = max(LEVELS[1:], key=slowness)
    parts: list[str] = []
    for place in PLACES:
        bring_to(stand, level, place)
        spent = profiled(lambda: list(dragged(stand)))
        parts.append(f"a drag at the level {level}, {place:.0%} of the depth at the left\n{spent}")
    Path(path).write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
