"""What the status bar, and the command line, say of the cost of capturing a run's gradients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.application import Application
from app.services.run_trace import RunTrace
from app.state.runs_state import RunsState
from app.windows.capture_badge import SURE_STEPS, CaptureBadge
from resnet_core.cli import main
from resnet_core.runs.run_events import CaptureCostMeasured, RunFinished
from resnet_core.runs.run_store import RunStore
from tests.app.test_run_follower import begin, record

CHOSEN = CaptureCostMeasured(19, 12, 0.0132, 0.031, 0.0401, 0.0482, 0.02)


class Bench:
    """A run on disk, and the badge of a window that looks at it."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.store: RunStore = begin(folder)
        self._runs = RunsState()
        self._runs.look_at(folder.name)
        self._trace = RunTrace(folder)
        self.badge = CaptureBadge(self._runs)
        qtbot.addWidget(self.badge)

    def look(self) -> str:
        """Read on, and return what the badge shows: nothing where it is hidden."""
        run = self._trace.read_on()
        if run is not None:
            self._runs.put(run)
        return "" if self.badge.isHidden() else self.badge.text()


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench(tmp_path / "run", qtbot)
    yield bench
    bench.store.close()


def test_that_a_live_run_is_measuring_until_a_cost_is_known(bench: Bench) -> None:
    assert bench.look() == ""
    record(bench.store, *range(11))
    assert bench.look() == "capture: measuring…"
    bench.store.record(CHOSEN)
    assert bench.look() == "capture 1.3 %"
    tip = bench.badge.toolTip()
    assert "1.3 % of the time" in tip and "One step in 12" in tip and "under 2 %" in tip
    assert "40.1 ms" in tip and "48.2 ms" in tip and "3.1 %" in tip
    assert bench.badge.accessibleDescription().startswith("capture 1.3 %")


def test_that_the_cost_stays_with_a_run_that_has_ended(bench: Bench) -> None:
    bench.store.record_many((CHOSEN, RunFinished("finished", 20, 1.0)))
    assert bench.look() == "capture 1.3 %"


def test_that_a_given_period_is_said_to_be_given(bench: Bench) -> None:
    bench.store.record(CHOSEN)
    bench.store.record(CHOSEN._replace(step=24, capture_every=5, capture_budget=None))
    bench.look()
    assert "One step in 5 is captured, as the recipe says" in bench.badge.toolTip()
    assert "chosen" not in bench.badge.toolTip()


def test_that_nothing_is_claimed_where_nothing_can_be_measured(bench: Bench) -> None:
    record(bench.store, *range(SURE_STEPS + 1))
    assert bench.look() == "capture not measured"
    bench.store.record(RunFinished("finished", SURE_STEPS + 1, 1.0))
    assert bench.look() == ""


def test_that_runs_show_says_it_too(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.store.record_many((CHOSEN, RunFinished("finished", 20, 1.0)))
    assert main(["runs", "show", str(bench.store.folder)]) == 0
    said = capsys.readouterr().out
    assert "capture took 1.3 % of the time, one step in 12 (chosen to stay under 2 %)" in said
    assert "3.1 % with the first steps" in said


def test_that_the_window_shows_the_cost_of_the_run_it_looks_at(application: Application, tmp_path: Path) -> None:
    badge = application.status_bar.findChild(CaptureBadge, "capture_cost")
    assert badge is not None and badge.isHidden()
    with begin(tmp_path / "seen") as store:
        store.record_many((CHOSEN, RunFinished("finished", 20, 1.0)))
    run = RunTrace(tmp_path / "seen").read_on()
    assert run is not None
    application.runs.put(run)
    application.runs.look_at(run.key)
    assert badge.isVisible() and badge.text() == "capture 1.3 %"
