"""Lists the tabs of the centre and the docks beside them, with what F1 says of each."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from app.windows.dock_layout import DockPlace
from app.windows.page_tabs import Page

translate = QCoreApplication.translate


def centre_pages(
    atlas: QWidget, layers: QWidget, comparison: QWidget, training: QWidget, ledger: QWidget, studies: QWidget
) -> tuple[Page, ...]:
    """Return the tabs, in their order."""
    return (
        Page("atlas", translate("Pages", "Atlas"), atlas, translate("Pages",
            "The network along its depth, from the image on the left to the classes on the right. What stands "
            "above one another belongs together.\n\n"
            "Scroll to zoom, drag to move, click a block to select it, right-click to edit it, its stage, or a stage "
            "by its name. Drag the right edge of a stage to give it more or fewer blocks.\n\n"
            "← and → walk along the main path, ↑ takes the shortcut's road, ↓ the branch or the gate below. Enter "
            "zooms in, Escape out, + and - by steps, 0 shows everything. Ctrl+F finds, F3 goes on.\n\n"
            "Of the selected block: Ins or A adds one behind it, Del removes it, K changes its kind, S its shortcut. "
            "Of its stage: < and > change the width, T the stride, Shift+K the kind of all blocks. The line under the "
            "tracks says what each would cost.\n\n"
            "The sign beside the name of a track of a run tells how to read it. Drag in the history, or the bar under "
            "the views, to look at another step; F4 plays the run back."
        )),
        Page("layers", translate("Pages", "Layers"), layers, translate("Pages",
            "Every layer with its shapes and counts. Type in the filter, click a header to sort, and select "
            "rows to see their sum."
        )),
        Page("compare", translate("Pages", "Compare"), comparison, translate("Pages",
            "The reference first, under it the open architecture and every other pinned one, each with its "
            "differences. Pin an architecture (Ctrl+P) to have something to compare with."
        )),
        Page("training", translate("Pages", "Training"), training, translate("Pages",
            "Loss and accuracy of the runs that are ticked in the list. Drag the line to look at another step: all "
            "views follow. The bar below goes through the steps at which gradients were captured; F4 plays them."
        )),
        Page("ledger", translate("Pages", "Ledger"), ledger, translate("Pages",
            "The count of one image term by term. Choose how a paper or a tool counts, or switch single terms, "
            "until the total is the published figure."
        )),
        Page("studies", translate("Pages", "Studies"), studies, translate("Pages",
            "Questions that are put to a network on demand: choose one at the left, the network it is put to, "
            "and press Start. It is made on a copy; the run stays as it was, and keeps what was found.\n\n"
            "← and → read a figure that has the focus, in a map ↑ and ↓ too; Enter, or a click, selects the block. "
            "Ctrl+C copies the figure, Ctrl and the wheel zoom, a double click shows all of it again."
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
