"""Compares the open architecture with the pinned reference: what both are, what they cost, how they train."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.runs_state import RunsState
from app.state.selection_state import SelectionState
from app.views.comparison.aligned_pair import AlignedPair, aligned_pair
from app.views.comparison.canvas_page import CanvasPage
from app.views.comparison.comparison_header import ComparisonHeader
from app.views.comparison.comparison_tables import ComparisonTables
from app.views.comparison.depth_canvas import ComparisonCanvas
from app.views.comparison.difference_words import difference_line
from app.views.comparison.empty_state import EmptyState
from app.views.comparison.paired_runs import PairedRuns, paired_runs
from app.views.comparison.run_curves import RunCurves
from app.views.comparison.totals import markdown_tables
from app.views.comparison.twin_offers import TwinOffer, twin_offers
from resnet_core.export.table_text import table_as_markdown


class ComparisonView(QWidget):
    """The Compare tab. While it is hidden it only notes that it is out of date."""

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
        self._runs = runs
        self._stale, self._held = True, False
        self._pair: AlignedPair | None = None
        self._paired_runs = PairedRuns()
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
    def pair(self) -> AlignedPair | None:
        """What is compared, or None where there is nothing to compare with."""
        return self._pair

    def copy_text(self) -> str:
        """Put what differs and both tables on the clipboard as Markdown; return the text."""
        if self._pair is None:
            return ""
        heading = self.tr("{open} against {reference}").format(
            open=self._pair.open.config.name, reference=self._pair.reference.config.name
        )
        totals, stages = (table_as_markdown(table) for table in markdown_tables(self._pair))
        text = "\n".join([f"## {heading}", "", self.header.line.text(), "", totals, stages])
        QGuiApplication.clipboard().setText(text)
        return text

    def copy_image(self) -> QPixmap:
        """Put the comparison on the clipboard as a picture; return it."""
        picture = self._content.grab()
        QGuiApplication.clipboard().setPixmap(picture)
        return picture

    def swap(self) -> None:
        """Make the open architecture the reference, and open what was the reference."""
        reference = self._pinned.reference
        if reference is None:
            return
        open_now = self._document.snapshot
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
        self.canvas.setAccessibleName(self.tr("Both architectures along the axis of depth"))

    def _listen(self) -> None:
        self._document.changed.connect(self._on_changed)
        self._pinned.changed.connect(self._on_changed)
        self._runs.shown_changed.connect(self._on_runs)
        self._runs.current_changed.connect(self._on_runs)
        self._runs.advanced.connect(self._on_advanced)
        self._selection.changed.connect(self._on_selection)
        self._selection.step_changed.connect(self._on_runs)
        self.canvas.id_chosen.connect(self._selection.select)
        self.tables.stage_chosen.connect(self._on_stage)
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

    @Slot()
    def _on_changed(self) -> None:
        self._stale = True
        if self.isVisible() and not self._held:
            self._refresh()

    def _refresh(self) -> None:
        self._stale = False
        snapshot, reference = self._document.snapshot, self._pinned.reference
        if reference is None or reference.config == snapshot.config:
            self._pair = None
            self.empty.show_offers(snapshot, is_reference=reference is not None)
            self._pages.setCurrentIndex(0)
            return
        pair = self._pair = aligned_pair(reference, snapshot)
        self.header.show_names(self._pinned.pinned, snapshot, difference_line(pair))
        self.tables.show_pair(pair)
        self.canvas.show_pair(pair)
        self._show_runs()
        self._show_selection()
        self._pages.setCurrentIndex(1)

    def _show_runs(self) -> None:
        if self._pair is not None:
            self._paired_runs = paired_runs(self._runs, self._pair)
            self.canvas.show_runs(self._paired_runs, self._selection.step)
            self.curves.show_runs(self._pair, self._paired_runs, self._selection.step)

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
        """Follow a run only where it is one of the two, or may have become one."""
        if not self.isVisible():
            self._stale = True
        elif not self._stale and (key in self._paired_runs.keys or not all(self._paired_runs)):
            self._show_runs()

    @Slot(str)
    def _on_selection(self, _id: str) -> None:
        if self.isVisible() and not self._stale and self._pair is not None:
            self._show_selection()
        else:
            self._stale = True

    @Slot(str)
    def _on_stage(self, stage: str) -> None:
        """Select the first block of a clicked stage."""
        block = f"{stage}.0"
        if block in self._document.snapshot.graph.block_by_id:
            self._selection.select(block)

    @Slot(object)
    def _open_twin(self, offer: TwinOffer) -> None:
        """Pin what is open as the reference, and open its twin."""
        if offer.config is None:
            return
        with _Held(self):
            self._pinned.make_reference(self._document.snapshot)
            self._document.open_config(offer.config, offer.undo_text)

    @Slot(str)
    def _open_twin_of_open(self, key: str) -> None:
        self._open_twin(next(offer for offer in twin_offers(self._document.config) if offer.key == key))

    def _name_twins(self) -> None:
        offers = twin_offers(self._document.config)
        self.header.name_twins({offer.key: (offer.text, offer.config is not None) for offer in offers})


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
