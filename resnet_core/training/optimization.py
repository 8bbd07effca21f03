"""Turns a recipe into its optimiser and its learning rate at each step."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.configuration.training_config import TrainingConfig


def learning_rate_at(step: int, total_steps: int, config: TrainingConfig) -> float:
    """Return the rate of update `step` (from 0) of `total_steps`.

    It rises linearly to its peak in the last step of warm-up (Goyal et al. 2017, arXiv 1706.02677, section 2.2), stays
    there for one more, then falls linearly so that it would be 0 at `total_steps`. Past the end it is 0.
    """
    warmup_steps = round(total_steps * config.warmup_share)
    if step < warmup_steps:
        return config.learning_rate * (step + 1) / warmup_steps
    return config.learning_rate * max(0, total_steps - step) / max(1, total_steps - warmup_steps)


def build_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.SGD:
    """Return SGD with Nesterov momentum (Sutskever et al. 2013) and an L2 penalty on every parameter.

    Without momentum there is nothing to look ahead with, and it is plain SGD. In float16 the update is one fused call,
    which skips a step whose gradients overflowed without anyone waiting for the device.
    """
    scaled = config.precision == "float16"
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=config.learning_rate,
        momentum=config.momentum,
        nesterov=config.momentum > 0,
        weight_decay=config.weight_decay,
        fused=True if scaled else None,
    )
    if scaled and config.momentum > 0:
        # A fused first step that is skipped would leave these as they were allocated. From zero, momentum · 0 + g is
        # the g that they begin with.
        for parameter in model.parameters():
            optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
    return optimizer


def set_learning_rate(optimizer: torch.optim.SGD, rate: float) -> None:
    """Make the next update use `rate`."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def momentum_by_name(model: nn.Module, optimizer: torch.optim.SGD) -> dict[str, torch.Tensor]:
    """Return the momentum buffers that exist, under the names of their parameters; none before the first update."""
    found = {}
    for name, parameter in model.named_parameters():
        buffer = optimizer.state.get(parameter, {}).get("momentum_buffer")
        if buffer is not None:
            found[name] = buffer
    return found


def restore_momentum(
    model: nn.Module, optimizer: torch.optim.SGD, momentum: dict[str, torch.Tensor]
) -> None:
    """Set the momentum buffers to copies of `momentum`, on the parameters' device."""
    for name, parameter in model.named_parameters():
        if name in momentum:
            optimizer.state[parameter]["momentum_buffer"] = momentum[name].to(parameter.device, copy=True)
