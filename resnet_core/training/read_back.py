"""Brings buffers from the device that computes to the host without making the training loop wait for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

Host = Callable[[Tensor], Tensor]
"""From a buffer on the device to a tensor that holds on the host what it held when it was sent."""

Tag = TypeVar("Tag")

SLOTS_AT_FIRST = 4
"""Copies of the buffers that are made in pinned memory at once, as making some waits for the device."""


class ReadBack(Protocol[Tag]):
    """Sends buffers on their way to the host, and hands them out in order once they are there."""

    def send(self, tag: Tag, buffers: Sequence[Tensor]) -> None:
        """Send what `buffers` hold now; they may be written again by what is given to the device after this."""

    def arrived(self, *, wait: bool = False) -> Iterator[tuple[Tag, Host]]:
        """Yield the tag of what has arrived, with a `Host` that is good until the next is asked for.

        With `wait` all that was sent is waited for; without it nothing is.
        """


def read_back(device: torch.device) -> ReadBack[Any]:
    """Return the way from `device` to the host: through pinned memory from CUDA, else a direct one."""
    return PinnedReadBack(torch.cuda.Event) if device.type == "cuda" else DirectReadBack()


def same(buffer: Tensor) -> Tensor:
    """Return the buffer itself: reading its values waits for the device it lies on."""
    return buffer


class DirectReadBack(Generic[Tag]):
    """For buffers in main memory, or on a device that is simply waited for (MPS).

    Nothing is copied: what was sent must be asked for before its buffers are written again.
    """

    def __init__(self) -> None:
        self._sent: deque[Tag] = deque()

    def send(self, tag: Tag, buffers: Sequence[Tensor]) -> None:
        """Remember that they can be read."""
        self._sent.append(tag)

    def arrived(self, *, wait: bool = False) -> Iterator[tuple[Tag, Host]]:
        """Yield all that was sent."""
        while self._sent:
            yield self._sent.popleft(), same


class _Letter(NamedTuple):
    tag: Any
    keys: tuple[int, ...]
    copies: tuple[Tensor, ...]
    event: Any


class PinnedReadBack(Generic[Tag]):
    """For CUDA: copies go into pinned memory in the stream that computes, an event behind them.

    As copies and later steps are in one stream, no step can write a buffer before it was copied. There are as many
    copies in pinned memory as are under way at once, which the driver's queue of launches bounds.
    """

    def __init__(self, make_event: Callable[[], Any], *, pinned: bool = True) -> None:
        """`make_event` gives what has `record`, `query` and `synchronize` as a `torch.cuda.Event` has."""
        self._make_event = make_event
        self._pinned = pinned
        self._sent: deque[_Letter] = deque()
        self._free: dict[tuple[int, ...], list[tuple[Tensor, ...]]] = {}

    def send(self, tag: Tag, buffers: Sequence[Tensor]) -> None:
        """Let the device copy the buffers when it comes to it."""
        keys = tuple(map(id, buffers))
        if keys not in self._free:
            self._free[keys] = [self._copies_of(buffers) for _ in range(SLOTS_AT_FIRST)]
        free = self._free[keys]
        copies = free.pop() if free else self._copies_of(buffers)
        for copy, buffer in zip(copies, buffers, strict=True):
            copy.copy_(buffer, non_blocking=True)
        event = self._make_event()
        event.record()
        self._sent.append(_Letter(tag, keys, copies, event))

    def arrived(self, *, wait: bool = False) -> Iterator[tuple[Tag, Host]]:
        """Yield what the device has copied by now, or with `wait` all that was sent."""
        while self._sent and (wait or self._sent[0].event.query()):
            letter = self._sent.popleft()
            letter.event.synchronize()
            by_key = dict(zip(letter.keys, letter.copies, strict=True))
            yield letter.tag, lambda buffer, by_key=by_key: by_key[id(buffer)]  # type: ignore[misc]
            self._free[letter.keys].append(letter.copies)

    def _copies_of(self, buffers: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return tuple(torch.empty(b.shape, dtype=b.dtype, pin_memory=self._pinned) for b in buffers)
