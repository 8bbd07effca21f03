"""Watches every tensor that torch's operators put out, and how many bytes of them are alive at once."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveTensors(TorchDispatchMode):
    """A mode under which `peak_bytes` becomes the most that was alive after any operator, each storage once.

    `own` are tensors that do not count, such as parameters; `inputs` count from the beginning.
    """

    def __init__(self, own: Iterable[torch.Tensor], inputs: Iterable[torch.Tensor] = ()) -> None:
        super().__init__()
        self._own = {tensor.untyped_storage()._cdata for tensor in own}
        self._alive: set[int] = set()
        self._bytes = 0
        self.peak_bytes = 0
        for tensor in inputs:
            self._add(tensor)

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operator and count what it puts out."""
        output = function(*args, **(kwargs or {}))
        for leaf in tree_leaves(output):
            if isinstance(leaf, torch.Tensor):
                self._add(leaf)
        self.peak_bytes = max(self.peak_bytes, self._bytes)
        return output

    def _add(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self._own or key in self._alive:
            return
        self._alive.add(key)
        self._bytes += size
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._alive.discard(key)
        self._bytes -= size
