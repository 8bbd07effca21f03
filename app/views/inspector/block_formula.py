"""Writes what a block computes as formulas: F(x), H(x) and every tensor that is read more than once, by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from resnet_core.architecture.graph import Block, Graph, Node
from resnet_core.architecture.layers import NORM_KINDS
from resnet_core.number_text import MINUS

#: Where a line may be broken: a formula has no blanks to break at.
_BREAK = "\u200b"
_UNBROKEN, _JOINED = "\u00a0", "\u2060"
_TIMES = f"·{_BREAK}"
_NORM_NAMES = {"batch_norm": "BN", "group_norm": "GN", "layer_norm": "LN"}
_FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "relu": "relu", "leaky_relu": "lrelu", "gelu": "gelu", "silu": "silu", "elu": "elu", "sigmoid": "σ",
        "average_pool": "mean", "global_max_pool": "max", "channel_mean": "mean<sub>C</sub>",
        "channel_max": "max<sub>C</sub>", "blur_pool": "blur", "zero_pad": "pad", "dropout": "dropout",
        "drop_path": "drop", "sum_rows": "Σ",
    }
)  # fmt: skip
_GATE_WEIGHTS = {"se.fc1": "a", "se.fc2": "b", "cbam.fc1": "a", "cbam.fc2": "b", "eca.conv": "e", "cbam.conv": "c"}
_NAMES = ("u", "v", "w", "z")

Binding = Literal["tight", "product", "sum"]


class BlockFormula(NamedTuple):
    """The formulas of a block as rich text, first what the later ones use; `weights` says what each W is.

    `silent` is what is left of H(x) where F(x) = 0; empty where nothing is.
    """

    lines: tuple[str, ...]
    weights: tuple[str, ...]
    silent: str


class _Term(NamedTuple):
    text: str
    binding: Binding = "tight"

    def inside(self) -> str:
        """Return the term as a factor: a sum in brackets."""
        return f"({self.text})" if self.binding == "sum" else self.text


def block_formula(graph: Graph, block: Block) -> BlockFormula:
    """Return what `block` computes."""
    return _Writer(graph.nodes_of(block), block).formula()


def layer_symbol(node: Node) -> str:
    """Return what the weights of a layer are called in its block's formula: `W₁`, `Wₛ`; empty for other layers."""
    if node.kind not in ("conv", "linear", "channel_conv"):
        return ""
    local = node.id.removeprefix(f"{node.block}.")
    if node.path == "shortcut":
        return "W<sub>s</sub>"
    if local in _GATE_WEIGHTS:
        return f"W<sub>{_GATE_WEIGHTS[local]}</sub>"
    return f"W<sub>{local.removeprefix('conv')}</sub>"


class _Writer:
    def __init__(self, nodes: tuple[Node, ...], block: Block) -> None:
        self._nodes, self._block = nodes, block
        self._by_id = {node.id: node for node in nodes}
        self._add = next((node for node in nodes if node.kind == "add"), None)
        reads = Counter(source for node in nodes for source in node.inputs)
        self._terms: dict[str, _Term] = {}
        self._named = self._names({id for id, count in reads.items() if count > 1 and id in self._by_id})

    def formula(self) -> BlockFormula:
        weights = tuple(_weight_text(node) for node in self._nodes if layer_symbol(node))
        if self._add is None:
            branch = self._written(self._block.output_id).text
            return BlockFormula((*self._definitions(self._nodes), f"F(x) = {branch}", "H(x) = F(x)"), weights, "")
        place = self._nodes.index(self._add)
        after = self._definitions(self._nodes[place:])
        whole = self._written(self._block.output_id).text
        lines = (
            *self._definitions(self._nodes[:place]),
            f"F(x) = {self._term(self._add.inputs[0]).text}",
            *after,
            f"H(x) = {whole}",
        )
        return BlockFormula(lines, weights, "" if after else whole.replace("F(x) + ", ""))

    def _definitions(self, nodes: tuple[Node, ...]) -> list[str]:
        """Return what each tensor with a name is."""
        return [f"{self._named[node.id]} = {self._written(node.id).text}" for node in nodes if node.id in self._named]

    def _names(self, ids: set[str]) -> dict[str, str]:
        """Return a name for each tensor that is read more than once, in the order they are made."""
        names, left = {}, iter(_NAMES)
        read_by_way = {source for node in self._nodes if node.path == "shortcut" for source in node.inputs}
        for node in self._nodes:
            if node.id in ids:
                names[node.id] = "p" if node.id in read_by_way and node.path == "main" else next(left)
        return names

    def _term(self, id: str) -> _Term:
        """Return the tensor `id` by its name where it has one, else written out."""
        if id not in self._by_id:
            return _Term("x")
        return _Term(self._named[id]) if id in self._named else self._written(id)

    def _written(self, id: str) -> _Term:
        node = self._by_id[id]
        if node.kind == "add":
            way = "x" if len(node.inputs) < 2 else self._term(node.inputs[1]).text
            return _Term(f"F(x) + {way}", "sum")
        return _written_layer(node, [self._term(source) for source in node.inputs])


