"""Holds the sentences about a pass, marked for translation: of stages and blocks, and of layers by their kind."""

from __future__ import annotations

from collections.abc import Mapping

from resnet_core.architecture.layers import ACTIVATION_KINDS, NORM_KINDS
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

FORWARD: Mapping[str, str] = {
    "stem": N_("Drawing", "The image, {from}, enters; the stem makes {to} of it"),
    "head": N_("Drawing", "The head turns {from} into {to} numbers"),
    "backbone": N_("Drawing", "There is no head: the feature maps are what the network puts out"),
    "stage": N_("Drawing", "{id}: {count} blocks. In each, a copy goes round while the branch computes, and both are "
                           "added: {to}"),
    "plain_stage": N_("Drawing", "{id}: {count} blocks with one road only; nothing of what enters goes round them: "
                                 "{to}"),
    "fork_identity": N_("Drawing", "{id}: x, {from}, takes two roads: through the branch, and unchanged round it"),
    "fork_projection": N_("Drawing", "{id}: x, {from}, takes two roads: through the branch, and round it through the "
                                     "projection"),
    "fork_zero_pad": N_("Drawing", "{id}: x, {from}, takes two roads: through the branch, and round it, padded with "
                                   "zeros"),
    "fork_weighed": N_("Drawing", "{id}: x, {from}, takes two roads: through the branch, and, weighed, round it"),
    "roads_identity": N_("Drawing", "{id}: the branch computes F(x) while x, {from}, waits at the addition"),
    "roads_projection": N_("Drawing", "{id}: the projection makes {from} into {to} so that both can be added"),
    "roads_zero_pad": N_("Drawing", "{id}: x is subsampled and padded with zero channels, {from} to {to}, so that both "
                                    "can be added"),
    "roads_weighed": N_("Drawing", "{id}: the branch computes F(x); what goes round it is weighed and waits at the "
                                   "addition"),
    "meet": N_("Drawing", "{id}: the addition makes H(x) = F(x) + x of both: {to}"),
    "meet_projection": N_("Drawing", "{id}: the addition makes H(x) = F(x) + P(x) of both: {to}"),
    "meet_weighed": N_("Drawing", "{id}: the addition makes H(x) of both: {to}"),
    "plain": N_("Drawing", "{id}: one road only. H(x) = F(x): what the branch does not pass on is lost"),
    "end": N_("Drawing", "The pass forward is over. The loss compares what came out with what should have, and its "
                         "gradient starts back"),
}  # fmt: skip
BACKWARD: Mapping[str, str] = {
    "stem": N_("Drawing", "The last stretch: through the stem to its first weights"),
    "head": N_("Drawing", "From the loss, the gradient comes back through the head, with the shape of what came in: "
                          "{from}"),
    "backbone": N_("Drawing", "The gradient comes back from what reads the feature maps"),
    "stage": N_("Drawing", "{id}: {count} blocks. At each addition both roads carry the same gradient; at each fork "
                           "they add up"),
    "plain_stage": N_("Drawing", "{id}: {count} blocks with one road only: the gradient is multiplied by every layer's "
                                 "weights in turn"),
    "fork": N_("Drawing", "{id}: at the addition both roads carry the same gradient"),
    "roads_identity": N_("Drawing", "{id}: round the branch the gradient passes unchanged; through it, every layer's "
                                    "derivative multiplies it"),
    "roads_projection": N_("Drawing", "{id}: through the branch every layer's derivative multiplies the gradient; "
                                      "round it, the projection's does"),
    "roads_zero_pad": N_("Drawing", "{id}: round the branch the gradient passes but for the padded channels, which end "
                                    "there"),
    "roads_weighed": N_("Drawing", "{id}: through the branch every layer's derivative multiplies the gradient; round "
                                   "it, the weight does that x was given"),
    "meet": N_("Drawing", "{id}: at the fork branch and skip add up, as vectors. {why}"),
    "meet_sum": N_("Drawing", "{id}: branch and skip add up to ‖g‖ {sum}"),
    "meet_both": N_("Drawing", "{id}: branch ({branch}) and skip ({skip}) add up, as vectors, to ‖g‖ {sum}"),
    "meet_angle": N_("Drawing", "{id}: branch ({branch}) and skip ({skip}), at cosine {cosine}, add up to ‖g‖ {sum}"),
    "plain": N_("Drawing", "{id}: one road only. The gradient is multiplied by every layer's derivative. {why}"),
    "plain_norms": N_("Drawing", "{id}: one road only. The gradient is multiplied by every layer's derivative: ‖g‖ "
                                 "{out} became {sum}"),
    "end": N_("Drawing", "The pass backward is over: every weight has met the gradient once and knows which way to "
                         "change"),
}  # fmt: skip
NO_NORMS = N_("Drawing", "Train or probe to see norms.")

LAYER_FORWARD: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"input"}), N_("Drawing", "the image: {to}")),
    (frozenset({"output"}), N_("Drawing", "what the network puts out: {to}")),
    (frozenset({"add"}), N_("Drawing", "both roads meet and are added value by value, {to}")),
    (frozenset({"multiply"}), N_("Drawing", "the attention's weights multiply the tensor, {to}")),
    (frozenset({"conv"}), N_("Drawing", "a {kernel} convolution makes {to} of {from}")),
    (frozenset({"channel_conv"}), N_("Drawing", "weights mix neighbouring channels, {to}")),
    (frozenset({"linear"}), N_("Drawing", "each of {to} outputs is a weighted sum of all {from} inputs")),
    (NORM_KINDS, N_("Drawing", "the values are normalised, then scaled and shifted by learned weights, {to}")),
    (ACTIVATION_KINDS, N_("Drawing", "the activation acts on every value, {to}")),
    (frozenset({"zero_pad"}), N_("Drawing", "subsampled and padded with zero channels: {from} to {to}")),
    (frozenset({"average_pool"}), N_("Drawing", "each map becomes its mean: {from} to {to}")),
    (frozenset({"global_max_pool"}), N_("Drawing", "each map becomes its largest value: {from} to {to}")),
    (frozenset({"max_pool", "local_average_pool", "blur_pool"}),
     N_("Drawing", "each {kernel} window becomes one value: {from} to {to}")),
    (frozenset({"dropout"}), N_("Drawing", "in training some values are dropped at random, {to}")),
    (frozenset({"drop_path"}), N_("Drawing", "in training the whole branch is dropped now and then, {to}")),
)  # fmt: skip
LAYER_OTHER = N_("Drawing", "{from} to {to}")
LAYER_BACKWARD: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"add"}), N_("Drawing", "an addition hands the same gradient, {to}, to both roads")),
    (frozenset({"multiply"}), N_("Drawing", "each factor's gradient is multiplied by the other factor, {to}")),
    (frozenset({"conv", "channel_conv", "linear"}), N_("Drawing", "the weights learn here, and turned round they pass "
                                                                  "the gradient on: {to} to {from}")),
    (ACTIVATION_KINDS, N_("Drawing", "each value of the gradient is multiplied by the activation's slope there, "
                                     "{from}")),
    (NORM_KINDS, N_("Drawing", "the gradient is rescaled, without what would only shift or stretch the values, "
                               "{from}")),
    (frozenset({"input"}), N_("Drawing", "the image: here the gradient ends, {to}")),
    (frozenset({"output"}), N_("Drawing", "the loss gives the first gradient, {to}")),
)  # fmt: skip
LAYER_BACK_OTHER = N_("Drawing", "the gradient goes back through it, {to} to {from}")
