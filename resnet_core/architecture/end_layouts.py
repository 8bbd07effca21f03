"""Lays out the layers before the first block and after the last one."""

from __future__ import annotations

from resnet_core.architecture.layers import ENTRY, Operation, Unit
from resnet_core.architecture.unit_builder import UnitBuilder
from resnet_core.configuration.architecture_config import ArchitectureConfig, StemConfig
from resnet_core.configuration.network_sections import HeadPool, StemPool

_BIASED = Operation(bias=True)


def stem_layout(config: ArchitectureConfig) -> Unit:
    """Return the stem: (channels, H, W) -> (stem width, H', W').

    A pre-activation network normalises and activates inside its blocks, so that its stem does not at its end.
    """
    unit = UnitBuilder(config.style, config.input.channels)
    tip = _stem_convolutions(unit, config.stem)
    order = config.block.activation_order
    if order != "pre":
        tip = unit.norm("1", tip)
        tip = unit.scalar_bias("bias1", tip)
    if order not in ("pre", "relu_pre"):
        tip = unit.activation("", tip)
    return unit.unit(_stem_pool(unit, config.stem.pool, tip))


def stem_feature(stem: Unit) -> str:
    """Return the name of the layer whose output is C1: the stem's last before its pooling."""
    return [layer.name for layer in stem.layers if not layer.name.startswith("maxpool")][-1]


def head_layout(config: ArchitectureConfig) -> Unit:
    """Return the head: (C, H, W) -> classes, or features where there are no classes.

    A pre-activation network ends with the norm and activation that its last addition lacks (He et al. 2016).
    """
    head = config.head
    unit = UnitBuilder(config.style, config.stage_channels(config.stages[-1]))
    tip = ENTRY
    if config.block.activation_order == "pre":
        tip = unit.norm("", tip, name="final_bn" if config.norm.kind == "batch" else "final_norm")
    if config.block.activation_order in ("pre", "relu_pre"):
        tip = unit.activation("", tip, name="final_relu" if config.activation.kind == "relu" else "final_act")
    if head.pool == "none":
        return unit.unit(tip)
    if head.features:
        tip = unit.conv("neck.0", tip, head.features, 1)
        tip = unit.norm("", tip, name="neck.1")
        tip = unit.activation("", tip, name="neck.2")
    tip = unit.add("flatten", "flatten", _pooled(unit, head.pool, tip))
    if head.classes:
        if head.dropout:
            tip = unit.add("dropout", "dropout", tip, operation=Operation(factor=head.dropout))
        tip = unit.scalar_bias("bias2", tip)
        tip = unit.add("fc", "linear", tip, channels=head.classes, operation=_BIASED)
    return unit.unit(tip)


def _stem_convolutions(unit: UnitBuilder, stem: StemConfig) -> str:
    """Add 7x7 /2 (He et al. 2015), one 3x3 (their CIFAR nets), or 3x3 /2, 3x3, 3x3 (He et al. 2018, Fig. 2b)."""
    if stem.kind == "imagenet":
        return unit.conv("conv1", ENTRY, stem.width, 7, 2)
    if stem.kind == "cifar":
        return unit.conv("conv1", ENTRY, stem.width, 3)
    first = stem.width // 2 if stem.kind == "deep" else 3 * (stem.width // 8)
    tip = ENTRY
    for place, (channels, stride) in enumerate(((first, 2), (stem.width // 2, 1))):
        tip = unit.conv(f"conv1.{3 * place}", tip, channels, 3, stride)
        tip = unit.norm("", tip, name=f"conv1.{3 * place + 1}")
        tip = unit.scalar_bias(f"conv1.{3 * place + 1}", tip)
        tip = unit.activation("", tip, name=f"conv1.{3 * place + 2}")
    return unit.conv("conv1.6", tip, stem.width, 3, 2 if stem.pool == "stride" else 1)


def _stem_pool(unit: UnitBuilder, pool: StemPool, tip: str) -> str:
    if pool == "max":
        return unit.add("maxpool", "max_pool", tip, operation=Operation(3, 2, 1))
    if pool == "average":
        return unit.average("maxpool", tip, 2)
    if pool == "blur":
        tip = unit.add("maxpool.0", "max_pool", tip, operation=Operation(3, 1, 1))
        return unit.blur("maxpool.1", tip, 2)
    if pool == "conv":
        tip = unit.conv("maxpool.0", tip, unit.channels_of(tip), 3, 2)
        tip = unit.scalar_bias("maxpool.1", unit.norm("", tip, name="maxpool.1"))
        return unit.activation("", tip, name="maxpool.2")
    return tip


def _pooled(unit: UnitBuilder, pool: HeadPool, tip: str) -> str:
    if pool == "average":
        return unit.add("avgpool", "average_pool", tip)
    if pool == "max":
        return unit.add("globalmaxpool", "global_max_pool", tip)
    average = unit.add("avgpool", "average_pool", tip)
    peak = unit.add("globalmaxpool", "global_max_pool", tip)
    return unit.add("poolmean", "mean", average, peak)
