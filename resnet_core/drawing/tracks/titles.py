"""Names the tracks of the Atlas, in the order in which they stand at first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.arrangement import Arrangement

TITLES: Mapping[str, str] = MappingProxyType({
    "structure": N_("Atlas", "Structure"),
    "shape": N_("Atlas", "Shape"),
    "parameters": N_("Atlas", "Parameters"),
    "macs": N_("Atlas", "MACs"),
    "activations": N_("Atlas", "Activations"),
    "training_memory": N_("Atlas", "Training memory"),
    "receptive_field": N_("Atlas", "Receptive field"),
    "arithmetic_intensity": N_("Atlas", "Arithmetic intensity"),
    "latency": N_("Atlas", "Measured latency"),
    "lesion": N_("Atlas", "Worth of each block"),
    "gradient_norm": N_("Atlas", "Gradient norm"),
    "skip_branch": N_("Atlas", "Skip against branch"),
    "parameter_gradient": N_("Atlas", "Parameter gradient"),
    "update_ratio": N_("Atlas", "Update / weight"),
    "signal_variance": N_("Atlas", "Signal variance"),
    "branch_stream": N_("Atlas", "Branch / stream"),
    "dead_units": N_("Atlas", "Dead units"),
    "norm_drift": N_("Atlas", "BatchNorm drift"),
    "gradient_history": N_("Atlas", "Gradient history"),
})  # fmt: skip
"""The marked name of each track by key."""

HIDDEN_AT_FIRST = frozenset({
    "activations", "training_memory", "receptive_field", "arithmetic_intensity", "latency", "lesion",
    "parameter_gradient", "update_ratio", "signal_variance", "branch_stream", "dead_units", "norm_drift",
})  # fmt: skip

FRESH = Arrangement(tuple(TITLES), HIDDEN_AT_FIRST)
"""The arrangement of a new window: as much as fits on a small screen."""
