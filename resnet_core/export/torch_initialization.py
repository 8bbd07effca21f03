"""Writes the function that gives a network the weights it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.configuration.block_sections import InitializationScheme

_DRAWS: dict[InitializationScheme, str] = {
    "kaiming_fan_in": 'nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")',
    "xavier": "nn.init.xavier_normal_(module.weight)",
    "orthogonal": "nn.init.orthogonal_(module.weight, gain=math.sqrt(2))",
}
_USUAL_DRAW = 'nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")'


class BlockWeights(NamedTuple):
    """A class of blocks and the layer whose weights at zero make F(x) = 0; empty where there is none."""

    class_name: str
    plan: BlockPlan
    silencer: str


def initialization_code(config: ArchitectureConfig, blocks: Sequence[BlockWeights]) -> tuple[str, list[str]]:
    """Return the function `initialize(model)` and the imports it needs; it draws what `build_model` draws."""
    scheme = config.initialization.scheme
    lines = [
        "def initialize(model: nn.Module) -> None:",
        '    """Give every layer the weights it begins with."""',
        "    for module in model.modules():",
        "        if isinstance(module, (nn.Conv2d, nn.Conv1d)):",
        f"            {_DRAWS.get(scheme, _USUAL_DRAW)}",
        "            if module.bias is not None:",
        "                nn.init.zeros_(module.bias)",
        "        elif isinstance(module, nn.Linear):",
        "            module.reset_parameters()",
    ]
    residual = [block for block in blocks if block.silencer]
    if scheme == "fixup" and residual:
        lines += _fixup_lines(residual, has_classifier=bool(config.head.classes))
    elif scheme == "fixup" and config.head.classes:
        lines += _classifier_lines()
    elif scheme != "skipinit":
        lines += _silent_lines([block for block in residual if block.plan.begins_at_zero(config.initialization)])
    return "\n".join(lines), ["import math"] * (scheme == "orthogonal")


def _silent_lines(blocks: Sequence[BlockWeights]) -> list[str]:
    """Begin every branch at F(x) = 0."""
    lines = []
    for block in blocks:
        lines += [
            "    for module in model.modules():",
            f"        if isinstance(module, {block.class_name}):",
            f"            nn.init.zeros_(module.{block.silencer}.weight)  # F(x) = 0",
        ]
        if block.silencer.startswith("conv"):
            lines += [
                f"            if module.{block.silencer}.bias is not None:",
                f"                nn.init.zeros_(module.{block.silencer}.bias)",
            ]
    return lines


def _fixup_lines(blocks: Sequence[BlockWeights], *, has_classifier: bool) -> list[str]:
    """Fixup (Zhang et al. 2019): the last convolution of a branch at 0, the others smaller the more branches."""
    lines = [
        "    residual = (",
        *(f"        {block.class_name}," for block in blocks),
        "    )",
        "    branches = [module for module in model.modules() if isinstance(module, residual)]",
        "    for branch in branches:",
        '        convs = [module for name, module in branch.named_children() if name.startswith("conv")]',
        "        nn.init.zeros_(convs[-1].weight)",
        "        for conv in convs[:-1]:",
        "            with torch.no_grad():",
        "                conv.weight.mul_(len(branches) ** (-1 / (2 * len(convs) - 2)))",
    ]
    return lines + (_classifier_lines() if has_classifier else [])


def _classifier_lines() -> list[str]:
    return ["    nn.init.zeros_(model.fc.weight)", "    nn.init.zeros_(model.fc.bias)"]
