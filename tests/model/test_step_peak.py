"""Holds the forecast peak of a training step against the tensors that are really alive in one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.memory import OPTIMIZERS, PRECISIONS, MemoryRecipe, Optimizer, Precision
from resnet_core.analysis.step_peak import step_peak, step_timeline
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.training.recomputation import recomputing
from tests.model.live_tensors import LiveTensors
from tests.model.test_saved_tensors import SAMPLE, empty_model, images_for, small
from tests.strategies import architectures, examples

PRECISION = st.sampled_from(("float32", "mixed"))


def optimizer_of(model: nn.Module, name: Optimizer) -> torch.optim.Optimizer:
    classes: dict[Optimizer, Any] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    if name in classes:
        return classes[name](model.parameters(), weight_decay=1e-4)  # type: ignore[no-any-return]
    momentum = 0.9 if name == "sgd_momentum" else 0.0
    return torch.optim.SGD(model.parameters(), 0.1, momentum, weight_decay=1e-4, nesterov=momentum > 0)


def measured_peak(config: ArchitectureConfig, recipe: MemoryRecipe) -> int:
    """The most that was alive in the second step, parameters, buffers and optimiser state included."""
    model = empty_model(config, "cpu", recipe.precision).train()
    optimizer = optimizer_of(model, recipe.optimizer)
    images = images_for(config, recipe.batch * recipe.parts)
    images = images.to(torch.bfloat16) if recipe.precision == "bfloat16" else images

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        for part in images.chunk(recipe.parts):
            autocast = torch.autocast("cpu", torch.bfloat16) if recipe.precision == "mixed" else nullcontext()
            with autocast, recomputing(tuple(model.blocks.values())) if recipe.recompute else nullcontext():
                output = model(part)
            _loss(output).backward()
        optimizer.step()

    step()
    optimizer.zero_grad(set_to_none=True)
    state = [value for values in optimizer.state.values() for value in values.values() if torch.is_tensor(value)]
    watch = LiveTensors((), (*model.parameters(), *model.buffers(), *state, images))
    with watch:
        step()
    return watch.peak_bytes


def _loss(output: torch.Tensor | dict[str, torch.Tensor]) -> torch.Tensor:
    if isinstance(output, dict):
        return torch.stack([part.float().sum() for part in output.values()]).sum()
    return F.cross_entropy(output.float(), torch.zeros(len(output), dtype=torch.int64))


@pytest.mark.parametrize("name", SAMPLE)
def test_that_the_peak_of_a_step_is_what_is_alive_when_it_is_a_preset(name: str) -> None:
    config, recipe = small(name), MemoryRecipe(8)
    assert step_peak(build_graph(config), recipe).bytes == pytest.approx(measured_peak(config, recipe), rel=0.03)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("precision", ["float32", "mixed", "bfloat16"])
def test_that_the_peak_of_a_step_is_what_is_alive_when_the_recipe_differs(
    optimizer: Optimizer, precision: Precision
) -> None:
    config, recipe = small("ResNet-50"), MemoryRecipe(8, optimizer, precision)
    assert step_peak(build_graph(config), recipe).bytes == pytest.approx(measured_peak(config, recipe), rel=0.03)


@pytest.mark.parametrize(
    "recipe",
    [
        MemoryRecipe(32, recompute=True),
        MemoryRecipe(32, precision="mixed", recompute=True),
        MemoryRecipe(8, parts=4),
        MemoryRecipe(16, precision="mixed", parts=2, recompute=True),
    ],
    ids=["recomputed", "recomputed in mixed precision", "micro-batches", "all of them"],
)
def test_that_the_peak_of_a_step_is_what_is_alive_when_blocks_are_recomputed_or_the_batch_is_parted(
    recipe: MemoryRecipe,
) -> None:
    config = small("ResNet-20")
    assert step_peak(build_graph(config), recipe).bytes == pytest.approx(measured_peak(config, recipe), rel=0.03)


def test_that_recomputed_blocks_and_micro_batches_take_less() -> None:
    graph = build_graph(preset("ResNet-56"))
    whole = step_peak(graph, MemoryRecipe(128)).bytes
    assert step_peak(graph, MemoryRecipe(128, recompute=True)).bytes < 0.4 * whole
    assert step_peak(graph, MemoryRecipe(16, parts=8)).bytes < 0.2 * whole


@settings(max_examples=examples(8))
@given(config=architectures(), batch=st.integers(2, 4), parts=st.integers(1, 2), precision=PRECISION)
def test_that_the_peak_of_a_recomputed_step_is_near_what_is_alive_when_the_network_is_random(
    config: ArchitectureConfig, batch: int, parts: int, precision: Precision
) -> None:
    recipe = MemoryRecipe(batch, precision=precision, parts=parts, recompute=True)
    assert step_peak(build_graph(config), recipe).bytes == pytest.approx(measured_peak(config, recipe), rel=0.12)


@settings(max_examples=examples(25))
@given(config=architectures(), batch=st.integers(2, 8))
def test_that_the_peak_of_a_step_is_near_what_is_alive_when_the_network_is_random(
    config: ArchitectureConfig, batch: int
) -> None:
    recipe = MemoryRecipe(batch)
    assert step_peak(build_graph(config), recipe).bytes == pytest.approx(measured_peak(config, recipe), rel=0.1)


@settings(max_examples=examples(25))
@given(config=architectures(), precision=st.sampled_from(PRECISIONS), optimizer=st.sampled_from(OPTIMIZERS))
def test_that_a_step_holds_at_least_what_it_keeps(
    config: ArchitectureConfig, precision: Precision, optimizer: Optimizer
) -> None:
    graph = build_graph(config)
    memory = cost_report(graph, batch=4, optimizer=optimizer, precision=precision).memory
    peak = step_peak(graph, MemoryRecipe(4, optimizer, precision)).bytes
    constant = memory.parameter_bytes + memory.buffer_bytes + memory.optimizer_bytes
    assert peak >= constant + max(memory.gradient_bytes, memory.saved_bytes + memory.weight_copy_bytes)


@pytest.mark.parametrize("limit_gb", [1, 8, 24])
def test_that_the_largest_batch_fits_and_one_more_does_not(limit_gb: int) -> None:
    timeline = step_timeline(build_graph(preset("ResNet-50")), MemoryRecipe())
    batch = timeline.largest_batch(limit_gb * 10**9)
    assert timeline.peak(batch).bytes <= limit_gb * 10**9 < timeline.peak(batch + 1).bytes


def test_that_no_batch_fits_when_the_weights_alone_do_not() -> None:
    assert step_timeline(build_graph(preset("ResNet-50")), MemoryRecipe()).largest_batch(100_000_000) == 0
