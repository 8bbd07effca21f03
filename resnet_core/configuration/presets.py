"""Names published residual networks, finds them by any of their names, and returns each as a configuration."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.preset_catalog import (
    aggregated,
    anti_aliased,
    channel_attention,
    deep_residual,
    identity_mappings,
    scaled,
    squeeze_excitation,
    stem_variants,
    timm_own,
    version_two,
    wide,
)
from resnet_core.configuration.preset_catalog.records import Accuracy, ExactCounts, Paper, Preset, PrintedCount

__all__ = [
    "Accuracy",
    "ExactCounts",
    "Paper",
    "Preset",
    "PrintedCount",
    "UnknownPresetError",
    "find_preset",
    "preset",
    "preset_families",
    "preset_names",
    "search_presets",
]

_CATALOG = (
    deep_residual, identity_mappings, wide, aggregated, stem_variants, squeeze_excitation, channel_attention, scaled,
    anti_aliased, version_two, timm_own,
)  # fmt: skip


_SIGNS = re.compile(r"[^\w.]+|_")


class UnknownPresetError(KeyError):
    """No preset has that name; the text names the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


def preset_names() -> tuple[str, ...]:
    """Return every preset's name, in the order of the families."""
    return tuple(_presets())


def preset_families() -> Mapping[str, tuple[Preset, ...]]:
    """Return the presets by family, both in the order they are shown; nothing is built."""
    families: dict[str, list[Preset]] = {}
    for entry in _presets().values():
        families.setdefault(entry.family, []).append(entry)
    return {family: tuple(entries) for family, entries in families.items()}


def preset(name: str) -> ArchitectureConfig:
    """Return the preset `name`; case does not matter, and the names of torchvision and timm are known too.

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


def search_presets(text: str) -> tuple[Preset, ...]:
    """Return the presets that have every word of `text` in a name, their family, paper or year, all for no words.

    The preset that is called exactly so comes first, the others follow in their order. Case does not matter, nor do
    hyphens and underscores in a name: "resnet 50", "SE d", "he 2016" and "pre-activation" all find something. A word
    of one or two letters must begin a word that is searched.
    """
    words = tuple(dict.fromkeys(text.casefold().split()))
    found = [entry for entry in _presets().values() if all(_says(_texts()[entry.name], word) for word in words)]
    exact = find_preset(text)
    return tuple(found if exact is None else [exact, *(entry for entry in found if entry is not exact)])


@cache
def _built(name: str) -> ArchitectureConfig:
    return _presets()[name].build()


@cache
def _presets() -> Mapping[str, Preset]:
    """The families in the order they are shown; a network of an earlier family keeps its place."""
    entries: dict[str, list[Preset]] = {}
    for part in _CATALOG:
        for entry in part.presets():
            entries.setdefault(entry.family, []).append(entry)
    return MappingProxyType({entry.name: entry for family in entries.values() for entry in family})


@cache
def _index() -> Mapping[str, str]:
    names = {_normal(alias): entry.name for entry in _presets().values() for alias in (*entry.aliases, entry.name)}
    return MappingProxyType(names)


@cache
def _texts() -> Mapping[str, str]:
    """What is searched of each preset, each word behind a space: names as they are, in parts and without signs."""
    return MappingProxyType({entry.name: _searched(entry) for entry in _presets().values()})


def _searched(entry: Preset) -> str:
    names = (entry.name, *entry.aliases)
    parts = " ".join((*names, entry.family, entry.source, entry.paper.title))
    words = (parts, _SIGNS.sub(" ", parts), *map(_normal, names))
    return f" {' '.join(words)}".casefold()


def _says(searched: str, word: str) -> bool:
    plain = _normal(word)
    return f" {word}" in searched or (len(plain) > 2 and (word in searched or plain in searched))


def _normal(name: str) -> str:
    return name.strip().casefold().replace("-", "").replace("_", "").replace(" ", "")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(_normal(name), list(_index()), n=3, cutoff=0.5)
    names = list(dict.fromkeys(_index()[match] for match in near))
    mend = f"did you mean {' or '.join(names)}?" if names else "`skipscope presets` lists them all"
    return f"{name}: no preset and no file of that name; {mend}"
