"""Writes the call that builds each module; its numbers are given as text, be they numbers or parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from resnet_core.architecture.layers import Layer, NodeKind
from resnet_core.export.torch_steps import Step

Numbers = Mapping[tuple[str, str], str]
"""What stands for each number of a layer: (layer's name, slot) -> text; the slots are those of `slots_of`."""

_ATTENTION_NUMBERS = ("se.fc1", "cbam.fc1", "eca.conv")

Write = Callable[[Layer, Numbers], str]


def slots_of(layer: Layer) -> dict[str, int | float]:
    """Return the numbers of a layer that may differ between blocks that are otherwise made alike."""
    kind, operation = layer.kind, layer.operation
    slots: dict[str, int | float] = {}
    if layer.path == "gate" and layer.name not in _ATTENTION_NUMBERS:
        return slots
    if kind in ("conv", "linear", "zero_pad"):
        slots["in"] = layer.in_channels
    if kind in ("conv", "linear", "batch_norm", "group_norm", "layer_norm", "blur_pool", "zero_pad"):
        slots["out"] = layer.out_channels
    if kind in ("conv", "blur_pool", "local_average_pool", "zero_pad"):
        slots["stride"] = operation.stride
    if kind == "conv":
        slots |= {"dilation": operation.dilation, "groups": operation.groups}
    if kind == "channel_conv":
        slots["kernel"] = operation.kernel
    if kind == "drop_path":
        slots["chance"] = operation.factor
    return slots


def fixed_facts(layer: Layer) -> tuple[object, ...]:
    """Return what blocks must share to be written as one class: all of a layer but its slots."""
    operation, slots = layer.operation, slots_of(layer)
    kernel = 0 if layer.kind in ("channel_conv", "local_average_pool") else operation.kernel
    groups = 0 if "groups" in slots else operation.groups
    factor = 0.0 if "chance" in slots else operation.factor
    rest = (kernel, groups, factor, operation.bias, operation.standardized, operation.learned)
    return (layer.name, layer.kind, layer.inputs, layer.path, *rest)


def written_module(step: Step, numbers: Numbers) -> str:
    """Return the call that builds the module of a step, such as `nn.Conv2d(64, 64, kernel_size=1, bias=False)`."""
    if step.is_attention:
        return _attention(step, numbers)
    if step.is_chain:
        return f"nn.Sequential({', '.join(chain_members(step, numbers))})"
    return _written(step.layers[0], numbers)


def chain_members(step: Step, numbers: Numbers) -> list[str]:
    """Return the calls that build a chain's modules; an identity stands where a number of it is left out."""
    by_place = {int(layer.name.rpartition(".")[2]): layer for layer in step.layers}
    return [
        _written(by_place[place], numbers) if place in by_place else "nn.Identity()"
        for place in range(max(by_place) + 1)
    ]


def parts_of(step: Step) -> list[str]:
    """Return the keys of the parts (`torch_parts.PARTS`) that a step needs."""
    if step.name == "se":
        return ["se_linear" if any(layer.kind == "linear" for layer in step.layers) else "se_conv"]
    if step.name == "cbam":
        return ["cbam_norm" if any(layer.kind == "batch_norm" for layer in step.layers) else "cbam"]
    if step.is_attention:
        return [step.name]
    return [] if step.is_arithmetic else [key for layer in step.layers if (key := _part_of(layer))]


def _part_of(layer: Layer) -> str:
    if layer.kind == "conv":
        return "standardized_conv" if layer.operation.standardized else ""
    if layer.kind == "scale":
        return "learned_scale"
    return layer.kind if layer.kind in ("layer_norm", "blur_pool", "zero_pad", "drop_path", "scalar_bias") else ""


def _attention(step: Step, numbers: Numbers) -> str:
    if step.name == "eca":
        return f"EfficientChannelAttention({numbers['eca.conv', 'kernel']})"
    first = f"{step.name}.fc1"
    name = "SqueezeExcitation" if step.name == "se" else "ChannelSpatialAttention"
    return f"{name}({numbers[first, 'in']}, {numbers[first, 'out']})"


def _written(layer: Layer, numbers: Numbers) -> str:
    return _WRITERS[layer.kind](layer, numbers)


def _convolution(layer: Layer, numbers: Numbers) -> str:
    operation = layer.operation
    stride, dilation, groups = (numbers[layer.name, slot] for slot in ("stride", "dilation", "groups"))
    words = [numbers[layer.name, "in"], numbers[layer.name, "out"], f"kernel_size={operation.kernel}"]
    words += [f"stride={stride}"] * (stride != "1")
    words += [f"padding={_padding(layer, dilation)}"] * (operation.padding > 0)
    words += [f"dilation={dilation}"] * (dilation != "1")
    words += [f"groups={groups}"] * (groups != "1")
    words += ["bias=False"] * (not operation.bias)
    name = "StandardizedConv2d" if operation.standardized else "nn.Conv2d"
    return f"{name}({', '.join(words)})"


def _padding(layer: Layer, dilation: str) -> str:
    """Return the padding that keeps the map's size: dilation times half the kernel."""
    half = layer.operation.kernel // 2
    if dilation.isdecimal():
        return str(layer.operation.padding)
    return dilation if half == 1 else f"{half} * {dilation}"


def _window(layer: Layer, numbers: Numbers) -> str:
    stride = numbers[layer.name, "stride"]
    return f"nn.AvgPool2d({stride}, ceil_mode=True, count_include_pad=False)"


def _max_pool(layer: Layer, _: Numbers) -> str:
    operation = layer.operation
    return f"nn.MaxPool2d(kernel_size={operation.kernel}, stride={operation.stride}, padding={operation.padding})"


def _zero_pad(layer: Layer, numbers: Numbers) -> str:
    before, after = numbers[layer.name, "in"], numbers[layer.name, "out"]
    extra = f"{after} - {before}"
    if before.isdecimal() and after.isdecimal():
        extra = str(layer.out_channels - layer.in_channels)
    return f"ZeroPad({numbers[layer.name, 'stride']}, {extra if before != after else 0})"


def _bare(name: str) -> Write:
    return lambda _layer, _numbers: f"nn.{name}()"


_WRITERS: Mapping[NodeKind, Write] = MappingProxyType(
    {
        "conv": _convolution,
        "linear": lambda layer, numbers: f"nn.Linear({numbers[layer.name, 'in']}, {numbers[layer.name, 'out']})",
        "batch_norm": lambda layer, numbers: f"nn.BatchNorm2d({numbers[layer.name, 'out']})",
        "group_norm": lambda layer, numbers: f"nn.GroupNorm({layer.operation.groups}, {numbers[layer.name, 'out']})",
        "layer_norm": lambda layer, numbers: f"ChannelLayerNorm({numbers[layer.name, 'out']}, eps=1e-6)",
        "relu": _bare("ReLU"),
        "leaky_relu": _bare("LeakyReLU"),
        "gelu": _bare("GELU"),
        "silu": _bare("SiLU"),
        "elu": _bare("ELU"),
        "max_pool": _max_pool,
        "local_average_pool": _window,
        "blur_pool": lambda layer, numbers: f"BlurPool({numbers[layer.name, 'out']}, {numbers[layer.name, 'stride']})",
        "average_pool": lambda _layer, _numbers: "nn.AdaptiveAvgPool2d(1)",
        "global_max_pool": lambda _layer, _numbers: "nn.AdaptiveMaxPool2d(1)",
        "zero_pad": _zero_pad,
        "dropout": lambda layer, _numbers: f"nn.Dropout({layer.operation.factor!r})",
        "drop_path": lambda layer, numbers: f"DropPath({numbers[layer.name, 'chance']})",
        "scale": lambda layer, _numbers: f"LearnedScale({layer.operation.factor!r})",
        "scalar_bias": lambda _layer, _numbers: "ScalarBias()",
    }
)
