"""Checks that the leak detection sees what a test leaves behind, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.leak_detection import Origins, left_behind, what_is_alive

Keys = set[tuple[str, int]]


@pytest.fixture
def before(qapp: QObject, origins: Origins) -> Keys:
    """What was alive when the test began."""
    return {thing.key for thing in what_is_alive(origins)}


def test_that_a_quiet_test_leaves_nothing(before: Keys, origins: Origins) -> None:
    assert left_behind(before, origins) == []


def test_that_a_thread_is_named_with_its_origin_when_it_runs_on(before: Keys, origins: Origins) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()
    leftovers = left_behind(before, origins, grace_s=0.1)
    stop.set()
    thread.join()
    assert len(leftovers) == 1
    assert "'forgotten'" in leftovers[0] and "test_leak_detection.py" in leftovers[0]


def test_that_a_process_is_named_with_its_command_when_it_runs_on(before: Keys, origins: Origins) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    leftovers = left_behind(before, origins, grace_s=0.1)
    process.communicate(b"\n")
    assert len(leftovers) == 1
    assert "input()" in leftovers[0] and "test_leak_detection.py" in leftovers[0]


def test_that_a_timer_is_named_when_it_ticks_on(before: Keys, origins: Origins) -> None:
    owner = QObject()
    timer = QTimer(owner, objectName="ticking")
    timer.start(1000)
    leftovers = left_behind(before, origins, grace_s=0.1)
    timer.stop()
    assert len(leftovers) == 1
    assert "'ticking'" in leftovers[0] and "test_leak_detection.py" in leftovers[0]


def test_that_a_widget_is_named_when_it_is_kept(before: Keys, origins: Origins) -> None:
    widget = QWidget(objectName="kept")
    leftovers = left_behind(before, origins, grace_s=0.1)
    widget.deleteLater()
    del widget
    assert left_behind(before, origins) == []
    assert len(leftovers) == 1 and "'kept'" in leftovers[0]


def test_that_a_widget_given_to_qtbot_is_no_leak(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    assert widget.isHidden()


def test_that_what_ends_within_the_grace_is_no_leak(before: Keys, origins: Origins) -> None:
    thread = threading.Thread(target=time.sleep, args=(0.2,))
    thread.start()
    assert left_behind(before, origins, grace_s=5) == []


def test_that_a_test_which_leaks_fails_and_names_the_culprit(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile(
        """
        import threading
        stop = threading.Event()

        def test_that_forgets_a_thread():
            threading.Thread(target=stop.wait, name="forgotten", daemon=True).start()
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*the test left behind:*", "*thread 'forgotten', started in*"])
