"""Finds blocks and layers by name, kind or number: "conv 3x3", "projection", "/2", "parameters > 1M", "17"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from resnet_core.analysis.cost_report import CostReport, GroupCost
from resnet_core.analysis.layer_cost import LayerCost
from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.kind_words import KIND_WORDS

HINT = N_("Drawing", "a name, a kind or a number: layer3.1, conv 3×3, /2, projection, 256, 14×14, parameters > 1M")
"""What can be found, for whoever types."""

WordOf = Callable[[str], str]
"""Turns a kind's key (`batch_norm`, `bottleneck`) into the word a person reads."""

_QUANTITIES = {
    "parameters": "parameters", "params": "parameters", "parameter": "parameters", "macs": "macs", "mac": "macs",
    "flops": "flops", "activations": "activations",
}  # fmt: skip
_PREFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_COMPARISON = re.compile(r"([a-z]+)\s*(>=|<=|>|<|=|≥|≤)\s*([\d.,]+)\s*([kmgt]?)(?![a-z\d])")
_FIELD = re.compile(r"(dilation|groups|stride|kernel|channels|block|stage)\s*=?\s*(\d+)(?![\d.])")
_WINDOWED = ("conv", "max_pool", "local_average_pool", "blur_pool")
_SHORTCUT_WORDS = {
    "identity": "identity", "projection": "projection", "zero_pad": "zero-padded zeropadded", "none": "plain none",
}  # fmt: skip
_ATTENTION_KINDS = ("se", "eca", "cbam")


class _Subject(NamedTuple):
    """What is looked at: a block, or a layer with the block it stands in."""

    block: Block | None
    node: Node | None
    number: int
    cost: GroupCost | LayerCost


_Test = Callable[[_Subject], bool]


class _Term(NamedTuple):
    """One thing asked for: of a block, of a layer; what is `inherited` holds of a layer where it holds of its block."""

    of_block: _Test
    of_layer: _Test
    inherited: bool = True


def found(graph: Graph, report: CostReport, query: str, word_of: WordOf = str) -> tuple[str, ...]:
    """Return the ids of the blocks and layers for which all terms of `query` hold, in the order of depth.

    Terms: parts of an id; kinds of layers, blocks, shortcuts and attention, in English or as `word_of` calls them;
    `3x3` (a kernel, or a map of that size), `/2`, `dilation 2`, `groups 32`, `stride 2`; `256` (channels, the block of
    that number, or a count exactly), `#17` (the block alone); `parameters > 1M`, `macs <= 200M`, `activations`,
    `flops`. The layers of a block that is found are no finds of their own. An empty query finds nothing.
    """
    terms = _terms(query, word_of)
    if not terms:
        return ()
    return tuple(_finds(graph, report, terms))


def _finds(graph: Graph, report: CostReport, terms: list[_Term]) -> Iterator[str]:
    numbers = {block.id: number for number, block in enumerate(graph.blocks, start=1)}
    within, taken = "", False
    for node, row in zip(graph.nodes, report.layers, strict=True):
        block = graph.block_by_id[node.block] if node.block else None
        if block is not None and block.id != within:
            within = block.id
            whole = _Subject(block, None, numbers[block.id], report.blocks[block.id])
            taken = all(term.of_block(whole) for term in terms)
            if taken:
                yield block.id
        if block is None or not taken:
            layer = _Subject(block, node, numbers.get(node.block, 0), row)
            if _holds(layer, terms):
                yield node.id


def _holds(layer: _Subject, terms: list[_Term]) -> bool:
    """Return whether every term holds of the layer or of its block, and one of the layer itself."""
    own = False
    for term in terms:
        if term.of_layer(layer):
            own = True
        elif layer.block is None or not term.inherited or not term.of_block(layer):
            return False
    return own


def _terms(query: str, word_of: WordOf) -> list[_Term]:
    rest, terms = query.lower().replace("×", "x"), []
    for pattern, make in ((_COMPARISON, _comparison), (_FIELD, _field)):
        for match in pattern.finditer(rest):
            terms += make(match)
        rest = pattern.sub(lambda match: " " if list(_made(match)) else match.group(), rest)
    return terms + [_word(word, word_of) for word in rest.split()]


def _made(match: re.Match[str]) -> list[_Term]:
    return _comparison(match) if match.re is _COMPARISON else _field(match)


def _comparison(match: re.Match[str]) -> list[_Term]:
    """Return `parameters > 1M` as a term; nothing where no such quantity is counted or the number is none."""
    name, sign, digits, prefix = match.groups()
    quantity = _QUANTITIES.get(name)
    try:
        bound = float(digits.replace(",", "")) * _PREFIXES[prefix]
    except ValueError:
        return []
    if quantity is None:
        return []

    def holds(subject: _Subject) -> bool:
        return _compared(float(getattr(subject.cost, quantity)), sign, bound)

    return [_Term(lambda subject: subject.node is None and holds(subject), holds)]


