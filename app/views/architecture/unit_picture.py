"""Draws one block, stem or head as a chain of its layers with the way round above it, small enough for a side panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from app.services.theme import ThemeColors
from resnet_core.architecture.graph import Block, Node
from resnet_core.architecture.layers import ACTIVATION_KINDS, NORM_KINDS

ChipKind = Literal["conv", "norm", "activation", "gate", "add", "other"]

_WORDS = {
    "batch_norm": "BN", "group_norm": "GN", "layer_norm": "LN", "relu": "ReLU", "leaky_relu": "LReLU", "gelu": "GELU",
    "silu": "SiLU", "elu": "ELU", "sigmoid": "σ", "max_pool": "max", "local_average_pool": "avg", "blur_pool": "blur",
    "average_pool": "avg", "global_max_pool": "max", "mean": "mean", "zero_pad": "+0", "dropout": "drop",
    "drop_path": "drop", "scale": "×", "scalar_bias": "+b", "flatten": "flat", "linear": "fc",
}  # fmt: skip
_GATES = {"se": "SE", "eca": "ECA", "cbam": "CBAM"}
_BAR, _GAP, _PADDING, _ADD = 5.0, 3.0, 4.0, 12.0


class Ink(NamedTuple):
    """The colours and the font a picture is painted with."""

    colors: ThemeColors
    font: QFont

    def color(self, name: str) -> QColor:
        """Return a colour of the theme by its name."""
        return QColor(getattr(self.colors, name))

    @property
    def metrics(self) -> QFontMetricsF:
        """The measures of the font."""
        return QFontMetricsF(self.font)


class Chip(NamedTuple):
    """A layer as it is drawn, or all layers of an attention: its words, the line under them, and how wide it works."""

    id: str
    kind: ChipKind
    text: str
    under: str = ""
    channels: int = 0


class Chain(NamedTuple):
    """The chips of the trunk, those of the way round, and what that is; `fork` counts the chips before it leaves."""

    main: tuple[Chip, ...]
    way: tuple[Chip, ...]
    shortcut: str
    fork: int = 0


class _Measure(NamedTuple):
    """How much is written: a convolution's second line; of norms and activations the word, its letter or nothing."""

    unders: bool
    words: Literal["whole", "letter", "none"]


_ORDER_FIRST = (
    _Measure(True, "whole"), _Measure(False, "whole"), _Measure(True, "letter"), _Measure(False, "letter"),
    _Measure(False, "none"),
)  # fmt: skip
_CHANNELS_FIRST = (
    _Measure(True, "whole"), _Measure(True, "letter"), _Measure(True, "none"), _Measure(False, "none"),
)  # fmt: skip


def chain_of(nodes: Iterable[Node], block: Block | None = None) -> Chain:
    """Return the picture of a block's nodes, or of those of the stem or the head."""
    nodes = [node for node in nodes if node.kind not in ("input", "output")]
    main = _chips(node for node in nodes if node.path == "main")
    way = _chips(node for node in nodes if node.path == "shortcut")
    source = next((node.inputs[0] for node in nodes if node.path == "shortcut"), "")
    ids = [chip.id for chip in main]
    fork = ids.index(source) + 1 if source in ids else 0
    return Chain(main, way, block.plan.shortcut if block else "none", fork)


def paint_chain(painter: QPainter, room: QRectF, chain: Chain, ink: Ink, *, channels_matter: bool) -> None:
    """Paint a chain into `room`, with as much written as fits; what is left of too long a chain is drawn smaller."""
    measure = _measure_for(chain, room.width(), ink, channels_matter)
    widths = [_width(chip, measure, ink) for chip in chain.main]
    total = _total(widths)
    painter.save()
    painter.translate(room.topLeft())
    if total > room.width():
        share = room.width() / total
        middle = room.height() * (1 / share - 1) / 2
        painter.scale(share, share)
        painter.translate(0, middle)
    lefts = _lefts(widths, max(room.width() - total, 0) / 2)
    y = room.height() * (0.66 if chain.shortcut != "none" else 0.5)
    painter.setFont(ink.font)
    _paint_line(painter, lefts, widths, y, ink)
    _paint_way(painter, chain, (lefts, widths), y, ink)
    for chip, left, width in zip(chain.main, lefts, widths, strict=True):
        _paint_chip(painter, chip, QRectF(left, 0, width, y * 2), ink, measure, _share(chip, chain))
    painter.restore()