def _written_layer(node: Node, read: list[_Term]) -> _Term:
    kind, first = node.kind, read[0]
    if kind in ("conv", "linear", "channel_conv"):
        sign = " ∗ " if node.operation.kernel > 1 else _TIMES
        return _Term(f"{layer_symbol(node)}{sign}{first.inside()}", "product")
    if kind in NORM_KINDS:
        return _Term(f"{_NORM_NAMES[kind]}<sub>{_norm_index(node)}</sub>({_BREAK}{first.text})")
    if kind == "local_average_pool":
        return _Term(f"avg<sub>{node.operation.stride}</sub>({first.text})")
    if kind in _FUNCTIONS:
        return _Term(f"{_FUNCTIONS[kind]}({_BREAK}{first.text})")
    return _WRITTEN[kind](node, read) if kind in _WRITTEN else first


def _norm_index(node: Node) -> str:
    local = node.id.removeprefix(f"{node.block}.")
    if node.path == "shortcut":
        return "s"
    return "c" if node.path == "gate" else local.removeprefix("bn").removeprefix("norm")


def _scale(node: Node, read: list[_Term]) -> _Term:
    factor = "α" if node.operation.learned else f"{node.operation.factor:g}".replace("-", MINUS)
    return _Term(f"{factor}{_TIMES}{read[0].inside()}", "product")


def _shift(node: Node, read: list[_Term]) -> _Term:
    index = node.id.rpartition(".")[2].removeprefix("bias")
    return _Term(f"{read[0].text} + b<sub>{index}</sub>", "sum")


def _pair(_: Node, read: list[_Term]) -> _Term:
    return _Term(f"[{', '.join(term.text for term in read)}]")


def _product(_: Node, read: list[_Term]) -> _Term:
    return _Term(f"{read[0].inside()} ⊙ {read[1].inside()}", "sum")


_WRITTEN: Mapping[str, Callable[[Node, list[_Term]], _Term]] = MappingProxyType(
    {"scale": _scale, "scalar_bias": _shift, "stack": _pair, "concat": _pair, "multiply": _product}
)


def _weight_text(node: Node) -> str:
    """Return what the weights of a layer are: `W₁: 1×1, 1024→256`."""
    operation = node.operation
    words = [f"{operation.kernel}×{operation.kernel}"] if node.kind == "conv" else []
    if node.kind == "channel_conv":
        words = [f"{operation.kernel}"]
    else:
        words.append(f"{node.input_shape.channels}→{node.output_shape.channels}")
    for sign, value in ((f"/{_JOINED}", operation.stride), ("d=", operation.dilation), ("g=", operation.groups)):
        words += [f"{sign}{value}"] * (value > 1)
    return _UNBROKEN.join([layer_symbol(node), *words])
