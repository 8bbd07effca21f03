"""Lists the tabs of the centre and the docks beside them, with what F1 says of each."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from app.windows.dock_layout import DockPlace
from app.windows.page_tabs import Page

translate = QCoreApplication.translate


def centre_pages(
    atlas: QWidget, layers: QWidget, comparison: QWidget, training: QWidget, ledger: QWidget
) -> tuple[Page, ...]:
    """Return the tabs, in their order."""
    return (
        Page("atlas", translate("Pages", "Atlas"), atlas, translate("Pages",
            "The network along its depth, from the image on the left to the classes on the right. What stands "
            "above one another belongs together. Scroll to zoom, drag to move, click a block to select it."
        )),
        Page("layers", translate("Pages", "Layers"), layers, translate("Pages",
            "Every layer with its shapes and counts. Type in the filter, click a header to sort, and select "
            "rows to see their sum."
        )),
        Page("compare", translate("Pages", "Compare"), comparison, translate("Pages",
            "The reference above, the open architecture below, with their differences. Pin an architecture "
            "(Ctrl+P) to have something to compare with."
        )),
        Page("training", translate("Pages", "Training"), training, translate("Pages",
            "Loss and accuracy of the runs that are ticked in the list. Drag the line to look at another step."
        )),
        Page("ledger", translate("Pages", "Ledger"), ledger, translate("Pages",
            "The count of one image term by term. Choose how a paper or a tool counts, or switch single terms, "
            "until the total is the published figure."
        )),
    )  # fmt: skip


def side_docks(architecture: QWidget, inspector: QWidget, controls: QWidget) -> tuple[DockPlace, ...]:
    """Return the docks: the architecture to the left, the inspector and the run's controls to the right."""
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    return (
        DockPlace("architecture", translate("Pages", "Architecture"), architecture, left, translate("Pages",
            "Published networks, and every field of the open one. One click opens a network; a value that "
            "cannot be is marked where it stands, with what would work."
        )),
        DockPlace("inspector", translate("Pages", "Inspector"), inspector, right, translate("Pages",
            "What the selected block or layer is and costs, with the formulas its counts come from."
        )),
        DockPlace("run", translate("Pages", "Run"), controls, right, translate("Pages",
            "Trains a copy of the open architecture, fitted to the data, for about a minute."
        ), scrolls=True),
    )  # fmt: skip