def _chips(nodes: Iterable[Node]) -> tuple[Chip, ...]:
    found: list[Chip] = []
    for node in nodes:
        chip = _chip(node)
        if chip.kind == "gate" and found and found[-1].text == chip.text:
            found[-1] = chip  # CBAM weighs twice
        elif chip.text or chip.kind == "add":
            found.append(chip)
    return tuple(found)


def _chip(node: Node) -> Chip:
    if node.kind in ("conv", "linear"):
        return _weighted(node)
    if node.kind == "multiply":
        name = node.id.removeprefix(node.block).lstrip(".").split(".")[0]
        return Chip(node.id, "gate", _GATES.get(name, name))
    if node.kind == "add":
        return Chip(node.id, "add", "")
    word = _WORDS.get(node.kind, node.kind.replace("_", " "))
    if node.kind == "scale" and not node.operation.learned:
        word = f"×{node.operation.factor:g}"
    kind: ChipKind = "norm" if node.kind in NORM_KINDS else "activation" if node.kind in ACTIVATION_KINDS else "other"
    return Chip(node.id, kind, word)


def _weighted(node: Node) -> Chip:
    operation, change = node.operation, f"{node.input_shape.channels}→{node.output_shape.channels}"
    text = "fc" if node.kind == "linear" else f"{operation.kernel}×{operation.kernel}"
    for sign, value in (("/", operation.stride), (" d", operation.dilation), (" g", operation.groups)):
        text += f"{sign}{value}" if value > 1 else ""
    return Chip(node.id, "conv", text, change, max(node.input_shape.channels, node.output_shape.channels))


def _measure_for(chain: Chain, room: float, ink: Ink, channels_matter: bool) -> _Measure:
    tried = _CHANNELS_FIRST if channels_matter else _ORDER_FIRST
    fitting = (one for one in tried if _total([_width(chip, one, ink) for chip in chain.main]) <= room)
    return next(fitting, tried[-1])


def _width(chip: Chip, measure: _Measure, ink: Ink) -> float:
    if chip.kind == "add":
        return _ADD
    text = _written(chip, measure)
    if not text:
        return _BAR
    texts = (text, chip.under) if measure.unders else (text,)
    padding = _PADDING if len(text) > 1 else _PADDING / 2
    return max(ink.metrics.horizontalAdvance(text) for text in texts) + 2 * padding


def _written(chip: Chip, measure: _Measure) -> str:
    """Return what is written on a chip."""
    if chip.kind not in ("norm", "activation"):
        return chip.text
    return {"whole": chip.text, "letter": chip.text[:1], "none": ""}[measure.words]


def _total(widths: list[float]) -> float:
    return sum(widths) + _GAP * (len(widths) + 3)


def _lefts(widths: list[float], start: float) -> list[float]:
    lefts, x = [], start + 2 * _GAP
    for width in widths:
        lefts.append(x)
        x += width + _GAP
    return lefts


def _share(chip: Chip, chain: Chain) -> float:
    """Return how high a convolution is beside the widest of its chain: a bottleneck has a waist."""
    widest = max((other.channels for other in chain.main), default=1) or 1
    return 0.55 + 0.45 * float(chip.channels / widest) ** 0.5


def _paint_line(painter: QPainter, lefts: list[float], widths: list[float], y: float, ink: Ink) -> None:
    painter.setPen(QPen(ink.color("block_line"), 1.2))
    if lefts:
        end = lefts[-1] + widths[-1] + 2 * _GAP
        painter.drawLine(QPointF(lefts[0] - 2 * _GAP, y), QPointF(end, y))


