"""Says of each track of a run what it shows, what healthy and sick look like, and the paper to read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_


class TrackWords(NamedTuple):
    """Four marked texts on a track; `paper` names authors, year and title, `arxiv` is its number there or empty."""

    shows: str
    healthy: str
    sick: str
    paper: str
    arxiv: str = ""


_YANG = "Yang et al. 2019, A Mean Field Theory of Batch Normalization"
_VEIT = "Veit et al. 2016, Residual Networks Behave Like Ensembles of Relatively Shallow Networks"
_BROCK = "Brock et al. 2021, Characterizing Signal Propagation to Close the Performance Gap in Unnormalized ResNets"
_IDENTITY = "He et al. 2016, Identity Mappings in Deep Residual Networks"
_LARS = "You et al. 2017, Large Batch Training of Convolutional Networks; the rule of thumb is of Stanford's CS231n"

_DE = "De and Smith 2020, Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks"
_LU = "Lu et al. 2019, Dying ReLU and Initialization: Theory and Numerical Examples"
_IOFFE = (
    "Ioffe and Szegedy 2015, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
    "Shift"
)
_GLOROT = "Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks, AISTATS"

WORDS: Mapping[str, TrackWords] = MappingProxyType({
    "structure": TrackWords(
        N_("Atlas", "The stronger the colour of a block, the larger the gradient at its input, on the scale beside "
           "the name, which is that of the gradient norm over the whole run. At each fork the gradient comes back "
           "by two ways: the blue band along the shortcut and the amber one along the branch are as wide as their "
           "shares of its square."),
        N_("Atlas", "Blocks of much the same colour, and broad blue bands: the shortcuts carry the gradient past "
           "most branches, which is why a residual network can be deep."),
        N_("Atlas", "A colour that fades towards the input is a gradient that vanishes, one that deepens is one "
           "that grows. A shortcut without a band carries nothing: its block passes the gradient through its branch "
           "alone, as in a plain network."),
        _IDENTITY, "1603.05027",
    ),
    "gradient_norm": TrackWords(
        N_("Atlas", "How strongly the mean loss of the batch, in train mode, depends on the tensor at each block's "
           "input: the norm of ∂L/∂x at the step that is looked at, with earlier steps paler behind it. L2 adds up "
           "the whole batch, the root mean square is that of one value; the track's menu switches."),
        N_("Atlas", "A level line: every block hears of the loss at much the same strength. r = (G_in / G_out)^(2 / "
           "layers), the growth of the squared norm a layer, is then near 1, the level dotted line."),
        N_("Atlas", "A line that falls towards the input vanishes, one that climbs explodes. With BatchNorm and no "
           "shortcuts it climbs: π/(π − 1) = 1.467 a layer, the steep dotted line, is expected of wide networks. "
           "True vanishing needs small weights and no norm layers. A cross is a gradient of 0, of infinity or of "
           "NaN."),
        _YANG, "1902.08129",
    ),
    "skip_branch": TrackWords(
        N_("Atlas", "Where branch and shortcut part, the gradient that comes back through each. The share p = "
           "‖g_F‖² / (‖g_F‖² + ‖g_S‖²) of the branch stands below, that of the shortcut above; the track's menu "
           "shows the two norms or their cosine instead. The sum of p is the effective depth: how many branches the "
           "gradient passes through on average. A block without a shortcut counts as 1."),
        N_("Atlas", "Small shares of the branches: an effective depth far below the number of blocks, with most of "
           "the gradient on short paths. In the first block of a stage the branch has more to say than at the last."),
        N_("Atlas", "Shares near 1 everywhere: the shortcuts are drowned, and the network behaves as a plain one of "
           "full depth, whose gradient is a product of all blocks and may vanish or explode. Shares of exactly 0 "
           "are branches that do not learn, as at the first step after zero-initialisation."),
        _VEIT, "1605.06431",
    ),
    "update_ratio": TrackWords(
        N_("Atlas", "How far one step moves a block's weights, beside their own size: ‖Δw‖ / ‖w‖ of the update as "
           "it was made, with momentum and weight decay."),
        N_("Atlas", "About 10⁻³, the dotted line, and much the same in every block."),
        N_("Atlas", "Far above it training jumps, and an exploding gradient shows as blocks near the input that are "
           "thrown about. Far below it a block hardly learns: where the gradient vanishes, or the learning rate is "
           "spent."),
        _LARS, "1708.03888",
    ),
    "signal_variance": TrackWords(
        N_("Atlas", "The variance of each block's output over batch and space, mean over channels, and that of what "
           "its branch adds."),
        N_("Atlas", "A stream that grows by about as much a block as the branch adds, and begins anew where a stage "
           "does; or one that BatchNorm holds level."),
        N_("Atlas", "A stream that grows by a factor a block explodes on the way forward; branches far below the "
           "stream hardly change it, so later blocks do little. A variance of 0 is a signal that has died."),
        _BROCK, "2101.08692",
    ),
    "parameter_gradient": TrackWords(
        N_("Atlas", "The L2 norm of the loss's gradient over all the parameters of a block, near by of a layer; "
           "weight decay is left out."),
        N_("Atlas", "Blocks of one stage are alike, and no layer is decades away from its neighbours."),
        N_("Atlas", "A gradient that vanishes leaves the first blocks with next to nothing; one that explodes sets, "
           "at the layers where it is largest, how large a step can be. A layer at 0 does not learn at all."),
        _GLOROT,
    ),
    "branch_stream": TrackWords(
        N_("Atlas", "How much a block's branch adds, beside what it adds to: ‖F(x)‖ / ‖x‖."),
        N_("Atlas", "At the start a pre-activation network with BatchNorm follows the dotted guide, 1/√l in the "
           "l-th block of a stage: deep blocks are close to the identity, which is what makes them trainable."),
        N_("Atlas", "Far above 1 the branch drowns the stream, and signal and gradient behave as in a plain "
           "network. Near 0 the branch does nothing, and the block can be left out."),
        _DE, "2002.10444",
    ),
    "dead_units": TrackWords(
        N_("Atlas", "The share of channels that a ReLU leaves at 0 at every place of every image of the batch, of "
           "that of the block's ReLUs that has most of them. Such a channel gets no gradient from these images."),
        N_("Atlas", "A line near 0, and a share that does not stay once it has come."),
        N_("Atlas", "A share that climbs and stays has been killed by updates that were too large, as exploding "
           "gradients make them. From nine tenths on a block is called dead: next to nothing comes through its "
           "branch, forward or back."),
        _LU, "1903.06733",
    ),
    "norm_drift": TrackWords(
        N_("Atlas", "How far a batch's mean and deviation lie from the running ones that the network is tested "
           "with, in running standard deviations, mean over the block's BatchNorm channels."),
        N_("Atlas", "It begins large, as nothing has been averaged yet, and settles at the noise of one batch."),
        N_("Atlas", "Where it stays near 1 or climbs, weights move faster than the average follows: tests lag "
           "behind training. Exploding gradients near the input show here, too; a lower learning rate mends it."),
        _IOFFE, "1502.03167",
    ),
    "gradient_history": TrackWords(
        N_("Atlas", "Each captured step of a run is a row, the first at the top, and each block a column; the "
           "colour is the gradient norm at the block's input. Drag the line to look at another step: every view "
           "follows. The track's menu shows the history of the branch's share, of the updates or of the signal's "
           "variance instead."),
        N_("Atlas", "Rows of one colour: the gradient is as large at the input as at the output. Residual networks "
           "begin so; plain ones with BatchNorm often come to it within some steps."),
        N_("Atlas", "Rows that darken to the left vanish, rows that lighten to the left explode. A triangle marks "
           "where that first goes a thousandfold, or where a number is lost; a click on it goes there."),
        _YANG, "1902.08129",
    ),
})  # fmt: skip
"""The words by the key of the track; those of the structure are for its coloured variant."""
