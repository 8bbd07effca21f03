"""Makes one tiny update, for what torch loads only when its parts are first used."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    HeadConfig,
    InputConfig,
    StageConfig,
    StemConfig,
)
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.model.resnet import build_model
from resnet_core.training.optimization import build_optimizer


def rehearse() -> None:
    """Build, train and drop a network of one block, on the CPU; random generators stay as they are.

    The first optimiser of a process makes torch load its compiler, which takes longer than a short run's first steps.
    """
    tiny = ArchitectureConfig(
        input=InputConfig(channels=1, height=8, width=8),
        stem=StemConfig(kind="cifar", width=4),
        stages=(StageConfig(blocks=1, width=4),),
        head=HeadConfig(classes=2),
    )
    model = build_model(tiny, seed=0)
    optimizer = build_optimizer(model, TrainingConfig())
    F.cross_entropy(model(torch.zeros(2, 1, 8, 8)), torch.tensor([0, 1])).backward()
    optimizer.step()
