"""Lets torch work out the shapes of equal calls once: on the meta device a call costs a millisecond of Python."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Form(NamedTuple):
    """All that is known of a tensor on the meta device."""

    shape: torch.Size
    strides: tuple[int, ...]
    dtype: torch.dtype


class RememberedShapes(TorchDispatchMode):
    """Answers an operator that is called on tensors of known forms, with known numbers, as torch answered before.

    What hands out or changes one of its arguments (a view, an operation in place) always goes to torch itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Hashable, Any] = {}

    def __torch_dispatch__(
        self, func: Any, types: object, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        named = dict(kwargs or {})
        if func.is_view or func._schema.is_mutable:
            return func(*args, **named)
        key = (func, formed(args), formed(tuple(named.items())))
        if key not in self._known:
            self._known[key] = formed(func(*args, **named))
        return unfilled(self._known[key])


def formed(value: Any) -> Any:
    """Return `value` with the form of each tensor in its place, so that it can be the key of a dictionary."""
    if isinstance(value, torch.Tensor):
        assert value.is_meta, "a tensor with values is more than its form"
        return Form(value.shape, value.stride(), value.dtype)
    if isinstance(value, list | tuple):
        return tuple([formed(part) for part in value])
    return type(value), value  # 1, 1.0 and True are equal, and not the same to an operator


def unfilled(form: Any) -> Any:
    """Return a new tensor of a form, or several."""
    if isinstance(form, Form):
        return torch.empty_strided(form.shape, form.strides, dtype=form.dtype, device="meta")
    return tuple([unfilled(part) for part in form])
