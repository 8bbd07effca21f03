"""Declares how a short training run goes: data, recipe, length, seed, device and what is captured."""

from __future__ import annotations

from typing import Literal

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fields import QT_TRANSLATE_NOOP as N_
from resnet_core.configuration.fields import FrozenConfig, chosen, setting

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]
ComputePrecision = Literal["float32", "bfloat16", "float16"]
MINUTE_S = 60.0
EVALUATION_BATCH = 256
"""Images of the test split that go through the network at once."""


class TrainingConfig(FrozenConfig):
    """The recipe: SGD with Nesterov momentum, linear warm-up, then linear decay to zero.

    `steps = 0` and `epochs = 0` mean: as many steps as fit into `target_s` seconds on the machine at hand.
    """

    data: str = setting(
        "digits", label=N_("Field", "Data"), help=N_("Field", "digits, cifar10, or the path of an image folder.")
    )
    image_size: int = setting(
        16,
        label=N_("Field", "Image size"),
        help=N_("Field", "Side the images are shown at."),
        unit="px",
        minimum=8,
        maximum=512,
    )
    batch_size: int = setting(
        64, label=N_("Field", "Batch"), help=N_("Field", "Images a step."), unit="images", minimum=1, maximum=65_536
    )
    steps: int = setting(
        0,
        label=N_("Field", "Steps"),
        help=N_("Field", "Updates; 0 takes the epochs, or as many as fit into the target time."),
        minimum=0,
        maximum=1_000_000,
    )
    epochs: int = setting(
        0,
        label=N_("Field", "Epochs"),
        help=N_("Field", "Passes over the data, used when steps is 0."),
        minimum=0,
        maximum=100_000,
    )
    target_s: float = setting(
        MINUTE_S,
        label=N_("Field", "Target time"),
        help=N_("Field", "How long a run may take when neither steps nor epochs are given."),
        unit="s",
        minimum=1.0,
        maximum=86_400.0,
    )
    learning_rate: float = setting(
        0.1,
        label=N_("Field", "Peak learning rate"),
        help=N_("Field", "Reached at the end of warm-up."),
        minimum=0.0,
        maximum=100.0,
    )
    momentum: float = setting(
        0.9, label=N_("Field", "Momentum"), help=N_("Field", "Nesterov momentum of SGD."), minimum=0.0, maximum=0.9999
    )
    weight_decay: float = setting(
        5e-4,
        label=N_("Field", "Weight decay"),
        help=N_("Field", "L2 penalty on every parameter."),
        minimum=0.0,
        maximum=1.0,
    )
    warmup_share: float = setting(
        0.1,
        label=N_("Field", "Warm-up"),
        help=N_("Field", "Share of the run in which the rate rises."),
        minimum=0.0,
        maximum=0.9,
    )
    max_shift: int = setting(
        2,
        label=N_("Field", "Shift"),
        help=N_("Field", "Largest random shift, drawn for each sample."),
        unit="px",
        minimum=0,
        maximum=64,
    )
    zero_init_residual: bool = setting(
        True,
        label=N_("Field", "Zero-init residual"),
        help=N_(
            "Field",
            "Begin every branch at F(x) = 0, but where a shortcut pads channels with zeros, which would stay zero. "
            "Without it deep networks hardly start in so short a run.",
        ),
    )
    precision: ComputePrecision = chosen(
        "float32",
        label=N_("Field", "Precision"),
        help=N_(
            "Field",
            "What convolutions and linear layers compute in, by autocast; weights and updates stay float32. float16 "
            "scales the loss and skips a step whose gradient overflows; on a CPU it is slow.",
        ),
        choices={
            "float32": N_("Choice", "float32"),
            "bfloat16": N_("Choice", "bfloat16 (mixed)"),
            "float16": N_("Choice", "float16 (mixed, scaled)"),
        },
    )
    accumulation: int = setting(
        1,
        label=N_("Field", "Micro-batches"),
        help=N_(
            "Field",
            "Equal parts the batch goes through the network in, one after the other, before one update with their mean "
            "gradient; it takes less memory. BatchNorm sees one part at a time. 1: the whole batch at once.",
        ),
        minimum=1,
        maximum=4096,
    )
    clip_norm: float = setting(
        0.0,
        label=N_("Field", "Clip norm"),
        help=N_(
            "Field",
            "L2 norm that the gradient of all parameters together is shortened to where it is longer; 0 leaves it.",
        ),
        formula="g · min(1, c/‖g‖)",
        minimum=0.0,
        maximum=1e6,
    )
    checkpointing: bool = setting(
        False,
        label=N_("Field", "Recompute blocks"),
        help=N_(
            "Field",
            "Activation checkpointing: keep the input of each block only, and compute the block again in the backward "
            "pass. Less memory, a third to a half more time, the same gradients.",
        ),
    )
    seed: int = setting(
        0, label=N_("Field", "Seed"), help=N_("Field", "Fixes weights, order and shifts."), minimum=0, maximum=2**31 - 1
    )
    device: DeviceChoice = chosen(
        "auto",
        label=N_("Field", "Device"),
        help=N_("Field", "Where the run computes; auto takes CUDA, then MPS, then the CPU."),
        choices={
            "auto": N_("Choice", "automatic"),
            "cpu": N_("Choice", "CPU"),
            "cuda": N_("Choice", "CUDA"),
            "mps": N_("Choice", "MPS"),
        },
    )
    threads: int = setting(
        0,
        label=N_("Field", "Threads"),
        help=N_("Field", "CPU threads; 0 measures and takes the faster."),
        minimum=0,
        maximum=1024,
    )
    capture: bool = setting(
        True,
        label=N_("Field", "Capture gradients"),
        help=N_("Field", "Record the gradient flow: norms at every block boundary, and what each block does."),
    )
    capture_every: int = setting(
        0,
        label=N_("Field", "Capture every"),
        help=N_(
            "Field",
            "Steps from one capture to the next; 0 measures what a captured step costs and takes the shortest period "
            "that adds less than 2 % of time. Steps 0 to 10 are all captured, beyond that.",
        ),
        unit="steps",
        minimum=0,
        maximum=100_000,
    )

    @property
    def micro_batch(self) -> int:
        """Images that go through the network at once; the batch is a multiple of it (see `training_problems`)."""
        return max(1, self.batch_size // self.accumulation)


class RunConfig(FrozenConfig):
    """What a worker needs to train: the architecture as it will be built, and the recipe."""

    architecture: ArchitectureConfig
    training: TrainingConfig = TrainingConfig()
