"""Holds the forecast of what training keeps for backward against what autograd really keeps, byte for byte."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.analysis.memory import saved_bytes
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, InputConfig
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import ResNet, build_model
from tests.strategies import architectures

NAMES = (
    "ResNet-18", "ResNet-50", "ResNeXt-50-32x4d", "Plain-34",
    "ResNet-20", "Plain-20", "PreResNet-56", "PreResNet-164",
)  # fmt: skip


def kept_by_autograd(model: ResNet, images: torch.Tensor) -> int:
    """Bytes of the storages saved during one forward pass in training mode, each storage once.

    The model's own parameters and buffers are left out: they are held anyway. Only the forward pass to the logits is
    watched, so that nothing a loss might save is in the sum.
    """
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own and storage.nbytes():
            kept[storage.data_ptr()] = storage
        return tensor

    model.train()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        logits = model(images)  # alive until the sum is made: an address may be used again
    total = sum(storage.nbytes() for storage in kept.values())
    assert logits.grad_fn is not None
    return total


def images_for(config: ArchitectureConfig, batch: int) -> torch.Tensor:
    return torch.randn(batch, config.input.channels, config.input.height, config.input.width)


@pytest.mark.parametrize("batch", [2, 5])
@pytest.mark.parametrize("name", NAMES)
def test_that_saved_bytes_are_what_autograd_keeps_when_training(name: str, batch: int) -> None:
    config = preset(name).model_copy(update={"input": InputConfig(height=64, width=48)})
    forecast = sum(saved_bytes(build_graph(config), batch).values())
    assert forecast == kept_by_autograd(build_model(config), images_for(config, batch))


@settings(max_examples=60)
@given(config=architectures(), batch=st.integers(2, 4))
def test_that_saved_bytes_are_what_autograd_keeps_when_the_network_is_random(
    config: ArchitectureConfig, batch: int
) -> None:
    forecast = sum(saved_bytes(build_graph(config), batch).values())
    assert forecast == kept_by_autograd(build_model(config), images_for(config, batch))
