"""Finds the devices that torch can compute on, and resolves a choice to one of them."""

from __future__ import annotations

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

import torch

from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.system_memory import physical_memory_bytes

DeviceKind = Literal["cpu", "cuda", "mps"]


class DeviceDescription(NamedTuple):
    """A device: its id as torch takes it (`cpu`, `cuda:0`), its name, its memory where it tells.

    `precisions` are the floating-point types it computes in, `float32` first.
    """

    id: str
    name: str
    memory_bytes: int | None
    precisions: tuple[str, ...]


def list_devices() -> tuple[DeviceDescription, ...]:
    """Return every device there is, in the order in which `auto` prefers them; the CPU always, last."""
    return (*_cuda_devices(), *_mps_devices(), _cpu())


def resolve_device(choice: str) -> torch.device:
    """Return the device of `auto` (CUDA, then MPS, then the CPU) or of an id such as `cpu`, `cuda` or `cuda:1`.

    Raises ConfigurationError, naming what there is, where the device is not there.
    """
    known = [device.id for device in list_devices()]
    if choice == "auto":
        return torch.device(known[0])
    wanted = "cuda:0" if choice == "cuda" else choice
    if wanted in known:
        return torch.device(wanted)
    there = {"value": choice, "choices": ", ".join(("auto", *known))}
    raise ConfigurationError([Problem(("training", "device"), "device_absent", there)])


def library_versions() -> dict[str, str]:
    """Return the versions of what computes: Python, torch, torchvision, and CUDA and cuDNN where they are used."""
    versions = {"python": platform.python_version(), "torch": str(torch.__version__)}
    with suppress(PackageNotFoundError):
        versions["torchvision"] = version("torchvision")  # asked of its metadata: importing it takes seconds
    if torch.version.cuda and torch.cuda.is_available():
        versions["cuda"] = torch.version.cuda
        versions["cudnn"] = str(torch.backends.cudnn.version())
    return versions


def synchronize(device: torch.device) -> None:
    """Wait until `device` has done what was asked of it, so that a clock read after it tells the truth."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _cuda_devices() -> list[DeviceDescription]:
    if not torch.cuda.is_available():
        return []
    return [_cuda_device(number) for number in range(torch.cuda.device_count())]


def _cuda_device(number: int) -> DeviceDescription:
    facts = torch.cuda.get_device_properties(number)
    half = ("float16", "bfloat16") if facts.major >= 8 else ("float16",)  # bfloat16 units come with Ampere
    return DeviceDescription(f"cuda:{number}", facts.name, facts.total_memory, ("float32", *half, "float64"))


def _mps_devices() -> list[DeviceDescription]:
    if not torch.backends.mps.is_available():
        return []
    memory_bytes = torch.mps.recommended_max_memory()
    return [DeviceDescription("mps", "Apple GPU", memory_bytes, ("float32", "float16", "bfloat16"))]


def _cpu() -> DeviceDescription:
    threads = torch.get_num_threads()
    name = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    return DeviceDescription("cpu", name, physical_memory_bytes(), ("float32", "bfloat16", "float64"))
