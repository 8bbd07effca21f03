"""Turns the gradients of a step into an update of the weights: unscaled, measured and clipped as the recipe says."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import torch
from torch import Tensor, nn

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.training.exact_norms import precise_dtype
from resnet_core.training.optimization import build_optimizer, set_learning_rate
from resnet_core.training.parameter_probe import fused_norms, norms_together
from resnet_core.training.read_back import Host, same

FIRST_SCALE = 2.0**16
"""What the loss is multiplied by in float16 to begin with: the first steps may overflow and halve it."""

CLIPPING_MARGIN = 1e-6
"""What torch.nn.utils.clip_grad_norm_ adds to a norm before it divides by it."""


class UpdateMeasured(NamedTuple):
    """What an update measured, None where the recipe has no such thing; see `run_events.StepCompleted`.

    `skipped` tells that a gradient had overflowed float16, and that the weights were left as they are.
    """

    gradient_norm: float | None = None
    clipped_gradient_norm: float | None = None
    loss_scale: float | None = None
    skipped: bool = False


class ScaleState(NamedTuple):
    """Where dynamic loss scaling stands: the scale, and how many steps went well since it last changed."""

    scale: float
    good_steps: int


class Update:
    """The optimiser of a model, with loss scaling in float16 (Micikevicius et al. 2017, arXiv 1710.03740, section 3.2)
    and clipping by the global norm (Pascanu et al. 2013, arXiv 1211.5063).

    Nothing is read back from the device before `measured` is asked for.
    """

    def __init__(self, model: nn.Module, training: TrainingConfig, device: torch.device, capacity: int) -> None:
        """`capacity` updates can be held before they are read."""
        self.optimizer = build_optimizer(model, training)
        self._parameters = tuple(model.parameters())
        self._clip_norm = training.clip_norm
        self._scaler = torch.amp.GradScaler(device.type, FIRST_SCALE, enabled=training.precision == "float16")
        self._one = torch.ones((), device=device)
        self._norms = torch.zeros(capacity, dtype=precise_dtype(device), device=device)
        self._scales = torch.zeros(capacity, 2, device=device)  # before each update and after it

    @property
    def scale(self) -> Tensor | None:
        """What the loss of the step to come is multiplied by, on the device; None where it is not scaled."""
        return self._scaler.scale(self._one) if self._scaler.is_enabled() else None

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of the scaled loss to those of the parameters."""
        self._scaler.scale(loss).backward()

    def make(
        self,
        rate: float,
        row: int,
        watching: AbstractContextManager[None] = nullcontext(),  # noqa: B008 - stateless
    ) -> None:
        """Update the weights at learning rate `rate`, inside `watching`; what is measured goes to `row`."""
        if self._scaler.is_enabled():
            self._scales[row, 0] = self._scaler.scale(self._one)
            self._scaler.unscale_(self.optimizer)
        if self._measures:
            self._norms[row] = self._total_norm()
        if self._clip_norm:
            nn.utils.clip_grads_with_norm_(self._parameters, self._clip_norm, self._norms[row].float())
        set_learning_rate(self.optimizer, rate)
        with watching:
            self._scaler.step(self.optimizer)
        if self._scaler.is_enabled():
            self._scaler.update()
            self._scales[row, 1] = self._scaler.scale(self._one)

    @property
    def buffers(self) -> tuple[Tensor, ...]:
        """What `measured` reads, on the device."""
        return (self._norms, self._scales) if self._measures else ()

    def measured(self, count: int, host: Host = same) -> list[UpdateMeasured]:
        """Return what updates 0 to `count` measured, read by `host`; this is where the device is waited for."""
        if not self._measures:
            return [UpdateMeasured()] * count
        norms = host(self._norms)[:count].tolist()
        scales: list[list[float]] = host(self._scales)[:count].tolist()
        return [self._facts(norm, *pair) for norm, pair in zip(norms, scales, strict=True)]

    @property
    def scale_state(self) -> ScaleState | None:
        """Where the loss scaling stands, for a checkpoint; None where the loss is not scaled."""
        if not self._scaler.is_enabled():
            return None
        state = self._scaler.state_dict()
        return ScaleState(float(state["scale"]), int(state["_growth_tracker"]))

    def restore_scale(self, state: ScaleState | None) -> None:
        """Go on from `state`; where there is none, the scaling begins anew."""
        if state is not None and self._scaler.is_enabled():
            known = self._scaler.state_dict()
            self._scaler.load_state_dict({**known, "scale": state.scale, "_growth_tracker": state.good_steps})

    @property
    def _measures(self) -> bool:
        return self._clip_norm > 0 or self._scaler.is_enabled()

    def _total_norm(self) -> Tensor:
        """Return the L2 norm over the gradients of all parameters."""
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        norms = fused_norms(gradients, self._norms.dtype)
        if norms.dtype == torch.float64:
            total: Tensor = torch.linalg.vector_norm(norms)
            return total
        return norms_together(norms, torch.zeros(len(norms), dtype=torch.int64, device=norms.device), 1)[0]

    def _facts(self, norm: float, before: float, after: float) -> UpdateMeasured:
        clipped = norm * min(1.0, self._clip_norm / (norm + CLIPPING_MARGIN)) if self._clip_norm else None
        if not self._scaler.is_enabled():
            return UpdateMeasured(norm, clipped)
        return UpdateMeasured(norm, clipped, before, skipped=after < before or before == 0)
