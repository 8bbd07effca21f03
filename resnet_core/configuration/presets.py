"""Names published residual networks and returns each as a configuration."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    BlockKind,
    HeadConfig,
    InputConfig,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

HE_2015 = "He et al. 2015, arXiv 1512.03385"
HE_2016 = "He et al. 2016, arXiv 1603.05027"
ZAGORUYKO_2016 = "Zagoruyko and Komodakis 2016, arXiv 1605.07146"
XIE_2016 = "Xie et al. 2016, arXiv 1611.05431"


class Preset(NamedTuple):
    """A published network: its name, the family it is listed under, its paper, and other names it answers to."""

    name: str
    family: str
    source: str
    build: Callable[[], ArchitectureConfig]
    aliases: tuple[str, ...] = ()


class UnknownPresetError(KeyError):
    """No preset has that name; the text names the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


def preset_names() -> tuple[str, ...]:
    """Return every preset's name, in the order of the families."""
    return tuple(_presets())


def preset_families() -> Mapping[str, tuple[Preset, ...]]:
    """Return the presets by family, both in the order they are shown."""
    families: dict[str, list[Preset]] = {}
    for entry in _presets().values():
        families.setdefault(entry.family, []).append(entry)
    return {family: tuple(entries) for family, entries in families.items()}


def preset(name: str) -> ArchitectureConfig:
    """Return the preset `name`; case does not matter, and torchvision's names are known too.

    Raises UnknownPresetError, which names the nearest presets.
    """
    found = _index().get(_normal(name))
    if found is None:
        raise UnknownPresetError(_unknown(name))
    return _built(found)


def find_preset(name: str) -> Preset | None:
    """Return what is known about the preset `name`, or None."""
    found = _index().get(_normal(name))
    return _presets()[found] if found else None


@cache
def _built(name: str) -> ArchitectureConfig:
    return _presets()[name].build()


@cache
def _presets() -> Mapping[str, Preset]:
    entries = [*_imagenet(), *_cifar(), *_plain(), *_preactivation(), *_wide(), *_resnext()]
    return MappingProxyType({entry.name: entry for entry in entries})


@cache
def _index() -> Mapping[str, str]:
    names = {
        _normal(alias): entry.name for entry in _presets().values() for alias in (entry.name, *entry.aliases)
    }
    return MappingProxyType(names)


def _normal(name: str) -> str:
    return name.strip().lower().replace("-", "").replace("_", "")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(_normal(name), list(_index()), n=3, cutoff=0.5)
    names = list(dict.fromkeys(_index()[match] for match in near))
    mend = f"did you mean {' or '.join(names)}?" if names else "`skipscope presets` lists them all"
    return f"{name}: no preset and no file of that name; {mend}"


_IMAGENET_BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


def _imagenet_network(name: str, depth: int, **changes: Any) -> ArchitectureConfig:
    kind: BlockKind = "basic" if depth < 50 else "bottleneck"
    blocks = _IMAGENET_BLOCKS[depth]
    widths, strides = (64, 128, 256, 512), (1, 2, 2, 2)
    stages = tuple(
        StageConfig(blocks=b, width=w, stride=s, kind=kind)
        for b, w, s in zip(blocks, widths, strides, strict=True)
    )
    return ArchitectureConfig(name=name, stages=stages, **changes)


def _cifar_network(
    name: str,
    blocks: int,
    widths: tuple[int, int, int] = (16, 32, 64),
    *,
    kind: BlockKind = "basic",
    **changes: Any,
) -> ArchitectureConfig:
    stages = tuple(
        StageConfig(blocks=blocks, width=width, stride=stride, kind=kind)
        for width, stride in zip(widths, (1, 2, 2), strict=True)
    )
    changes = {"shortcut": ShortcutConfig(option="A"), **changes}
    return ArchitectureConfig(
        name=name,
        input=InputConfig(channels=3, height=32, width=32),
        stem=StemConfig(kind="cifar", width=16),
        stages=stages,
        head=HeadConfig(classes=10),
        **changes,
    )


def _entry(
    name: str,
    family: str,
    source: str,
    build: Callable[..., ArchitectureConfig],
    *arguments: object,
    **changes: object,
) -> Preset:
    aliases = changes.pop("aliases", ())
    assert isinstance(aliases, tuple)
    return Preset(name, family, source, lambda: build(name, *arguments, **changes), aliases)


def _imagenet() -> list[Preset]:
    family = N_("Family", "ImageNet ResNet")
    return [
        _entry(f"ResNet-{depth}", family, HE_2015, _imagenet_network, depth) for depth in _IMAGENET_BLOCKS
    ]


def _cifar() -> list[Preset]:
    family = N_("Family", "CIFAR ResNet")
    depths = (20, 32, 44, 56, 110, 1202)
    return [_entry(f"ResNet-{depth}", family, HE_2015, _cifar_network, (depth - 2) // 6) for depth in depths]


def _plain() -> list[Preset]:
    family, plain = N_("Family", "Plain twins"), ShortcutConfig(option="none")
    large = [
        _entry(f"Plain-{depth}", family, HE_2015, _imagenet_network, depth, shortcut=plain)
        for depth in _IMAGENET_BLOCKS
    ]
    small = [
        _entry(f"Plain-{depth}", family, HE_2015, _cifar_network, (depth - 2) // 6, shortcut=plain)
        for depth in (20, 32, 44, 56, 110, 1202)
    ]
    return large + small


def _preactivation() -> list[Preset]:
    family = N_("Family", "Pre-activation")
    identity = ShortcutConfig(option="A", projection_norm=False)
    projected = ShortcutConfig(option="B", projection_norm=False)
    basic = [
        _entry(
            f"PreResNet-{depth}", family, HE_2016, _cifar_network, (depth - 2) // 6,
            block=BlockConfig(activation_order="pre"), shortcut=identity,
        )
        for depth in (56, 110)
    ]  # fmt: skip
    deep = _entry(
        "PreResNet-164", family, HE_2016, _cifar_network, 18, kind="bottleneck",
        block=BlockConfig(activation_order="pre", stride_in="1x1"), shortcut=projected,
    )  # fmt: skip
    return [*basic, deep]


def _wide() -> list[Preset]:
    family = N_("Family", "Wide ResNet")
    wrn = _entry(
        "WRN-28-10", family, ZAGORUYKO_2016, _cifar_network, 4, (160, 320, 640),
        block=BlockConfig(activation_order="pre"), shortcut=ShortcutConfig(option="B", projection_norm=False),
    )  # fmt: skip
    bottleneck = _entry(
        "Wide-ResNet-50-2", family, ZAGORUYKO_2016, _imagenet_network, 50,
        block=BlockConfig(base_width=128), aliases=("wide_resnet50_2",),
    )  # fmt: skip
    return [wrn, bottleneck]


def _resnext() -> list[Preset]:
    family, block = N_("Family", "ResNeXt"), BlockConfig(groups=32, base_width=4)
    return [_entry("ResNeXt-50-32x4d", family, XIE_2016, _imagenet_network, 50, block=block)]
