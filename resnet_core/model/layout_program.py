"""Registers the layers of a layout as submodules and runs them in order, each on what it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from resnet_core.architecture.block_fork import Arm, Fork
from resnet_core.architecture.layers import ENTRY, Unit
from resnet_core.model.layers import build_layer


class _Step(NamedTuple):
    """One call: the submodule `name` on the tensors `inputs`; `done` are those that nothing reads after it."""

    name: str
    inputs: tuple[str, ...]
    done: tuple[str, ...]


class Parting(NamedTuple):
    """What a block's arms read at its `fork`: `view` makes it of the fork's tensor, anew for each reader on an arm."""

    fork: Fork
    view: Callable[[Arm, torch.Tensor], torch.Tensor]


class LayoutProgram:
    """The order of calls of one unit. It holds names only, so that a submodule may be replaced or hooked."""

    def __init__(self, unit: Unit) -> None:
        self._output = unit.output
        last_read = {name: place for place, layer in enumerate(unit.layers) for name in layer.inputs}
        last_read[unit.output] = len(unit.layers)
        self._steps = tuple(
            _Step(layer.name, layer.inputs, tuple(name for name in set(layer.inputs) if last_read[name] == place))
            for place, layer in enumerate(unit.layers)
        )

    def run(
        self,
        owner: nn.Module,
        x: torch.Tensor,
        watched: dict[str, torch.Tensor] | None = None,
        parting: Parting | None = None,
    ) -> torch.Tensor:
        """Return what the unit, registered on `owner`, makes of `x`; no tensor is kept longer than it is read.

        The outputs of the layers that are keys of `watched` are written there. With a `parting` the arms of a block
        read views of the fork's tensor, each made just before its reader is called.
        """
        values = {ENTRY: x}
        for name, inputs, done in self._steps:
            arguments = [values[source] for source in inputs]
            if parting is not None and parting.fork.source in inputs:
                arguments = _parted(parting, name, arguments)
            for source in done:
                del values[source]
            values[name] = owner.get_submodule(name)(*arguments)
            if watched is not None and name in watched:
                watched[name] = values[name]
        return values[self._output]


def _parted(parting: Parting, name: str, arguments: list[torch.Tensor]) -> list[torch.Tensor]:
    readings = parting.fork.readings
    places = [(name, place) for place in range(len(arguments))]
    return [
        parting.view(readings[place], argument) if place in readings else argument
        for place, argument in zip(places, arguments, strict=True)
    ]


def register_layers(owner: nn.Module, unit: Unit) -> LayoutProgram:
    """Build the layers of `unit` as submodules of `owner`, in execution order, and return how to run them.

    `downsample.0` lies in a container `downsample`: a Sequential where the layers are numbered, as they are a chain.
    """
    for layer in unit.layers:
        parent, _, name = layer.name.rpartition(".")
        _container(owner, parent, chain=name.isdigit()).add_module(name, build_layer(layer))
    return LayoutProgram(unit)


def _container(owner: nn.Module, name: str, *, chain: bool) -> nn.Module:
    if not name:
        return owner
    if not hasattr(owner, name):
        owner.add_module(name, nn.Sequential() if chain else nn.Module())
    return owner.get_submodule(name)
