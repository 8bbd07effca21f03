"""Holds the list of devices and the way a choice becomes one of them."""

from __future__ import annotations

import pytest
import torch

from resnet_core.configuration.validation import ConfigurationError
from resnet_core.training.devices import library_versions, list_devices, resolve_device


def test_that_the_cpu_is_always_there_and_last() -> None:
    devices = list_devices()
    assert devices[-1].id == "cpu"
    assert devices[-1].precisions[0] == "float32"
    assert len({device.id for device in devices}) == len(devices)


def test_that_auto_takes_the_first_device() -> None:
    assert str(resolve_device("auto")) == list_devices()[0].id
    assert resolve_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("choice", ["cuda:99", "tpu", ""])
def test_that_an_unknown_device_is_refused_with_what_there_is(choice: str) -> None:
    with pytest.raises(ConfigurationError, match=r"take one of auto, .*cpu"):
        resolve_device(choice)


def test_that_torch_tells_its_version() -> None:
    assert library_versions()["torch"] == str(torch.__version__)


@pytest.mark.gpu
def test_that_cuda_devices_tell_their_memory() -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    first = list_devices()[0]
    assert first.id == "cuda:0"
    assert first.memory_bytes is not None
    assert resolve_device("cuda") == torch.device("cuda:0")
