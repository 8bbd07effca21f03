"""Tests a trained network with each of its blocks removed in turn, as Veit et al. 2016 (arXiv 1605.06431) did.

What a residual network loses by it says how far it is a set of paths that do not need one another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from resnet_core.findings.lesion import BlockLesion, LesionFindings
from resnet_core.model.blocks import ResidualBlock
from resnet_core.model.resnet import ResNet
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.training.batches import Batches


class _Tested(NamedTuple):
    accuracy: float
    loss: float
    images: int


def lesion_study(model: ResNet, batches: Batches) -> Course[LesionFindings]:
    """Test `model` whole and without each block, batch by batch, on the whole test split.

    A block with a shortcut keeps the shortcut and all that follows the addition: its branch puts out zeros. A plain
    block is stepped over, where what it takes has the shape of what it puts out. All is in evaluation mode, so that
    BatchNorm goes on with the statistics of the whole network. Weights, buffers and mode are afterwards what they were,
    wherever the caller stops.
    """
    reasons = {id: standing_reason(block) for id, block in model.blocks.items()}
    removed = [id for id, reason in reasons.items() if not reason]
    total = batches.test_batch_count * (1 + len(removed))
    done, found = 0, dict[str, _Tested]()
    with _evaluating(model):
        for id in ("", *removed):
            testing = _test(model, batches, model.blocks[id] if id else None)
            for tested in testing:
                found[id] = tested
                done += 1
                yield StudyProgress(done, total, "testing without each block")
    whole = found[""]
    rows = tuple(_row(id, reason, found.get(id)) for id, reason in reasons.items())
    yield LesionFindings(accuracy=whole.accuracy, loss=_finite(whole.loss), images=whole.images, blocks=rows)


def standing_reason(block: ResidualBlock) -> str:
    """Return in a sentence why `block` cannot be removed; an empty text where it can."""
    plan = block.plan
    if block.fork is not None or (plan.in_channels == plan.out_channels and plan.stride == 1):
        return ""
    size = f" with stride {plan.stride}" if plan.stride > 1 else ""
    return f"It makes {plan.out_channels} channels of {plan.in_channels}{size}, and no shortcut does that in its place."


@contextmanager
def removed_block(block: ResidualBlock) -> Iterator[None]:
    """Let `block` pass on its shortcut alone, or where it is plain its input, until the context ends.

    What its layers would put out is replaced and not multiplied by zero, so that an infinity in it does no harm.
    """
    handle = _hook(block)
    try:
        yield
    finally:
        handle.remove()


def _hook(block: ResidualBlock) -> RemovableHandle:
    if block.fork is None:
        return block.register_forward_hook(lambda _block, inputs, _output: inputs[0])
    branch_end = block.get_submodule(block.fork.branch_output)
    return branch_end.register_forward_hook(lambda _layer, _inputs, output: torch.zeros_like(output))


def _test(model: ResNet, batches: Batches, without: ResidualBlock | None) -> Iterator[_Tested]:
    """Test batch by batch; yield the result so far after each."""
    device = next(model.parameters()).device
    total = torch.zeros(2, dtype=torch.float32 if device.type == "mps" else torch.float64, device=device)
    count = 0
    for images_NCHW, labels_N in batches.test_batches():
        total += _batch_sums(model, images_NCHW, labels_N, without).to(total.dtype)
        count += len(labels_N)
        hits, loss = (total / count).tolist()
        yield _Tested(hits, loss, count)


def _batch_sums(model: ResNet, images_NCHW: Tensor, labels_N: Tensor, without: ResidualBlock | None) -> Tensor:
    """Return right answers and summed loss of one batch; no mode and no hook outlives it, as a caller may pause."""
    with torch.no_grad(), removed_block(without) if without else nullcontext():
        logits_NK = model(images_NCHW)
        assert isinstance(logits_NK, Tensor)
        loss = F.cross_entropy(logits_NK, labels_N, reduction="sum")
        return torch.stack(((logits_NK.argmax(1) == labels_N).sum().to(loss.dtype), loss))


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Keep every module in evaluation mode, then give each its own mode back."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def _row(id: str, reason: str, tested: _Tested | None) -> BlockLesion:
    if tested is None:
        return BlockLesion(id=id, accuracy=math.nan, loss=math.nan, removable=False, reason=reason)
    return BlockLesion(id=id, accuracy=tested.accuracy, loss=_finite(tested.loss))


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
