"""Writes a drawing as a standalone SVG document, without Qt."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import NamedTuple

from resnet_core.drawing.display_list import (
    Arch,
    Box,
    Drawing,
    Group,
    Item,
    Polyline,
    Raster,
    Rectangle,
    Text,
    rounded_corners,
)
from resnet_core.drawing.styles import LIGHT_PALETTE, STYLES, Palette

_FONTS = "'Inter', 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_ANCHORS = {"left": "start", "middle": "middle", "right": "end"}
_BASELINE_SHARE = 0.36


def to_svg(drawing: Drawing, palette: Palette = LIGHT_PALETTE) -> str:
    """Return `drawing` as SVG 1.1 text in the colours of `palette`.

    Text stays text; a group is a `g` with its id, each shape carries its `data-id` and a title.
    """
    width, height = _number(drawing.width), _number(drawing.height)
    clips = {clip: f"clip-{number + 1}" for number, clip in enumerate(dict.fromkeys(_clips(drawing.items)))}
    ink = _Ink(palette, clips)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" font-family="{escape(_FONTS)}">',
        f"<title>{escape(drawing.title)}</title>",
        f"<desc>{escape(drawing.description)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{palette["canvas"]}"/>',
        *_definitions(clips),
        *(_element(item, ink) for item in drawing.items),
        "</svg>",
        "",
    ]
    return "\n".join(lines)


class _Ink(NamedTuple):
    """The colours, and the id of each area that something is cut off by."""

    palette: Palette
    clips: Mapping[Box, str]


def _clips(items: Iterable[Item]) -> Iterator[Box]:
    for item in items:
        if isinstance(item, Group):
            if item.clip is not None:
                yield item.clip
            yield from _clips(item.items)


def _definitions(clips: Mapping[Box, str]) -> Iterator[str]:
    if clips:
        yield "<defs>"
        for box, id in clips.items():
            yield f'<clipPath id="{id}"><rect {_place(box.left, box.top, box.width, box.height)}/></clipPath>'
        yield "</defs>"


def _element(item: Item, ink: _Ink) -> str:
    if isinstance(item, Group):
        return _group(item, ink)
    palette = ink.palette
    if isinstance(item, Text):
        return _text(item, palette)
    if isinstance(item, Raster):
        return _image(item, palette)
    if isinstance(item, Rectangle):
        corner = f' rx="{_number(item.radius)}"' if item.radius else ""
        shape = f"<rect {_place(item.x, item.y, item.width, item.height)}{corner}"
    else:
        path = _arch_path(item) if isinstance(item, Arch) else _line_path(item)
        shape = f'<path d="{path}"'
    filled = not isinstance(item, Arch) and not (isinstance(item, Polyline) and not item.closed)
    return f"{shape}{_paint(item, palette, filled)}{_identity(item)}{_closing(item, shape)}"


def _group(item: Group, ink: _Ink) -> str:
    id = f' id="{escape(item.id)}"' if item.id else ""
    opacity = f' opacity="{_number(item.opacity)}"' if item.opacity < 1 else ""
    clip = f' clip-path="url(#{ink.clips[item.clip]})"' if item.clip is not None else ""
    title = [f"<title>{escape(item.title)}</title>"] if item.title else []
    return "\n".join((f"<g{id}{opacity}{clip}>", *title, *(_element(inner, ink) for inner in item.items), "</g>"))


def _image(item: Raster, palette: Palette) -> str:
    from resnet_core.drawing.color_map import colored, packed, viridis_table  # numpy: only where there is an image
    from resnet_core.drawing.png_image import png_bytes

    colors = colored(item.shown, (item.low, item.high), viridis_table(), packed(palette["warning"]))
    data = b64encode(png_bytes(colors)).decode("ascii")
    shape = (
        f'<image {_place(item.x, item.y, item.width, item.height)} preserveAspectRatio="none"'
        f' style="image-rendering: pixelated" href="data:image/png;base64,{data}"'
    )
    return f"{shape}{_identity(item)}{_closing(item, shape)}"


def _text(item: Text, palette: Palette) -> str:
    weight = ' font-weight="bold"' if item.bold else ""
    title = f"<title>{escape(item.title)}</title>" if item.title and item.title != item.text else ""
    return (
        f'<text x="{_number(item.x)}" y="{_number(item.y + _BASELINE_SHARE * item.size)}"'
        f' font-size="{_number(item.size)}" text-anchor="{_ANCHORS[item.anchor]}"'
        f' fill="{palette[STYLES[item.role].fill]}"{weight}{_identity(item)}>{escape(item.text)}{title}</text>'
    )


def _paint(item: Item, palette: Palette, filled: bool) -> str:
    style = STYLES[item.role]
    fill = palette[style.fill] if style.fill and filled else "none"
    alpha = style.alpha * (item.strength if isinstance(item, Rectangle) else 1.0)
    opacity = f' opacity="{_number(alpha)}"' if alpha < 1 else ""
    if not style.stroke:
        return f' fill="{fill}"{opacity}'
    dash = f' stroke-dasharray="{" ".join(map(_number, style.dash))}"' if style.dash else ""
    line = f' stroke="{palette[style.stroke]}" stroke-width="{_number(style.width)}"{dash}'
    return f' fill="{fill}"{line}{opacity}'


def _identity(item: Item) -> str:
    return f' class="{item.role}"' + (f' data-id="{escape(item.id)}"' if item.id else "")


def _closing(item: Item, shape: str) -> str:
    if not item.title:
        return "/>"
    return f"><title>{escape(item.title)}</title></{shape[1:].split(' ', 1)[0]}>"


def _line_path(item: Polyline) -> str:
    if item.bend and len(item.points) > 2:
        bends = "".join(f" L{_pair(a)} Q{_pair(b)} {_pair(c)}" for a, b, c in rounded_corners(item))
        return f"M{_pair(item.points[0])}{bends} L{_pair(item.points[-1])}"
    return f"M{' L'.join(map(_pair, item.points))}{' Z' if item.closed else ''}"


def _arch_path(item: Arch) -> str:
    """Return two quarter ellipses joined by a level line, or the part of it that is drawn."""
    ellipse = f"A{_number(item.shoulder)} {_number(item.height)} 0 0 1"
    top = item.base - item.height
    start, rise = (item.x0, item.base), f" {ellipse} {_pair((item.x0 + item.shoulder, top))}"
    level, fall = f" L{_pair((item.x1 - item.shoulder, top))}", f" {ellipse} {_pair((item.x1, item.base))}"
    if item.part == "rises":
        level, fall = f" L{_pair((item.x1, top))}", ""
    elif item.part == "falls":
        start, rise = (item.x0, top), ""
    return f"M{_pair(start)}{rise}{level}{fall}"


def _place(x: float, y: float, width: float, height: float) -> str:
    return f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'


def _pair(point: tuple[float, float]) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))
