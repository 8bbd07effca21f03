"""Turns an architecture into its twin: the same stages with the other kind of block, or without shortcuts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from resnet_core.configuration.architecture_config import (
    ActivationOrder,
    ArchitectureConfig,
    BlockKind,
    BlockOverride,
    ShortcutOption,
)
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.presets import find_preset, preset

KIND_NAMES: Final = {"basic": "Basic", "bottleneck": "Bottleneck"}
ORDER_NAMES: Final = {"post": "post-activation", "pre": "pre-activation"}
OPTION_NAMES: Final = ("option A", "option B", "option C")
_BASIC_BLOCK: Final = {"groups": 1, "base_width": 64, "halve_first": False}


def main_kind(config: ArchitectureConfig) -> BlockKind:
    """Return the kind that most blocks of `config` have, counted by stage; Bottleneck on a tie."""
    basic = sum(stage.blocks for stage in config.stages if stage.kind == "basic")
    return "basic" if 2 * basic > sum(stage.blocks for stage in config.stages) else "bottleneck"


def other_kind(config: ArchitectureConfig) -> BlockKind:
    """Return the kind that `main_kind` is not."""
    return "bottleneck" if main_kind(config) == "basic" else "basic"


def with_kind(config: ArchitectureConfig, kind: BlockKind) -> ArchitectureConfig:
    """Return `config` with every block of one `kind`, named "ResNet-50 (Basic)".

    Stages keep their blocks, stride and width. Width counts before expansion, so a Bottleneck stage puts out
    `expansion` times the channels of its Basic twin. Kinds of single blocks are dropped; cardinality and base
    width, which a Basic block does not have, go back to 1 and 64.

    Raises ConfigurationError where such a network cannot be (too wide, zero padding that would shrink).
    """
    data = config.model_dump(mode="json")
    for stage in data["stages"]:
        stage["kind"] = kind
    data["overrides"] = _without(data["overrides"], "kind")
    if kind == "basic":
        data["block"].update(_BASIC_BLOCK)
    base = _base_name(config.name)
    return _named(validated(ArchitectureConfig, data), base, f"{base} ({KIND_NAMES[kind]})")


def is_plain(config: ArchitectureConfig) -> bool:
    """Return whether no block has a shortcut."""
    return all(plan.shortcut == "none" for plan in config.block_plans())


def plain_twin(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` without any shortcut: the control of He et al. 2015 (arXiv 1512.03385, section 4.1).

    The twin of a published network has the published name, Plain-34 for ResNet-34.
    """
    data = config.model_dump(mode="json")
    data["shortcut"]["option"] = "none"
    data["overrides"] = _without(data["overrides"], "shortcut")
    twin = validated(ArchitectureConfig, data)
    return _named(twin, config.name.replace("ResNet-", "Plain-", 1), f"{config.name} (plain)")


def with_order(config: ArchitectureConfig, order: ActivationOrder) -> ArchitectureConfig:
    """Return `config` with its norms and activations after ("post") or before ("pre") the convolutions.

    He et al. 2016 (arXiv 1603.05027), figure 4 (a) and (e); before them, a projection has no norm of its own. The twin
    of a published network has the published name, PreResNet-56 for ResNet-56.

    Raises ConfigurationError where such a network cannot be.
    """
    data = config.model_dump(mode="json")
    data["block"]["activation_order"] = order
    data["shortcut"]["projection_norm"] = order != "pre"
    base = _stripped(config.name, ORDER_NAMES.values()).removeprefix("Pre")
    published = f"Pre{base}" if order == "pre" else base
    return _named(validated(ArchitectureConfig, data), published, f"{base} ({ORDER_NAMES.get(order, order)})")


def with_option(config: ArchitectureConfig, option: ShortcutOption) -> ArchitectureConfig:
    """Return `config` with another shortcut where shapes change: option A, B or C of He et al. 2015, table 3.

    Raises ConfigurationError where such a network cannot be.
    """
    data = config.model_dump(mode="json")
    data["shortcut"]["option"] = option
    base = _stripped(config.name, OPTION_NAMES)
    named = f"{base} (option {option})"
    twin = _named(validated(ArchitectureConfig, data), named, named)
    return twin if find_preset(named) else _named(twin, base, named)


def _without(overrides: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Return the overrides with `field` unset, less those that then change nothing."""
    kept = [{**override, field: None} for override in overrides]
    return [entry for entry in kept if not BlockOverride.model_validate(entry).changes_nothing]


def _base_name(name: str) -> str:
    return _stripped(name, KIND_NAMES.values())


def _stripped(name: str, suffixes: Iterable[str]) -> str:
    for suffix in suffixes:
        name = name.removesuffix(f" ({suffix})")
    return name


def _named(twin: ArchitectureConfig, published: str, otherwise: str) -> ArchitectureConfig:
    """Give `twin` the name `published` if it is the preset of that name, else the name `otherwise`."""
    found = find_preset(published)
    if found is not None and twin.model_copy(update={"name": found.name}) == preset(found.name):
        return preset(found.name)
    return twin.model_copy(update={"name": otherwise})
