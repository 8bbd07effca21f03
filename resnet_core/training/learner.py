"""Holds a network with its optimiser, and makes one update or one evaluation at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.model.layers import DropPath
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.training.batch_order import seeded_generator
from resnet_core.training.capture_parts import PartedCapture
from resnet_core.training.checkpoint import Checkpoint, CheckpointFacts
from resnet_core.training.optimization import momentum_by_name, restore_momentum
from resnet_core.training.read_back import Host, same
from resnet_core.training.recomputation import recomputing
from resnet_core.training.update import ScaleState, Update, UpdateMeasured


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
        self._blocks = tuple(model.blocks.values())
        self._parts = run.training.accumulation
        self._update = Update(model, run.training, device, capacity)
        self._draws_noise = any(isinstance(module, nn.Dropout | DropPath) for module in model.modules())
        self.capture = PartedCapture(model, device, capacity, self._parts)
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
        self._update.optimizer.zero_grad(set_to_none=True)
        passes = [
            self._pass(part, *images_and_labels, capture_row)
            for part, images_and_labels in enumerate(
                zip(images_NCHW.chunk(self._parts), labels_N.chunk(self._parts), strict=True)
            )
        ]
        self._update.make(rate, row, nullcontext() if capture_row is None else self.capture.updating(capture_row))
        with torch.no_grad():
            self._losses[row] = torch.stack([loss for loss, _ in passes]).mean()
            self._hits[row] = torch.cat([hits_N for _, hits_N in passes]).float().mean()

    def _pass(self, part: int, images_NCHW: Tensor, labels_N: Tensor, capture_row: int | None) -> tuple[Tensor, Tensor]:
        """Make one forward and backward pass over a part of the batch; return its mean loss and its hits, (N,)."""
        with ExitStack() as contexts:
            if capture_row is not None:
                contexts.enter_context(self.capture.capturing(capture_row, part, self._update.scale))
            if self._run.training.checkpointing:
                contexts.enter_context(recomputing(self._blocks))
            with self._autocast():
                logits = self.model(images_NCHW)
            loss = F.cross_entropy(logits.float(), labels_N)
            self._update.backward(loss if self._parts == 1 else loss / self._parts)
        return loss.detach(), logits.detach().argmax(1) == labels_N

    def _autocast(self) -> AbstractContextManager[None]:
        """Let convolutions and linear layers compute in the recipe's precision."""
        if self._run.training.precision == "float32":
            return nullcontext()
        half = torch.bfloat16 if self._run.training.precision == "bfloat16" else torch.float16
        return torch.autocast(self.device.type, half)

    def seed_noise(self, step: int) -> None:
        """Let what dropout and stochastic depth drop in `step` follow from the run's seed and the step alone.

        They draw from torch's global generator, which a resumed run could not go on with otherwise.
        """
        if self._draws_noise:
            torch.manual_seed(seeded_generator(self._run.training.seed, "noise", step).initial_seed())

    def buffers(self, *, captured: bool) -> tuple[Tensor, ...]:
        """Return what `read` and `measured` read, on the device; where it was `captured` what `capture.rows` does."""
        return self._losses, self._hits, *self._update.buffers, *(self.capture.buffers if captured else ())

    def read(self, count: int, host: Host = same) -> tuple[list[float], list[float]]:
        """Return loss and accuracy of rows 0 to `count`, read by `host`; this is where the device is waited for."""
        return host(self._losses)[:count].tolist(), host(self._hits)[:count].tolist()

    def measured(self, count: int, host: Host = same) -> list[UpdateMeasured]:
        """Return what updates 0 to `count` measured of their gradients, read by `host`; waits for the device."""
        return self._update.measured(count, host)

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
                    with self._autocast():
                        logits = self.model(images_NCHW).float()
                    total[0] += F.cross_entropy(logits, labels_N, reduction="sum")
                    total[1] += (logits.argmax(1) == labels_N).sum()
                    count += len(labels_N)
        finally:
            self.model.train()
        loss, hits = (total / max(1, count)).tolist()
        return loss, hits

    def state(self, facts: CheckpointFacts) -> Checkpoint:
        """Return everything that going on needs; the tensors are the live ones, to be written at once."""
        scaling = self._update.scale_state
        if scaling is not None:
            facts = facts._replace(loss_scale=scaling.scale, good_steps=scaling.good_steps)
        return Checkpoint(facts, self.model.state_dict(), momentum_by_name(self.model, self._update.optimizer))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to the state of `checkpoint`; raises ConfigurationError where it is another network's."""
        try:
            self.model.load_state_dict(checkpoint.model)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:200]
            text = f"the checkpoint holds another network ({reason}); restore the run's own config.toml"
            raise ConfigurationError([Problem(("architecture",), "other", {"text": text})]) from None
        restore_momentum(self.model, self._update.optimizer, checkpoint.momentum)
        facts = checkpoint.facts
        if facts.loss_scale is not None:
            self._update.restore_scale(ScaleState(facts.loss_scale, facts.good_steps))
