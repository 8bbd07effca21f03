"""Holds the settled copy of a network to the statistics it is said to have, and to treating each image by itself."""

from __future__ import annotations

import copy

import pytest
import torch

from resnet_core.configuration.architecture_config import NormConfig
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.studies.settled_network import settled_copy
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_data

IMAGES_NCHW = tiny_data().train_images_NCHW[:48]


def untrained() -> ResNet:
    return build_model(tiny_architecture(), seed=3)


def trained(batches: int) -> ResNet:
    model = untrained()
    with torch.no_grad():
        for number in range(batches):
            model(IMAGES_NCHW[number % 4 * 12 :][:12])
    return model


@pytest.mark.parametrize("batches", [0, 5])
def test_that_the_statistics_are_those_of_the_batch_when_averages_have_not_settled(batches: int) -> None:
    model = trained(batches)
    before, modes = copy.deepcopy(model.state_dict()), [module.training for module in model.modules()]
    settled = settled_copy(model, IMAGES_NCHW)
    assert settled.statistics == "batch"
    with torch.no_grad():
        expected = copy.deepcopy(model)(IMAGES_NCHW)  # in train mode
        assert torch.allclose(settled.model(IMAGES_NCHW), expected, rtol=5e-3, atol=5e-3)  # variances by n, not n - 1
        alone = torch.cat([settled.model(image_CHW[None]) for image_CHW in IMAGES_NCHW[:4]])
        assert torch.allclose(alone, expected[:4], rtol=5e-3, atol=5e-3)
    assert same_bits(before, model.state_dict())
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert not any(module.training for module in settled.model.modules())


def test_that_the_averages_of_training_are_kept_when_they_have_settled() -> None:
    model = trained(60)
    settled = settled_copy(model, IMAGES_NCHW)
    assert settled.statistics == "averages"
    assert same_bits(model.state_dict(), settled.model.state_dict())


def test_that_nothing_is_settled_when_there_is_no_batch_norm() -> None:
    model = build_model(tiny_architecture(norm=NormConfig(kind="none")), seed=3)
    settled = settled_copy(model, IMAGES_NCHW)
    assert settled.statistics == "none"
    assert same_bits(model.state_dict(), settled.model.state_dict())
