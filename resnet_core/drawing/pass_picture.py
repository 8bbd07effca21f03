"""Chooses how a pass is drawn by the level of detail that its structure is drawn at."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.drawing.display_list import Item
from resnet_core.drawing.pass_blocks import BlockPass
from resnet_core.drawing.pass_layers import LayerPass
from resnet_core.drawing.pass_sight import PassSight

PassPicture = BlockPass | LayerPass


def pass_picture(sight: PassSight) -> PassPicture:
    """Return what draws the moments of a pass over the structure drawn at `sight.level`, on the very same lines."""
    return LayerPass(sight) if sight.level == "layer" else BlockPass(sight)


def pass_items(picture: PassPicture, moment: float) -> Iterator[Item]:
    """Yield a pass at `moment`: what lies behind it, then what is on its way.

    A window paints the stretches that lie behind once and keeps them.
    """
    done, begun = picture.behind(moment)
    for number in done:
        yield from picture.whole(number)
    for number in begun:
        yield from picture.partial(number, moment)
    yield from picture.travellers(moment)
