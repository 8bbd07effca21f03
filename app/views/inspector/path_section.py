"""Shows through how many branches the gradient of a run goes: now, by step, and how that is spread over the lengths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.services.theme import Theme
from app.state.runs_state import ShownRun
from app.state.selection_state import SelectionState
from app.views.inspector.path_picture import PathPicture
from app.views.inspector.sparkline import CountSparkline, row_at
from resnet_core.analysis.branch_share import branch_shares, effective_depth
from resnet_core.analysis.gradient_profile import path_length_shares
from resnet_core.architecture.graph import Graph
from resnet_core.drawing.tracks.flow_quantity import has_shortcut
from resnet_core.number_text import decimal, exact

translate = QCoreApplication.translate
FloatArray = NDArray[np.float64]
_MIDDLE = (0.1, 0.9)


class PathSection(QWidget):
    """A heading, the distribution of path lengths, the effective depth by step, and both in a sentence."""

    def __init__(self, selection: SelectionState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_paths")
        self.picture = PathPicture(theme, self)
        self.picture.setAccessibleName(self.tr("Share of the gradient by the number of branches it goes through"))
        self.picture.setToolTip(self.tr(
            "Amber: through how many branches the gradient goes at this step. Grey: how many of all ways through the "
            "network are that long, were each taken alike. Veit et al. 2016, arXiv 1605.06431, found that short paths "
            "carry most of the gradient; this estimate takes each fork's shares for independent of the others."
        ))  # fmt: skip
        self.curve = CountSparkline(theme, self)
        self.curve.setObjectName("effective_depth_curve")
        self.curve.setAccessibleName(self.tr("Effective depth by step"))
        self.curve.setToolTip(self.tr("Effective depth by step: Σ p, p = ‖g_F‖² / (‖g_F‖² + ‖g_S‖²)"))
        self.curve.step_picked.connect(selection.set_step)
        self.value = QLabel(self)
        self.value.setObjectName("effective_depth")
        self.value.setWordWrap(True)
        self.value.setProperty("role", "muted")
        self._depths: tuple[str, FloatArray] = ("", np.empty(0))
        self._ways: tuple[NDArray[np.bool_], FloatArray] = (np.empty(0, np.bool_), np.empty(0))
        heading = QLabel(self.tr("Paths of the gradient"), self)
        heading.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(2)
        for widget in (heading, self.value, self.picture, self.curve):
            column.addWidget(widget)

    def show_run(self, run: ShownRun | None, graph: Graph, step: int | None) -> bool:
        """Show the paths at a step of the run of `graph`; return whether there is anything to say."""
        forks = has_shortcut(graph)
        if run is None or not len(run.gradient_steps) or not forks.any():
            return False
        depths = self._depths_of(run, forks)
        known = depths is not None
        self.picture.setVisible(known)
        self.curve.setVisible(known and len(run.gradient_steps) > 1)
        if depths is None:
            self.value.setText(self.tr("This run was recorded by an earlier version, which did not measure the forks."))
            return True
        row = row_at(run.gradient_steps, step)
        shares = np.where(forks, _shares_at(run, row, row + 1)[0], 1.0)
        lengths = path_length_shares(shares)
        self.picture.show_shares(lengths, self._all_ways(forks))
        self.curve.show_series(run.gradient_steps, depths, step)
        self._say(float(depths[row]), lengths, int(run.gradient_steps[row]))
        return True

    def _say(self, depth: float, lengths: FloatArray, step: int) -> None:
        if not np.isfinite(lengths).all():
            text = self.tr("No effective depth at step {step}: a gradient at a fork is 0 or no finite number.")
            self.value.setText(text.format(step=exact(step)))
            return
        low, high = np.searchsorted(np.cumsum(lengths), _MIDDLE).tolist()
        text = translate(
            "PathSection",
            "Effective depth {depth} of {count} at step {step}: 80 % of the gradient goes through {lengths} branches.",
        )
        some = exact(low) if low == high else self.tr("{low} to {high}").format(low=exact(low), high=exact(high))
        words = text.format(depth=decimal(depth, 1), count=exact(len(lengths) - 1), step=exact(step), lengths=some)
        self.value.setText(words)

    def _depths_of(self, run: ShownRun, forks: NDArray[np.bool_]) -> FloatArray | None:
        """Return the effective depth at every capture [S]; only of those that are new is it worked out."""
        if not {"branch_norm", "shortcut_norm"} <= set(run.block_quantities):
            return None
        key, known = self._depths
        if key != run.key or len(known) > len(run.gradient_steps):
            known = np.empty(0)
        new = _shares_at(run, len(known), len(run.gradient_steps))
        depths = np.concatenate((known, [effective_depth(row, forks) for row in new]))
        self._depths = run.key, depths
        return depths

    def _all_ways(self, forks: NDArray[np.bool_]) -> FloatArray:
        """Return of all ways through the network the share of each length."""
        if self._ways[0] is not forks:  # the same network has the same array
            self._ways = forks, path_length_shares(np.where(forks, 0.5, 1.0))
        return self._ways[1]


def _shares_at(run: ShownRun, first: int, stop: int) -> FloatArray:
    branch, shortcut = (run.block_quantities[name][first:stop] for name in ("branch_norm", "shortcut_norm"))
    return branch_shares(branch, shortcut)
