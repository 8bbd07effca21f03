"""Holds the learning rate's schedule and the optimiser against their definitions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.training.optimization import (
    build_optimizer,
    learning_rate_at,
    momentum_by_name,
    restore_momentum,
)


def rates(total_steps: int, **recipe: float) -> list[float]:
    config = TrainingConfig(**recipe)
    return [learning_rate_at(step, total_steps, config) for step in range(total_steps)]


def test_that_the_rate_rises_to_its_peak_in_a_tenth_of_the_run_and_falls_linearly_to_zero() -> None:
    found = rates(160)
    assert found[0] == pytest.approx(0.1 / 16)
    assert found[15] == pytest.approx(0.1)
    assert found[16] == pytest.approx(0.1)
    assert found[88] == pytest.approx(0.05)
    assert found[159] == pytest.approx(0.1 / 144)
    assert learning_rate_at(160, 160, TrainingConfig()) == 0.0


def test_that_the_rate_starts_at_its_peak_when_there_is_no_warm_up() -> None:
    assert rates(10, warmup_share=0.0)[0] == pytest.approx(0.1)


@given(st.integers(1, 3000), st.floats(0.0, 0.9), st.floats(0.0, 10.0))
def test_that_the_rate_stays_between_zero_and_its_peak_and_has_one_summit(
    total_steps: int, share: float, peak: float
) -> None:
    found = rates(total_steps, warmup_share=share, learning_rate=peak)
    assert all(0.0 <= rate <= peak * (1 + 1e-12) for rate in found)
    summit = found.index(max(found))
    assert found[: summit + 1] == sorted(found[: summit + 1])
    assert found[summit:] == sorted(found[summit:], reverse=True)


def test_that_the_rate_is_zero_when_the_run_is_over() -> None:
    assert learning_rate_at(10, 3, TrainingConfig()) == 0.0


def test_that_an_update_is_that_of_nesterov_momentum_with_an_l2_penalty() -> None:
    config = TrainingConfig(learning_rate=0.1, momentum=0.9, weight_decay=0.01)
    layer = nn.Linear(3, 2, bias=False)
    optimizer = build_optimizer(layer, config)
    weight = layer.weight.detach().clone()
    velocity = torch.zeros_like(weight)
    for number in range(3):
        layer.weight.grad = torch.full_like(weight, 0.5 + number)
        gradient = 0.5 + number + 0.01 * weight
        velocity = gradient if number == 0 else 0.9 * velocity + gradient
        weight = weight - 0.1 * (gradient + 0.9 * velocity)
        optimizer.step()
    torch.testing.assert_close(layer.weight.detach(), weight)


def test_that_training_without_momentum_is_possible() -> None:
    layer = nn.Linear(3, 2)
    optimizer = build_optimizer(layer, TrainingConfig(momentum=0.0))
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert momentum_by_name(layer, optimizer) == {}


def test_that_momentum_can_be_kept_and_given_back() -> None:
    layer = nn.Linear(3, 2)
    optimizer = build_optimizer(layer, TrainingConfig())
    assert momentum_by_name(layer, optimizer) == {}
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    kept = {name: value.clone() for name, value in momentum_by_name(layer, optimizer).items()}
    other = build_optimizer(layer, TrainingConfig())
    restore_momentum(layer, other, kept)
    found = momentum_by_name(layer, other)
    assert found.keys() == {"weight", "bias"}
    assert all(bool((found[name] == kept[name]).all()) for name in kept)
    assert all(found[name] is not kept[name] for name in kept)
