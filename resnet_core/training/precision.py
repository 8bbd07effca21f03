"""Says which precision of a recipe a device cannot compute in, or computes in slowly."""

from __future__ import annotations

import torch

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError, Fix, Problem
from resnet_core.training.devices import list_devices

PATH = ("training", "precision")


def refuse_precision(training: TrainingConfig, device: torch.device) -> None:
    """Raise ConfigurationError where `device` has no units for the recipe's precision.

    A CPU has none for float16, but torch computes it there all the same: what float16 does to gradients can be seen
    without a GPU, in its own time (see `precision_notes`).
    """
    known = next((found.precisions for found in list_devices() if found.id == str(device)), None)
    wanted = training.precision
    if known is None or wanted in known or (wanted == "float16" and device.type == "cpu"):
        return
    there = [name for name in known if name in ("float32", "float16", "bfloat16")]
    facts = {"device": str(device), "value": wanted, "choices": ", ".join(there)}
    raise ConfigurationError([Problem(PATH, "precision_absent", facts, tuple(Fix(PATH, name) for name in there))])


def precision_notes(training: TrainingConfig, device: torch.device) -> tuple[str, ...]:
    """Return what is to be known of the recipe's precision on `device`, as lines for people."""
    if training.precision == "float16" and device.type == "cpu":
        return ("float16 is slow on a CPU, some fifty times as slow as float32; bfloat16 is not",)
    return ()