def _paint_way(painter: QPainter, chain: Chain, places: tuple[list[float], list[float]], y: float, ink: Ink) -> None:
    """Paint the shortcut, from where it leaves the trunk to the addition, and the layers on it."""
    lefts, widths = places
    add = next((number for number, chip in enumerate(chain.main) if chip.kind == "add"), None)
    if chain.shortcut == "none" or add is None:
        return
    height, top = ink.metrics.height(), ink.metrics.height() / 2 + 3
    start = lefts[chain.fork] - _GAP / 2 if chain.fork < len(lefts) else lefts[0]
    end = lefts[add] + widths[add] / 2
    shoulder = min((end - start) / 3, 16.0)
    pen = QPen(ink.color(chain.shortcut), 1.6)
    if chain.shortcut != "identity":
        pen.setDashPattern([3, 2] if chain.shortcut == "projection" else [1, 1.5])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(start, y))
    path.cubicTo(start, top, start, top, start + shoulder, top)
    path.lineTo(end - shoulder, top)
    path.cubicTo(end, top, end, top, end, y - _ADD / 2)
    painter.drawPath(path)
    words = [ink.metrics.horizontalAdvance(chip.text) + 2 * _PADDING for chip in chain.way]
    x = (start + end - sum(words) - _GAP * max(len(words) - 1, 0)) / 2
    for chip, width in zip(chain.way, words, strict=True):
        box = QRectF(x, top - height / 2 - 1, width, height + 2)
        _paint_box(painter, box, _fill_of(chip, ink), QPen(ink.color(chain.shortcut), 1), 3)
        painter.setPen(ink.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, chip.text)
        x += width + _GAP


def _paint_chip(painter: QPainter, chip: Chip, column: QRectF, ink: Ink, measure: _Measure, share: float) -> None:
    """Paint one chip in the middle of its column."""
    line = ink.metrics.height()
    if chip.kind == "add":
        _paint_addition(painter, column.center(), ink)
        return
    is_conv = chip.kind == "conv"
    lines = 2 if is_conv and measure.unders and chip.under else 1
    height = max(lines * line + 2, 2.6 * line * share) if is_conv else line + 2
    box = QRectF(column.left(), column.center().y() - height / 2, column.width(), height)
    outline = QPen(ink.color("block_line" if is_conv else "muted"), 1)
    _paint_box(painter, box, _fill_of(chip, ink), outline, 2 if is_conv else min(box.width() / 2, 5))
    painter.setPen(ink.color("text"))
    upper = box.adjusted(0, 0, 0, -line) if lines == 2 else box
    painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, _written(chip, measure))
    if lines == 2:
        painter.setPen(ink.color("muted"))
        painter.drawText(box.adjusted(0, line, 0, 0), Qt.AlignmentFlag.AlignCenter, chip.under)


def _paint_addition(painter: QPainter, middle: QPointF, ink: Ink) -> None:
    radius, arm = _ADD / 2, _ADD / 2 - 2.5
    painter.setPen(QPen(ink.color("text"), 1.2))
    painter.setBrush(ink.color("canvas"))
    painter.drawEllipse(middle, radius, radius)
    painter.drawLine(QPointF(middle.x() - arm, middle.y()), QPointF(middle.x() + arm, middle.y()))
    painter.drawLine(QPointF(middle.x(), middle.y() - arm), QPointF(middle.x(), middle.y() + arm))


def _paint_box(painter: QPainter, box: QRectF, fill: QColor, outline: QPen, radius: float) -> None:
    painter.setPen(outline)
    painter.setBrush(fill)
    painter.drawRoundedRect(box, radius, radius)


def _fill_of(chip: Chip, ink: Ink) -> QColor:
    names = {"norm": "norm_fill", "activation": "relu_fill", "gate": "selection"}
    return ink.color(names.get(chip.kind, "block_fill"))
