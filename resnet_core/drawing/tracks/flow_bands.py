"""Draws under lines and outlines of the structure a band each, as wide as the share of the gradient that takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import get_args

from resnet_core.architecture.graph import Graph
from resnet_core.drawing.display_list import Arch, BranchBand, Item, Polyline, Rectangle, Role, ShortcutBand

SHORTCUT_BANDS: tuple[Role, ...] = get_args(ShortcutBand)
BRANCH_BANDS: tuple[Role, ...] = get_args(BranchBand)
"""The roles of a band from the narrowest to the widest; no share at all has none."""

LEAST_PX = 12.0
"""Arches and outlines narrower than this have no room for bands."""

Share = Callable[[str], float]


def band_items(
    items: Iterable[Item], share: Share, roles: tuple[Role, ...], least_px: float = LEAST_PX
) -> Iterator[Item]:
    """Yield the bands of ways, outlines and lines that have any, narrow ones first.

    `share` is by id, NaN where there is none; `roles` those of the bands, as `SHORTCUT_BANDS`. What is narrower than
    `least_px` has none.
    """
    found: dict[int, list[Item]] = {}
    for item in items:
        if not isinstance(item, Arch | Polyline | Rectangle) or item.box.width < least_px:
            continue
        strength = share(item.id)
        level = round(strength * len(roles)) if strength == strength else 0
        if level:
            found.setdefault(level, []).append(item._replace(role=roles[level - 1]))
    for level in sorted(found):
        yield from found[level]


@lru_cache(maxsize=2)
def branch_layers_of(graph: Graph) -> frozenset[str]:
    """Return the layers of all branches, from behind the fork to the addition, whose edges the branch's gradient takes.

    A block without a shortcut has none: nothing parts there.
    """
    found: set[str] = set()
    for block in graph.blocks:
        if block.plan.shortcut == "none":
            continue
        nodes = [node for node in graph.nodes if node.block == block.id]
        way = next((node for node in nodes if node.path == "shortcut"), None)
        addition = next(node for node in nodes if node.kind == "add")
        source = addition.inputs[1] if way is None else way.inputs[0]
        main = [node.id for node in nodes if node.path == "main"]
        found |= set(main[main.index(source) + 1 if source in main else 0 : main.index(addition.id) + 1])
    return frozenset(found)
