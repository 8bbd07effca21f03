"""Draws what a run does to each block's weights and to the signal: gradient, update against weight, variances."""

from __future__ import annotations

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.layer_profile_track import LayerProfileTrack
from resnet_core.drawing.tracks.profile_track import ProfileLine, ProfileTrack
from resnet_core.drawing.tracks.track import LegendEntry
from resnet_core.number_text import exact

USUAL_UPDATE = -3
"""Updates of a thousandth of the weights a step are a common rule of thumb, as an exponent of ten."""


class UpdateRatioTrack(LayerProfileTrack):
    """||dw|| / ||w|| of each block's or layer's parameters at the step that is looked at."""

    key = "update_ratio"
    height = 84.0
    guide = USUAL_UPDATE
    layer_quantity = "update_ratio"

    def __init__(self, data: FlowData) -> None:
        super().__init__(data, ProfileLine("update_ratio"))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return with_step("‖Δw‖ / ‖w‖", self, self._data, say)

    def explanation(self) -> str:
        """Return what a healthy ratio is."""
        return N_("Atlas", "How far one step moves a block's weights, beside their own size. Around 10⁻³ is a rule of "
                  "thumb for a healthy learning rate (CS231n): far above it training jumps, far below it "
                  "hardly learns. Near by it is shown of each layer.")  # fmt: skip


class ParameterGradientTrack(LayerProfileTrack):
    """||dLoss/dw|| of each block's or layer's parameters at the step that is looked at."""

    key = "parameter_gradient"
    height = 84.0
    layer_quantity = "gradient_norm"

    def __init__(self, data: FlowData) -> None:
        super().__init__(data, ProfileLine("parameter_gradient_norm"))

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return with_step("‖∂L/∂w‖₂", self, self._data, say)

    def explanation(self) -> str:
        """Return how to read it."""
        return N_("Atlas", "The L2 norm of the loss's gradient over all the parameters of a block, near by of a layer; "
                  "weight decay is left out. Blocks of one stage are alike where learning is healthy. A layer at 0 "
                  "does not learn at all; one that is decades above the others sets how large a step can be (Glorot "
                  "and Bengio 2010).")  # fmt: skip


class SignalVarianceTrack(ProfileTrack):
    """Variance of each block's output and of what its branch adds, at the step that is looked at."""

    key = "signal_variance"
    height = 84.0

    def __init__(self, data: FlowData, *, has_branches: bool) -> None:
        """`has_branches`: whether any block adds its branch to a shortcut; else there is nothing but the stream."""
        lines = [ProfileLine("stream_variance")]
        if has_branches:
            branch = ProfileLine("branch_variance", "second_profile", "second_profile_fine", "second_dot", False)
            lines.append(branch)
        self._has_branches = has_branches
        super().__init__(data, lines)

    def subtitle(self, say: Say) -> str:
        """Return what is measured, and at which step."""
        return with_step(say("Atlas", N_("Atlas", "by channel")), self, self._data, say)

    def explanation(self) -> str:
        """Return how to read the two lines."""
        return N_("Atlas", "The variance of each block's output over batch and space, mean over channels, and that of "
                  "what its branch adds. Without a norm on the stream it grows by as much as each branch adds and "
                  "begins anew where a stage does; branches that add less and less hardly change the signal (Brock et "
                  "al. 2021, arXiv 2101.08692).")  # fmt: skip

    def legend(self) -> tuple[LegendEntry, ...]:
        """Return what the two lines are."""
        if not self.has_rows or not self._has_branches:
            return ()
        return (
            LegendEntry("profile", N_("Drawing", "stream, H(x)")),
            LegendEntry("second_profile", N_("Drawing", "branch, F(x)")),
        )


def with_step(words: str, track: ProfileTrack, data: FlowData, say: Say) -> str:
    """Return what is measured with the step that is looked at, where there is one."""
    if not track.has_rows:
        return words
    text = say("Atlas", N_("Atlas", "%1, step %2"))
    return text.replace("%1", words).replace("%2", exact(data.shown_step))