def _compared(value: float, sign: str, bound: float) -> bool:
    if sign == "=":
        return value == bound
    if sign in (">=", "≥"):
        return value >= bound
    if sign in ("<=", "≤"):
        return value <= bound
    return value > bound if sign == ">" else value < bound


def _field(match: re.Match[str]) -> list[_Term]:
    name, number = match.group(1), int(match.group(2))
    if name == "block":
        return [_block_number(number)]
    if name == "stage":
        return [_Term(lambda s: s.block is not None and s.block.plan.stage == number, _never)]
    if name == "channels":
        return [_channels(number)]
    of_layer: dict[str, _Test] = {
        "dilation": lambda s: s.node is not None and s.node.kind == "conv" and s.node.operation.dilation == number,
        "groups": lambda s: s.node is not None and s.node.kind != "linear" and s.node.operation.groups == number,
        "stride": lambda s: _windowed(s) and s.node is not None and s.node.operation.stride == number,
        "kernel": lambda s: _windowed(s) and s.node is not None and s.node.operation.kernel == number,
    }
    return [_Term(_never, of_layer[name])]


def _word(word: str, word_of: WordOf) -> _Term:
    if word[:1] == "/" and word[1:].isdigit():
        stride = int(word[1:])
        return _Term(_never, lambda s: _windowed(s) and s.node is not None and s.node.operation.stride == stride)
    if word[:1] == "#" and word[1:].isdigit():
        return _block_number(int(word[1:]))
    size = re.fullmatch(r"(\d+)x(\d+)", word) or re.fullmatch(r"(\d+)²", word)
    if size:
        return _size(int(size.group(1)), int(size.group(size.lastindex or 1)))
    if word.replace(",", "").isdigit():
        return _number(int(word.replace(",", "")))
    return _name(word, word_of)


def _number(number: int) -> _Term:
    """Channels, the block of that number, or a count of parameters or MACs exactly."""
    channels, block = _channels(number), _block_number(number)

    def counted(subject: _Subject) -> bool:
        return number > 0 and number in (subject.cost.parameters, subject.cost.macs)

    return _Term(
        lambda s: channels.of_block(s) or block.of_block(s) or (s.node is None and counted(s)),
        lambda s: channels.of_layer(s) or counted(s),
    )


def _channels(number: int) -> _Term:
    def of_block(subject: _Subject) -> bool:
        return subject.block is not None and subject.block.output_shape[0] == number

    def of_layer(subject: _Subject) -> bool:
        node = subject.node
        return node is not None and number in (node.input_shape[0], node.output_shape[0])

    return _Term(of_block, of_layer)


def _block_number(number: int) -> _Term:
    return _Term(lambda s: s.block is not None and s.number == number, _never)


def _size(height: int, width: int) -> _Term:
    """A kernel of that size, or a map."""

    def of_block(subject: _Subject) -> bool:
        return subject.block is not None and subject.block.output_shape[1:] == (height, width)

    def of_layer(subject: _Subject) -> bool:
        node = subject.node
        if node is None:
            return False
        kernel = height == width == node.operation.kernel and _windowed(subject)
        return kernel or (not node.block and height > 1 and node.output_shape[1:] == (height, width))

    return _Term(of_block, of_layer)


def _name(word: str, word_of: WordOf) -> _Term:
    """A part of an id, or of what a block or a layer is called."""
    kinds = {kind for kind in KIND_WORDS if _begins(word, f"{kind} {kind.replace('_', '')} {word_of(kind)}")}
    shortcuts = {kind for kind, words in _SHORTCUT_WORDS.items() if _begins(word, words)}
    attention = {kind for kind in _ATTENTION_KINDS if kind == word}
    ends = {end for end in ("stem", "head") if _begins(word, f"{end} {word_of(end)}")}

    def of_block(subject: _Subject) -> bool:
        block = subject.block
        if block is None:
            return False
        plan = block.plan
        called = plan.kind in kinds or plan.shortcut in shortcuts or plan.attention in attention
        return called or word in block.id

    def of_layer(subject: _Subject) -> bool:
        node = subject.node
        if node is None:
            return False
        if attention:
            return f".{word}." in f".{node.id}."
        # Where the block's own part of the id has the word, the block is what was meant.
        return node.kind in kinds or node.stage in ends or (word in node.id and word not in node.block)

    return _Term(of_block, of_layer, inherited=not attention)


def _begins(word: str, text: str) -> bool:
    """Return whether `text` or one of the words in it begins with `word`."""
    text = text.lower()
    return text.startswith(word) or any(part.startswith(word) for part in re.split(r"[\s_-]+", text))


def _windowed(subject: _Subject) -> bool:
    return subject.node is not None and subject.node.kind in _WINDOWED


def _never(_subject: _Subject) -> bool:
    return False
