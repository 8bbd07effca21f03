"""Turns a moment before and a moment after a test into the list of what the test left behind."""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

GRACE_S = 3.0
"""How long something may take to go away by itself before it counts as left behind."""

# A thread that a library starts once and keeps, by the start of its name.
KEPT_THREADS = ("pytest_timeout", "TMonitor", "tqdm_monitor")


class Leftover(NamedTuple):
    """One thing that is alive: `key` tells it from its kind, `label` says what it is and who started it."""

    key: tuple[str, int]
    label: str


class Origins:
    """Remembers where each thread, process and timer was started, for the message that names the culprit."""

    def __init__(self) -> None:
        self._places: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    def record(self, thing: object) -> None:
        self._places[thing] = _calling_place()

    def of(self, thing: object) -> str:
        return self._places.get(thing, "an unknown place")

    def things(self) -> list[Any]:
        return list(self._places)


def recorded(method: Callable[..., Any], origins: Origins) -> Callable[..., Any]:
    """`method` of a class, which also writes into `origins` where it was called for which object."""

    @functools.wraps(method)
    def call(self: object, *arguments: Any, **named: Any) -> Any:
        origins.record(self)
        return method(self, *arguments, **named)

    return call


def recorded_starts() -> list[tuple[type, str]]:
    """The classes and the names of their methods by which a thread, a process or a timer begins."""
    starts: list[tuple[type, str]] = [(threading.Thread, "start"), (subprocess.Popen, "__init__")]
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:
        starts += [(core.QTimer, "start"), (core.QThread, "start"), (core.QProcess, "start")]
    return starts


def what_is_alive(origins: Origins) -> list[Leftover]:
    """Everything a test could leave behind and that is there now."""
    return [*_threads(origins), *_processes(origins), *_qt_objects(origins), *_widgets(origins)]


def left_behind(before: set[tuple[str, int]], origins: Origins, grace_s: float = GRACE_S) -> list[str]:
    """The labels of what is alive, was not `before`, and does not go away within `grace_s` seconds."""
    deadline = time.monotonic() + grace_s
    _let_qt_tidy_up()
    new = [thing for thing in what_is_alive(origins) if thing.key not in before]
    while new and time.monotonic() < deadline:
        del new
        gc.collect()
        _let_qt_tidy_up()
        time.sleep(0.02)
        new = [thing for thing in what_is_alive(origins) if thing.key not in before]
    return [thing.label for thing in new]


def _calling_place() -> str:
    """The last three lines of code outside this file and the standard library, newest last."""
    library = os.path.dirname(threading.__file__)
    frames = [
        frame
        for frame in traceback.extract_stack()
        if frame.filename != __file__
        and (not frame.filename.startswith(library) or "site-packages" in frame.filename)
        and not {"_pytest", "pluggy"} & set(Path(frame.filename).parts)
    ]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-3:])


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def _threads(origins: Origins) -> Iterator[Leftover]:
    for thread in threading.enumerate():
        # Python stands a dummy in for a thread of Qt or torch, and may keep it when that has ended.
        if thread is threading.main_thread() or isinstance(thread, threading._DummyThread):
            continue
        if not thread.name.startswith(KEPT_THREADS):
            yield Leftover(("thread", id(thread)), f"thread {thread.name!r}, started in {origins.of(thread)}")


def _processes(origins: Origins) -> Iterator[Leftover]:
    started = {thing.pid: thing for thing in origins.things() if _is_running(thing)}
    for pid in _descendants(os.getpid()) if sys.platform == "linux" else started:
        command = _command_of(pid) or str(getattr(started.get(pid), "args", ""))
        place = origins.of(started[pid]) if pid in started else "an unknown place"
        yield Leftover(("process", pid), f"process {pid} ({command[:120]}), started in {place}")


def _is_running(thing: object) -> bool:
    # A Popen whose program was not found has no pid.
    return isinstance(thing, subprocess.Popen) and hasattr(thing, "pid") and thing.poll() is None


def _descendants(ancestor: int) -> list[int]:
    """The children of a process, their children and so on, without those that have ended."""
    if ancestor == os.getpid() and not _has_children():
        return []
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                # The second field, the name in brackets, may hold spaces and brackets itself.
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                children.setdefault(int(parent), []).append(int(folder.name))
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _has_children() -> bool:
    """Whether this process has any child, ended or not: one question to the kernel instead of reading all of /proc."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _qt_objects(origins: Origins) -> Iterator[Leftover]:
    """Timers that tick and Qt threads that run, of those that Python code started."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return
    from shiboken6 import isValid

    for thing in origins.things():
        if isinstance(thing, core.QTimer) and isValid(thing) and thing.isActive():
            kind = f"timer {thing.objectName()!r} every {thing.interval()} ms"
        elif isinstance(thing, core.QThread) and isValid(thing) and thing.isRunning():
            kind = f"Qt thread {thing.objectName()!r}"
        else:
            continue
        yield Leftover((type(thing).__name__, id(thing)), f"{kind}, started in {origins.of(thing)}")
    busy = core.QThreadPool.globalInstance().activeThreadCount()
    if busy:
        yield Leftover(("thread pool", busy), f"{busy} tasks running in the global thread pool of Qt")


def _widgets(origins: Origins) -> Iterator[Leftover]:
    """Top-level widgets, told apart by their address in C++: a Python wrapper may come and go."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    from shiboken6 import getCppPointer

    for widget in widgets.QApplication.topLevelWidgets():
        shown = "shown" if widget.isVisible() else "hidden"
        label = f"top-level {type(widget).__name__} {widget.objectName()!r} {widget.windowTitle()!r}, {shown}"
        yield Leftover(("widget", getCppPointer(widget)[0]), label)


def _let_qt_tidy_up() -> None:
    """Runs what Qt put off, deletions above all: outside an event loop nobody else does."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None or core.QCoreApplication.instance() is None:
        return
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    core.QCoreApplication.processEvents()
