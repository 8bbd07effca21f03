"""Holds the forecast of what training keeps for backward against what autograd really keeps, byte for byte."""

from __future__ import annotations

from contextlib import nullcontext
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.memory import PRECISIONS, Precision, saved_bytes, weight_copy_bytes
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, InputConfig
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.model.resnet import ResNet, build_model
from tests.strategies import architectures, examples

MOST_PARAMETERS = 100_000_000
"""Larger presets are built on the meta device, where a BatchNorm takes a millisecond but weights take no memory."""

SAMPLE = ("ResNet-18", "ResNet-50", "ResNeXt-50-32x4d", "Plain-34", "ResNet-20", "PreResNet-164", "SE-ResNet-50",
          "ECA-ResNet-50-D", "ResNet-Blur-50", "ResNetV2-50-D-GN", "BiT-R50x1", "ResNet-RS-50")  # fmt: skip


def empty_model(config: ArchitectureConfig, device: str, precision: Precision) -> ResNet:
    """The network with all weights 0, which costs no time to draw: what is kept depends on no value."""
    with torch.device("meta"):
        model = build_model(config)
    if device == "cpu":
        model.to_empty(device="cpu")
        with torch.no_grad():
            for tensor in (*model.parameters(), *model.buffers()):
                tensor.zero_()
    return model.to(torch.bfloat16) if precision == "bfloat16" else model


def kept_by_autograd(model: ResNet, images: torch.Tensor, precision: Precision = "float32") -> int:
    """Bytes of the storages saved during one forward pass in training mode, each storage once.

    The model's own parameters and buffers are left out: they are held anyway. Only the forward pass to the logits is
    watched, so that nothing a loss might save is in the sum.
    """
    own = {tensor.untyped_storage()._cdata for tensor in (*model.parameters(), *model.buffers())}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> None:  # a tensor given back would hold the graph that holds it, for ever
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            kept[storage._cdata] = storage

    model.train()
    images = images.to(torch.bfloat16) if precision == "bfloat16" else images
    autocast = torch.autocast("cpu", torch.bfloat16) if precision == "mixed" else nullcontext()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda _nothing: _nothing), autocast:
        model(images)
    return sum(storage.nbytes() for storage in kept.values())


def images_for(config: ArchitectureConfig, batch: int, device: str = "cpu") -> torch.Tensor:
    return torch.zeros(batch, config.input.channels, config.input.height, config.input.width, device=device)


def forecast(config: ArchitectureConfig, batch: int, precision: Precision = "float32") -> int:
    graph = build_graph(config)
    return sum(saved_bytes(graph, batch, precision).values()) + weight_copy_bytes(graph, precision)


def small(name: str) -> ArchitectureConfig:
    """The preset on images that take little time, its stages cut to three blocks, as those that follow are alike."""
    config = preset(name)
    stages = tuple(stage.model_copy(update={"blocks": min(stage.blocks, 3)}) for stage in config.stages)
    height, width = (64, 48) if config.input.height > 32 else (16, 12)  # what small images come to is as small
    image = InputConfig(channels=config.input.channels, height=height, width=width)
    return config.model_copy(update={"input": image, "stages": stages})


@pytest.mark.parametrize("name", preset_names())
def test_that_saved_bytes_are_what_autograd_keeps_when_it_is_a_preset(name: str) -> None:
    config = small(name)
    parameters = cost_report(build_graph(config)).total.parameters
    device = "cpu" if parameters < MOST_PARAMETERS else "meta"
    model = empty_model(config, device, "float32")
    assert forecast(config, 2) == kept_by_autograd(model, images_for(config, 2, device))


@pytest.mark.parametrize("precision", ["mixed", "bfloat16"])
@pytest.mark.parametrize("name", SAMPLE)
def test_that_saved_bytes_are_what_autograd_keeps_when_in_low_precision(name: str, precision: Precision) -> None:
    config = small(name)
    kept = kept_by_autograd(empty_model(config, "cpu", precision), images_for(config, 3), precision)
    assert forecast(config, 3, precision) == kept


@pytest.mark.parametrize("precision", get_args(Precision))
@settings(max_examples=examples(60))
@given(config=architectures(), batch=st.integers(2, 4))
def test_that_saved_bytes_are_what_autograd_keeps_when_the_network_is_random(
    precision: Precision, config: ArchitectureConfig, batch: int
) -> None:
    kept = kept_by_autograd(empty_model(config, "cpu", precision), images_for(config, batch), precision)
    assert forecast(config, batch, precision) == kept


def test_that_every_precision_is_offered() -> None:
    assert get_args(Precision) == PRECISIONS
