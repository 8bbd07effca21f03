"""Says in words what the tracks of a run show: a value with its place and step, alerts, and why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from resnet_core.analysis.flow_alerts import AlertKind, FlowAlert
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.depth_axis import DepthAxis
from resnet_core.drawing.say import Say
from resnet_core.drawing.tracks.flow_data import FlowData
from resnet_core.drawing.tracks.flow_quantity import FLOW_QUANTITIES, FlowKey
from resnet_core.number_text import decimal, exact, scientific
from resnet_core.runs.run_events import LayerQuantity

_ALERTS: Mapping[AlertKind, str] = MappingProxyType({
    "not_finite": N_("Atlas", "not a finite number at %1, step %2"),
    "exploding": N_("Atlas", "explodes at %1, step %2"),
    "vanishing": N_("Atlas", "vanishes at %1, step %2"),
    "dead": N_("Atlas", "units dead at %1, step %2"),
})  # fmt: skip

_VALUES: Mapping[FlowKey, str] = MappingProxyType({
    "gradient_norm": N_("Atlas", "%1 at the block's input, step %2"),
    "gradient_rms": N_("Atlas", "RMS %1 at the block's input, step %2"),
    "branch_share": N_("Atlas", "%1 through the branch, step %2"),
    "branch_shortcut_cosine": N_("Atlas", "cosine %1, step %2"),
    "branch_norm": N_("Atlas", "‖g_F‖ = %1 through the branch, step %2"),
    "shortcut_norm": N_("Atlas", "‖g_S‖ = %1 through the shortcut, step %2"),
    "update_ratio": N_("Atlas", "%1 of the weights, step %2"),
    "stream_variance": N_("Atlas", "variance %1 of the block's output, step %2"),
    "branch_variance": N_("Atlas", "variance %1 of F(x), step %2"),
    "branch_stream_ratio": N_("Atlas", "F(x) is %1 of what it is added to, step %2"),
    "dead_fraction": N_("Atlas", "%1 of the units dead, step %2"),
    "norm_drift": N_("Atlas", "%1 standard deviations from the running values, step %2"),
    "parameter_gradient_norm": N_("Atlas", "%1 over the block's parameters, step %2"),
})  # fmt: skip
_LAYER_VALUES: Mapping[LayerQuantity, str] = MappingProxyType({
    "gradient_norm": N_("Atlas", "%1 over the parameters of %2, step %3"),
    "update_ratio": N_("Atlas", "%1 of the weights of %2, step %3"),
})  # fmt: skip
_LAST_VALUES: Mapping[FlowKey, str] = MappingProxyType({
    "gradient_norm": N_("Atlas", "%1 at the last block's output, step %2"),
    "gradient_rms": N_("Atlas", "RMS %1 at the last block's output, step %2"),
})  # fmt: skip


def why_empty(data: FlowData, keys: Sequence[FlowKey]) -> str:
    """Return the marked text of why a track of these quantities shows nothing."""
    if data.run is None:
        return N_("Atlas", "No run of this architecture yet. Train it to watch its gradients, or probe it before that.")
    if not data.has_rows:
        return N_("Atlas", "The run has not captured a gradient yet.")
    if "gradient_rms" in keys:
        return N_("Atlas", "The run does not say how large its batches were, so there is no mean. Choose the L2 norm.")
    return N_("Atlas", "This run was recorded by an earlier version, which did not measure this. Train again for it.")


def value_words(data: FlowData, key: FlowKey, number: int, row: int, say: Say) -> str:
    """Return the value of column `number` at capture `row`, with the place it belongs to and the step."""
    value = float(data.values_at(key, row)[number])
    quantity = FLOW_QUANTITIES[key]
    text = scientific(value, 3) if quantity.scale == "log" else decimal(value, 3)
    assert data.run is not None
    is_last = quantity.at_boundaries and number == len(data.run.boundaries) - 1
    words = (_LAST_VALUES if is_last else _VALUES)[key]
    return say("Atlas", words).replace("%1", text).replace("%2", exact(int(data.steps[row])))


def layer_value_words(data: FlowData, name: LayerQuantity, id: str, value: float, say: Say) -> str:
    """Return the value of a layer at the step that is looked at."""
    words = say("Atlas", _LAYER_VALUES[name]).replace("%1", scientific(value, 3)).replace("%2", id)
    return words.replace("%3", exact(data.shown_step))


def alert_words(data: FlowData, alert: FlowAlert, axis: DepthAxis, say: Say) -> str:
    """Return what is wrong, at which block and step."""
    blocks = axis.graph.blocks
    where = blocks[alert.boundary].id if alert.boundary < len(blocks) else blocks[-1].output_id
    return alert_sentence(alert.kind, where, int(data.steps[alert.row]), say)


def alert_sentence(kind: AlertKind, where: str, step: int, say: Say) -> str:
    """Return what is wrong at a block or layer, and at which step."""
    return say("Atlas", _ALERTS[kind]).replace("%1", where).replace("%2", exact(step))
