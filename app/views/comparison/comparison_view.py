"""Compares the open architecture with the pinned ones: what all are, what they cost, how they train."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QPoint, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.painting.render_drawing import image_of
from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument, Snapshot, analyzed
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.comparison import comparison_menus
from app.views.comparison.canvas_page import CanvasPage
from app.views.comparison.compared import Compared, compared
from app.views.comparison.comparison_canvas import ComparisonCanvas
from app.views.comparison.comparison_header import ComparisonHeader
from app.views.comparison.comparison_tables import ComparisonTables
from app.views.comparison.difference_words import difference_line
from app.views.comparison.empty_state import EmptyState
from app.views.comparison.member_runs import MemberRuns, captured_norms, member_runs
from app.views.comparison.run_curves import RunCurves
from app.views.comparison.totals import markdown_stages, markdown_totals
from app.views.comparison.twin_offers import TwinOffer, twin_offers
from resnet_core.drawing.comparison.comparison_scene import comparison_description, comparison_title
from resnet_core.drawing.comparison.comparison_tracks import TrackChoice
from resnet_core.drawing.display_list import Drawing
from resnet_core.drawing.tracks.track import Track
from resnet_core.export.table_text import table_as_markdown

_COPY_SCALE = 2.0


class ComparisonView(QWidget):
    """The Compare tab. While it is hidden it only notes that it is out of date.

    What the tables and the line compare with the reference is the open architecture, until another is chosen there.
    `tracks_changed` tells that other tracks are shown, which `tracks_state` holds.
    """

    tracks_changed = Signal()

    def __init__(
        self,
        document: ArchitectureDocument,
        selection: SelectionState,
        pinned: PinnedState,
        runs: RunsState,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("comparison_view")
        self.setAccessibleName(self.tr("Compare"))
        self._document, self._selection, self._pinned = document, selection, pinned
        self._runs, self._theme = runs, theme
        self._stale, self._held = True, False
        self._compared: Compared | None = None
        self._chosen: Snapshot | None = None
        self._choice = TrackChoice()
        self._member_runs: MemberRuns = ()
        self.empty = EmptyState(theme, self)
        self.header = ComparisonHeader(self)
        self.canvas = ComparisonCanvas(theme, self)
        self.tables = ComparisonTables(theme, self)
        self.curves = RunCurves(theme, self)
        self._pages = QStackedLayout(self)
        self._content = CanvasPage(theme, self)
        self._lay_out()
        self._listen()

    @property
    def compared(self) -> Compared | None:
        """What is compared, or None where there is nothing to compare with."""
        return self._compared

    @property
    def chosen(self) -> int:
        """The place of the architecture that the tables and the line compare with the reference."""
        assert self._compared is not None
        places = [n for n, s in enumerate(self._compared.members) if self._chosen and s.config == self._chosen.config]
        return places[0] if places and places[0] else self._compared.foremost

    @property
    def has_picture(self) -> bool:
        """Whether there is a drawing to export: where something is compared."""
        if self._stale:
            self._refresh()
        return self._compared is not None

    def picture(self, whole: bool) -> Drawing:
        """Return the shown stretch of depth, or all of it, of all architectures with every shown track and curve.

        Raises ValueError where nothing is compared.
        """
        if not self.has_picture:
            raise ValueError("nothing is compared")
        return self.canvas.picture(whole, self.curves.charts)

    def copy_text(self) -> str:
        """Put what differs and both tables on the clipboard as Markdown; return the text."""
        if self._compared is None:
            return ""
        totals = table_as_markdown(markdown_totals(self._compared))
        stages = table_as_markdown(markdown_stages(self._compared.pair(self.chosen)))
        heading = comparison_title(self.canvas.scene())
        text = "\n".join([f"## {heading}", "", self.header.line.text(), "", totals, stages])
        QGuiApplication.clipboard().setText(text)
        return text

    def copy_image(self, scale: float = _COPY_SCALE) -> QImage:
        """Put what is shown on the clipboard as a picture of `scale` pixels a pixel of the page; return it."""
        image = image_of(self.picture(False), self._theme.colors, scale)
        QGuiApplication.clipboard().setImage(image)
        return image

    def swap(self) -> None:
        """Make the open architecture the reference, and open what was the reference."""
        reference, open_now = self._pinned.reference, self._document.snapshot
        if reference is None or reference.config == open_now.config:
            return
        with _Held(self):
            self._pinned.make_reference(open_now)
            self._pinned.unpin(reference)
            self._document.open_config(reference.config, self.tr("Swap with the reference"))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.header)
        layout.addWidget(self.tables)
        layout.addWidget(self.canvas, 5)
        layout.addWidget(self.curves, 1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._content)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(scroll)
        self.canvas.setObjectName("comparison_canvas")
        self.canvas.setAccessibleName(self.tr("All architectures along the axis of depth"))

    def _listen(self) -> None:
        self._document.changed.connect(self._on_changed)
        self._pinned.changed.connect(self._on_changed)
        self._runs.shown_changed.connect(self._on_runs)
        self._runs.current_changed.connect(self._on_runs)
        self._runs.advanced.connect(self._on_advanced)
        self._selection.changed.connect(self._on_selection)
        self._selection.step_changed.connect(self._on_runs)
        self.canvas.id_chosen.connect(self._selection.select)
        self.canvas.menu_wanted.connect(self._open_menu)
        self.tables.stage_chosen.connect(self._on_stage)
        self.tables.member_chosen.connect(self._choose_member)
        self.curves.step_chosen.connect(self._selection.set_step)
        self.empty.accepted.connect(self._open_twin)
        self.empty.pin_wanted.connect(lambda: self._pinned.make_reference(self._document.snapshot))
        header = self.header
        header.swap_wanted.connect(self.swap)
        header.text_wanted.connect(self.copy_text)
        header.image_wanted.connect(self.copy_image)
        header.reference_chosen.connect(lambda place: self._pinned.make_reference(self._pinned.pinned[place]))
        header.twin_wanted.connect(self._open_twin_of_open)
        header.twins_menu.aboutToShow.connect(self._name_twins)
        header.members_menu.aboutToShow.connect(self._fill_members)
        header.tracks_menu.aboutToShow.connect(self._fill_tracks)

    @Slot()
    def _on_changed(self) -> None:
        self._stale = True
        if self.isVisible() and not self._held:
            self._refresh()

    def _refresh(self) -> None:
        self._stale = False
        snapshot, pinned = self._document.snapshot, self._pinned.pinned
        now = compared(pinned, snapshot) if pinned else None
        if now is None or len(now.members) == 1:
            self._compared = None
            self.empty.show_offers(snapshot, is_reference=now is not None)
            self._pages.setCurrentIndex(0)
            return
        self._compared = now
        self.canvas.setAccessibleDescription(comparison_description(now.alignment, QCoreApplication.translate))
        self.canvas.show_alignment(now.alignment, self._choice)
        self._show_chosen()
        self._show_runs()
        self._show_selection()
        self._pages.setCurrentIndex(1)

    def _show_chosen(self) -> None:
        """Show the tables and the line of the architecture that is compared with the reference."""
        assert self._compared is not None
        pair = self._compared.pair(self.chosen)
        line = difference_line(pair)
        if len(self._compared.members) > 2:
            line = self.tr("{name}: {line}").format(name=pair.names[1], line=line)
        self.header.show_names(self._compared, len(self._pinned.pinned), line)
        self.tables.show_compared(self._compared, self.chosen)

    def _show_runs(self) -> None:
        if self._compared is not None:
            step = self._selection.step
            self._member_runs = member_runs(self._runs, self._compared)
            self.canvas.show_captured(captured_norms(self._member_runs, step))
            self.curves.show_runs(self._compared, self._member_runs, step)

    def _show_selection(self) -> None:
        self.canvas.show_selection(self._selection.selected)
        column = self.canvas.highlighted
        self.tables.stages.highlight(column.partition(".")[0])

    @Slot()
    def _on_runs(self) -> None:
        if self.isVisible() and not self._stale:
            self._show_runs()
        else:
            self._stale = True

    @Slot(str)
    def _on_advanced(self, key: str) -> None:
        """Follow a run only where it is one of those shown, or may have become one."""
        if not self.isVisible():
            self._stale = True
        elif not self._stale and any(run is None or run.key == key for run in self._member_runs):
            self._show_runs()

    @Slot(str)
    def _on_selection(self, _id: str) -> None:
        if self.isVisible() and not self._stale and self._compared is not None:
            self._show_selection()
        else:
            self._stale = True

    @Slot(str)
    def _on_stage(self, stage: str) -> None:
        """Select the first block of a clicked stage."""
        block = f"{stage}.0"
        if block in self._document.snapshot.graph.block_by_id:
            self._selection.select(block)

    @Slot(int)
    def _choose_member(self, place: int) -> None:
        """Compare another architecture with the reference in the tables and the line."""
        assert self._compared is not None
        self._chosen = self._compared.members[place]
        self._show_chosen()

    @Slot(object)
    def _open_twin(self, offer: TwinOffer) -> None:
        """Pin what is open as the reference, pin all but the last of what is offered, and open the last."""
        if not offer.configs:
            return
        *pins, last = offer.configs
        with _Held(self):
            self._pinned.make_reference(self._document.snapshot)
            for config in pins:
                self._pinned.pin(analyzed(config))
            self._document.open_config(last, offer.undo_text)

    @Slot(str)
    def _open_twin_of_open(self, key: str) -> None:
        self._open_twin(next(offer for offer in twin_offers(self._document.config) if offer.key == key))

    def _open_pin(self, snapshot: Snapshot) -> None:
        undo_text = self.tr("Open {name}").format(name=snapshot.config.name)
        self._document.open_config(snapshot.config, undo_text)

    def tracks_state(self) -> dict[str, object]:
        """Return which tracks are shown, as plain values."""
        return self._choice.to_dict()

    def restore_tracks(self, state: Mapping[str, object]) -> None:
        """Take what `tracks_state` returned, from any version; what is unknown is left out."""
        self._choose_tracks(TrackChoice.from_dict(state))

    def _choose_tracks(self, choice: TrackChoice) -> None:
        if choice == self._choice:
            return
        self._choice = choice
        self.tracks_changed.emit()
        if self._compared is not None:
            self.canvas.show_alignment(self._compared.alignment, choice)
            self._show_runs()
            self._show_selection()

    def _name_twins(self) -> None:
        offers = twin_offers(self._document.config)
        self.header.name_twins({offer.key: (offer.text, bool(offer.configs)) for offer in offers})

    def _fill_members(self) -> None:
        self.header.members_menu.clear()
        if self._compared is not None:
            comparison_menus.fill_pins(self.header.members_menu, self._compared, self._pinned, self._open_pin)

    def _fill_tracks(self) -> None:
        self.header.tracks_menu.clear()
        comparison_menus.fill_tracks(self.header.tracks_menu, self._choice, self._choose_tracks)

    def menu_for(self, track: Track | None) -> QMenu:
        """Return the menu of a track: of its architecture, whether it is shown, and all other tracks."""
        menu = QMenu(self)
        place = getattr(track, "member", None)
        if self._compared is not None and place is not None:
            comparison_menus.add_heading(menu, self._compared.names[place].replace("&", "&&"))
            comparison_menus.add_member(menu, self._compared, place, self._pinned, self._open_pin)
        elif self._compared is not None:
            inner = menu.addMenu(self.tr("Pins"))
            comparison_menus.fill_pins(inner, self._compared, self._pinned, self._open_pin)
        menu.addSeparator()
        if track is not None:
            comparison_menus.add_hide(menu, track, self._choice, self._choose_tracks)
        comparison_menus.fill_tracks(menu.addMenu(self.tr("Tracks")), self._choice, self._choose_tracks)
        return menu

    @Slot(object, QPoint)
    def _open_menu(self, track: Track | None, place: QPoint) -> None:
        menu = self.menu_for(track)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)


class _Held:
    """Holds back a view's refreshes while several states change together; one follows at the end."""

    def __init__(self, view: ComparisonView) -> None:
        self._view = view

    def __enter__(self) -> None:
        self._view._held = True

    def __exit__(self, *_exception: object) -> None:
        self._view._held = False
        if self._view._stale:
            self._view._on_changed()
