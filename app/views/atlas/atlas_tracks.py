"""Keeps the tracks of the open architecture: makes those that are shown, anew when what they show is another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.measured import Measured
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState, ShownRun
from app.state.selection_state import SelectionState
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.catalog import Counted, MeasuredTimes, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.lesion_track import BlockWorth
from resnet_core.drawing.tracks.titles import FRESH, TITLES
from resnet_core.drawing.tracks.track import Track

if TYPE_CHECKING:
    from resnet_core.findings.lesion import LesionFindings
    from resnet_core.findings.study import StudyReport

_Sources = tuple[Counted, Counted | None]


class AtlasTracks:
    """The tracks by key, and the run that those of a run show.

    A track is an immutable value; only the flow, which grows with a run, is shared by those that show it.
    """

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        pinned: PinnedState,
        runs: RunsState,
        measured: Measured,
    ) -> None:
        self._document, self._selection, self._pinned, self._runs = document, selection, pinned, runs
        self.measured = measured
        self._probed_beside: tuple[str, int] | None = None
        measured.probed.changed.connect(self._note_probe)
        self.arrangement: Arrangement = FRESH
        self.flow = FlowData()
        self.shows_probe = False
        self.snapshot: Snapshot = document.snapshot
        self._made: dict[str, Track] = {}
        self._variants: dict[str, str] = {}
        self._of: _Sources = (self._counted(self.snapshot), None)
        self._lesion: StudyReport[LesionFindings] | None = None

    def refresh(self) -> bool:
        """Take the document, the reference and the run as they are now; return whether the network is another."""
        before, self.snapshot = self.snapshot, self._document.snapshot
        reference = self._reference()
        now = (self._counted(self.snapshot), self._counted(reference) if reference is not None else None)
        if not _same(now, self._of):
            self._of, self._made = now, {}
        self.take_run()
        return before is not self.snapshot

    def take_run(self) -> bool:
        """Take the run of the open architecture, and the step that is looked at.

        Return whether a track that does not grow with the run is another now.
        """
        run, probe = self._runs.run_for(self.snapshot.graph), self.measured.probed.flow_of(self.snapshot.config)
        shows_probe = probe is not None and (run is None or _state_of(run) == self._probed_beside)
        self.shows_probe = shows_probe
        self.flow.set_run(probe if shows_probe else run)
        self.take_step()
        if "lesion" not in self._made or self._newest_lesion() is self._lesion:
            return False
        del self._made["lesion"]
        return True

    def _note_probe(self) -> None:
        """Show what was just probed, until the run beside it has captured more or another is looked at."""
        # A hidden Atlas has not taken yet what is open now.
        run = self._runs.run_for(self._document.snapshot.graph)
        self._probed_beside = _state_of(run) if run is not None else None

    def follow_step(self) -> None:
        """Take the step that somebody went to: it is one of the run's, so a probe beside that gives way."""
        if (
            self.shows_probe
            and self._selection.step is not None
            and self._runs.run_for(self.snapshot.graph) is not None
        ):
            self._probed_beside = None
            self.take_run()
        self.take_step()

    def take_step(self) -> None:
        """Take the step that is looked at."""
        self.flow.set_step(self._selection.step)

    def shown(self) -> tuple[Track, ...]:
        """Return the shown tracks in order, in the variants that were chosen."""
        variants = dict(self.arrangement.variants)
        if variants != self._variants:
            self._variants = variants
            self._made = {key: track for key, track in self._made.items() if not track.variants}
        return tuple(self._track(key) for key in self.arrangement.shown)

    def titles(self) -> Mapping[str, str]:
        """Return the marked name of every track there is, by key, in order."""
        return {key: TITLES[key] for key in self.arrangement.order}

    def _track(self, key: str) -> Track:
        if key not in self._made:
            shown, reference = self._of
            worth = self._worth() if key == "lesion" else None
            self._made[key] = make_track(key, TrackSources(shown, self.flow, reference, self._variants, worth))
        return self._made[key]

    def _worth(self) -> BlockWorth | None:
        """Return what each block of the run of the open architecture is worth, where that was studied."""
        report = self._lesion = self._newest_lesion()
        if report is None:
            return None
        found = report.found
        reasons = {block.id: block.reason for block in found.blocks if not block.removable}
        return BlockWorth(found.values("accuracy_lost"), found.accuracy, report.network.step, reasons)

    def _newest_lesion(self) -> StudyReport[LesionFindings] | None:
        return self.measured.studies.lesion_of(self._runs.run_for(self.snapshot.graph))

    def _counted(self, snapshot: Snapshot) -> Counted:
        latency = self.measured.latency.latency_of(snapshot.config)
        times = MeasuredTimes(latency.layers_s, latency.about) if latency else None
        return Counted(snapshot.graph, snapshot.report, times)

    def _reference(self) -> Snapshot | None:
        """Return the pinned reference, unless it is what is open."""
        reference = self._pinned.reference
        return reference if reference is not None and reference.config != self.snapshot.config else None


def _state_of(run: ShownRun) -> tuple[str, int]:
    return run.key, len(run.gradient_steps)


def _same(one: _Sources, other: _Sources) -> bool:
    """Whether two are of the same networks, reports and times; they are compared by identity, being large."""
    return [_parts(counted) for counted in one] == [_parts(counted) for counted in other]


def _parts(counted: Counted | None) -> tuple[int, int, MeasuredTimes | None] | None:
    return None if counted is None else (id(counted.graph), id(counted.report), counted.times)
