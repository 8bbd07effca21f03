"""Keeps the tracks of the open architecture: makes those that are shown, anew when what they show is another."""

from __future__ import annotations

from collections.abc import Mapping

from app.state.architecture_document import ArchitectureDocument, Snapshot
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from resnet_core.drawing.tracks.arrangement import Arrangement
from resnet_core.drawing.tracks.catalog import Counted, TrackSources, make_track
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.titles import FRESH, TITLES
from resnet_core.drawing.tracks.track import Track


class AtlasTracks:
    """The tracks by key, and the run that those of a run show.

    A track is an immutable value; only the flow, which grows with a run, is shared by those that show it.
    """

    def __init__(
        self, document: ArchitectureDocument, selection: SelectionState, pinned: PinnedState, runs: RunsState
    ) -> None:
        self._document, self._selection, self._pinned, self._runs = document, selection, pinned, runs
        self.arrangement: Arrangement = FRESH
        self.flow = FlowData()
        self.snapshot: Snapshot = document.snapshot
        self._made: dict[str, Track] = {}
        self._of: object = None

    def refresh(self) -> bool:
        """Take the document, the reference and the run as they are now; return whether the network is another."""
        before, self.snapshot = self.snapshot, self._document.snapshot
        now = (self.snapshot, self._reference())
        if now != self._of:
            self._of, self._made = now, {}
        self.take_run()
        return before is not self.snapshot

    def take_run(self) -> None:
        """Take the run of the open architecture, and the step that is looked at."""
        self.flow.set_run(self._runs.run_for(self.snapshot.graph))
        self.take_step()

    def take_step(self) -> None:
        """Take the step that is looked at."""
        self.flow.set_step(self._selection.step)

    def shown(self) -> tuple[Track, ...]:
        """Return the shown tracks in order."""
        return tuple(self._track(key) for key in self.arrangement.shown)

    def titles(self) -> Mapping[str, str]:
        """Return the marked name of every track there is, by key, in order."""
        return {key: TITLES[key] for key in self.arrangement.order}

    def _track(self, key: str) -> Track:
        if key not in self._made:
            reference = self._reference()
            sources = TrackSources(
                Counted(self.snapshot.graph, self.snapshot.report),
                self.flow,
                Counted(reference.graph, reference.report) if reference is not None else None,
            )
            self._made[key] = make_track(key, sources)
        return self._made[key]

    def _reference(self) -> Snapshot | None:
        """Return the pinned reference, unless it is what is open."""
        reference = self._pinned.reference
        return reference if reference is not None and reference.config != self.snapshot.config else None
