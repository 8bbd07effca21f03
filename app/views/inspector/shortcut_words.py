"""Says in words what a block's shortcut does and why: the rule of matching dimensions (He et al. 2015, 3.2 and 3.3)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.formatting import shape_text
from resnet_core.architecture.graph import Block
from resnet_core.configuration.architecture_config import ActivationOrder

translate = QCoreApplication.translate


def residual_formula(block: Block) -> str:
    """Return what the block computes: `H(x) = F(x) + x`, with the projection or padding where there is one."""
    ways = {"identity": " + x", "projection": " + Wₛ·x", "zero_pad": " + pad(x)", "none": ""}
    return f"H(x) = F(x){ways[block.plan.shortcut]}"


def shortcut_reason(block: Block, order: ActivationOrder) -> str:
    """Return what the shortcut does here and why, in a network of this activation order."""
    plan = block.plan
    if plan.shortcut == "identity":
        text = translate("Inspector", "x and F(x) have the same shape, {after}: x is added as it is, at no cost.")
    elif plan.shortcut == "none":
        text = translate("Inspector", "A plain block: nothing goes round the branch, so F has to learn all of H.")
    elif plan.shortcut == "projection":
        text = _projection_text(block)
        if order == "pre":
            text += " " + translate("Inspector", "It reads what the block's first ReLU puts out.")
    else:
        text = _padding_text(block)
    return text.format(
        before=shape_text(block.input_shape),
        after=shape_text(block.output_shape),
        stride=plan.stride,
        zeros=plan.out_channels - plan.in_channels,
    )


def _projection_text(block: Block) -> str:
    plan = block.plan
    if plan.stride == 1 and plan.in_channels == plan.out_channels:
        return translate("Inspector", "The shapes agree, {after}, but option C has a 1×1 convolution Wₛ everywhere.")
    if plan.stride == 1:
        return translate("Inspector", "Only equal shapes add up: Wₛ, a 1×1 convolution, makes {after} of {before}.")
    return translate(
        "Inspector",
        "Only equal shapes add up: Wₛ, a 1×1 convolution of stride {stride}, makes {after} of {before}.",
    )


def _padding_text(block: Block) -> str:
    plan = block.plan
    if plan.stride == 1:
        return translate(
            "Inspector", "Only equal shapes add up: {zeros} channels of zeros make {after} of {before}, at no cost."
        )
    if plan.in_channels == plan.out_channels:
        return translate(
            "Inspector", "Only equal shapes add up: one pixel in {stride}, each way, makes {after} of {before}."
        )
    return translate(
        "Inspector",
        "Only equal shapes add up: one pixel in {stride}, each way, and {zeros} channels of zeros make {after} "
        "of {before}, at no cost.",
    )
