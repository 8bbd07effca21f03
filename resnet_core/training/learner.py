"""Holds a network with its optimiser, and makes one update or one evaluation at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.model.layers import DropPath
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.training.batch_order import seeded_generator
from resnet_core.training.checkpoint import Checkpoint, CheckpointFacts
from resnet_core.training.flow_capture import FlowCapture
from resnet_core.training.optimization import (
    build_optimizer,
    momentum_by_name,
    restore_momentum,
    set_learning_rate,
)


class Learner:
    """A network in training. `losses` and `hits` hold the last updates' loss and fraction of right answers by row.

    They stay on the device: an update reads nothing back.
    """

    def __init__(self, model: ResNet, run: RunConfig, device: torch.device, capacity: int) -> None:
        """Take over `model`, which is moved to `device`; `capacity` updates can be held before they are read."""
        self.model = model.to(device)
        self.device = device
        self._run = run
        self._capacity = capacity
        self._optimizer = build_optimizer(model, run.training)
        self._draws_noise = any(isinstance(module, nn.Dropout | DropPath) for module in model.modules())
        self.capture = FlowCapture(tuple(model.blocks.values()), device, capacity)
        self._losses = torch.zeros(capacity, device=device)
        self._hits = torch.zeros(capacity, device=device)

    @classmethod
    def begin(cls, run: RunConfig, device: torch.device, capacity: int) -> Learner:
        """Build the network on the CPU, so that a seed gives the same weights on every device."""
        return cls(build_model(run.architecture, seed=run.training.seed), run, device, capacity)

    def throwaway(self) -> Learner:
        """Return a deep copy with an optimiser of its own, to measure on; this one never notices."""
        return Learner(copy.deepcopy(self.model), self._run, self.device, 1)

    def update(
        self, images_NCHW: Tensor, labels_N: Tensor, rate: float, row: int, *, capture_row: int | None = None
    ) -> None:
        """Make one update at learning rate `rate`; loss and hits go to `row`, gradient flow to `capture_row`."""
        self._optimizer.zero_grad(set_to_none=True)
        with ExitStack() as captures:
            if capture_row is not None:
                captures.enter_context(self.capture.capturing(capture_row))
            logits = self.model(images_NCHW)
            loss = F.cross_entropy(logits, labels_N)
            loss.backward()
        set_learning_rate(self._optimizer, rate)
        with ExitStack() as captures:
            if capture_row is not None:
                captures.enter_context(self.capture.updating(capture_row))
            self._optimizer.step()
        with torch.no_grad():
            self._losses[row] = loss.detach()
            self._hits[row] = (logits.detach().argmax(1) == labels_N).float().mean()

    def seed_noise(self, step: int) -> None:
        """Let what dropout and stochastic depth drop in `step` follow from the run's seed and the step alone.

        They draw from torch's global generator, which a resumed run could not go on with otherwise.
        """
        if self._draws_noise:
            torch.manual_seed(seeded_generator(self._run.training.seed, "noise", step).initial_seed())

    def read(self, count: int) -> tuple[list[float], list[float]]:
        """Return loss and accuracy of rows 0 to `count`; this is where the device is waited for."""
        both: list[list[float]] = torch.stack((self._losses[:count], self._hits[:count])).tolist()
        return both[0], both[1]

    def evaluate(
        self, test_batches: Iterable[tuple[Tensor, Tensor]], stopped: Callable[[], bool]
    ) -> tuple[float, float] | None:
        """Return mean loss and accuracy on `test_batches`, in eval mode; None where `stopped` says so meanwhile."""
        total = torch.zeros(2, dtype=torch.float32 if self.device.type == "mps" else torch.float64, device=self.device)
        count = 0
        self.model.eval()
        try:
            with torch.no_grad():
                for images_NCHW, labels_N in test_batches:
                    if stopped():
                        return None
                    logits = self.model(images_NCHW)
                    total[0] += F.cross_entropy(logits, labels_N, reduction="sum")
                    total[1] += (logits.argmax(1) == labels_N).sum()
                    count += len(labels_N)
        finally:
            self.model.train()
        loss, hits = (total / max(1, count)).tolist()
        return loss, hits

    def state(self, facts: CheckpointFacts) -> Checkpoint:
        """Return everything that going on needs; the tensors are the live ones, to be written at once."""
        return Checkpoint(facts, self.model.state_dict(), momentum_by_name(self.model, self._optimizer))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to the state of `checkpoint`; raises ConfigurationError where it is another network's."""
        try:
            self.model.load_state_dict(checkpoint.model)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:200]
            text = f"the checkpoint holds another network ({reason}); restore the run's own config.toml"
            raise ConfigurationError([Problem(("architecture",), "other", {"text": text})]) from None
        restore_momentum(self.model, self._optimizer, checkpoint.momentum)
