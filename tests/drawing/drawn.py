"""Networks that are hard to draw, and what the tests of drawings measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import find_preset, preset
from resnet_core.drawing.depth_axis import DepthAxis, Span
from resnet_core.drawing.display_list import Box, Drawing, Item, Level, Polyline, Rectangle, Text
from resnet_core.drawing.placement import Placement
from resnet_core.drawing.structure import level_items, structure_drawing, structure_items

LAYER_BOXES = (
    "conv", "linear", "norm", "activation", "pool", "reshape", "dropout", "scale", "gate_box", "gate_mark",
    "projection_box", "zero_pad_box", "joint", "port",
)  # fmt: skip
BOXES = ("stem", "head", "block", "run", "stage", "funnel", *LAYER_BOXES)
FAMILIES = (
    "ResNet-18", "ResNet-34 (option C)", "ResNet-50", "ResNet-152", "ResNet-50-GN", "ResNet-110", "ResNet-1001",
    "Plain-34", "Plain-56", "PreResNet-164", "ResNet-110 (BN after addition)", "ResNet-164 (ReLU before addition)",
    "ResNet-110 (ReLU-only pre-activation)", "WRN-28-10", "ResNeXt-50-32x4d", "ResNet-50-C", "ResNet-26-T",
    "SE-ResNeXt-26-T-32x4d", "ECA-ResNet-Light", "ResNet-RS-50", "ResNet-AA-50-D", "ResNetV2-50-D-GN", "BiT-R50x1",
    "ResNet-33-TS", "CLIP-ResNet-50",
)  # fmt: skip
"""One preset of each make."""

_PRE = {"block.activation_order": "pre"}
TRICKY: dict[str, tuple[str, dict[str, Any]]] = {
    "SE": ("SE-ResNet-50", {}),
    "SE, linear": ("SE-ResNet-50", {"attention.layers": "linear"}),
    "SE before the branch": ("SE-ResNet-50", {"attention.placement": "pre"}),
    "SE before a pre-activation branch": ("SE-ResNet-50", {"attention.placement": "pre", **_PRE}),
    "SE inside the branch": ("SE-ResNet-50", {"attention.placement": "inner"}),
    "SE after the addition": ("SE-ResNet-50", {"attention.placement": "post"}),
    "SE on the shortcut": ("SE-ResNet-50", {"attention.placement": "identity", "shortcut.shortcut_scale": 0.5}),
    "SE on the shortcut, some blocks plain": (
        "SE-ResNet-50",
        {"attention.placement": "identity", "overrides": [{"block": "layer1.1", "shortcut": "none"}]},
    ),
    "CBAM": ("ResNet-50", {"attention.kind": "cbam"}),
    "CBAM on the shortcut": ("ResNet-50-D", {"attention.kind": "cbam", "attention.placement": "identity"}),
    "CBAM in one block": ("ResNet-18", {"overrides": [{"block": "layer2.1", "attention": "cbam"}]}),
    "ECA and D": ("ECA-ResNet-50-D", {}),
    "D with blur": ("ResNet-Blur-50-D", {}),
    "five convolutions": ("ResNet-34", {"stages.1.kernels": (1, 3, 5, 3, 1), "stages.2.kernels": (3,)}),
    "five convolutions in bottlenecks": (
        "ResNet-50",
        {"stages.1.kernels": (1, 3, 3, 3, 1), "stages.2.kernels": (3, 1)},
    ),
    "output stride 8": (
        "ResNet-50",
        {"stages.2.stride": 1, "stages.2.dilation": 2, "stages.3.stride": 1, "stages.3.dilation": 4},
    ),
    "pre-activation, stochastic depth": (
        "PreResNet-56",
        {"regularization.stochastic_depth": 0.5, "regularization.dropout": 0.3},
    ),
    "Fixup": ("ResNet-20", {"norm.kind": "none", "initialization.scheme": "fixup", "stem.kind": "deep"}),
    "SkipInit, scaled": (
        "ResNet-18",
        {"initialization.scheme": "skipinit", "shortcut.branch_scale": -0.5, "shortcut.shortcut_scale": 0.7},
    ),
    "two pools and a neck": ("ResNet-33-TS", {"head.pool": "average_max", "head.dropout": 0.2}),
    "backbone": ("ResNet-RS-50", {"head.pool": "none", "head.classes": 0, "head.dropout": 0.0}),
    "no classes": ("ResNet-18", {"head.classes": 0, "head.pool": "average_max"}),
    "no norm, no activation": ("ResNet-18", {"norm.kind": "none", "activation.kind": "identity"}),
    "group norm, leaky ReLU": ("ResNet-50", {"norm.kind": "group", "activation.kind": "leaky_relu"}),
    "SENet-154": ("SENet-154", {}),
    "option A, SE": ("ResNet-18 (option A)", {"attention.kind": "se"}),
}
"""A preset and what is changed of it, by dotted path."""


def tricky(name: str) -> ArchitectureConfig:
    """Return one of the networks of `TRICKY`."""
    base, changes = TRICKY[name]
    data: Any = preset(base).model_dump()
    for path, value in changes.items():
        *parents, last = path.split(".")
        at = data
        for parent in parents:
            at = at[int(parent) if parent.isdigit() else parent]
        at[last] = value
    return ArchitectureConfig.model_validate({**data, "name": name})


def drawn(network: str | ArchitectureConfig, level: Level) -> tuple[Graph, Drawing]:
    """Return the graph and the drawing of a preset, of one of the tricky networks, or of a configuration."""
    if isinstance(network, str):
        network = tricky(network) if network in TRICKY else preset(network)
    graph = build_graph(network)
    return graph, structure_drawing(graph, level)


@cache
def axis_of(network: str) -> DepthAxis:
    """Return the axis of a preset or of one of the tricky networks, laid out once a session."""
    return DepthAxis(build_graph(tricky(network) if network in TRICKY else preset(network)))


def strip(
    axis: DepthAxis,
    level: Level,
    scale: float,
    width: float,
    height: float,
    first: float = 0.0,
    *,
    headings: bool = True,
) -> tuple[Placement, Drawing]:
    """Return a strip of structure as the window shows it from depth `first` on, and where it stands."""
    last = min(first + width / scale, axis.length)
    placement = Placement(axis, -first * scale, scale, first, last - 1e-9, 0.0, height, 11.4)
    items = structure_items(placement, level) if headings else level_items(placement, level)
    return placement, Drawing("", "", width, height, tuple(items))


def makes_of(axis: DepthAxis) -> Iterator[tuple[object, Span]]:
    """Yield one column of each make, under a key that two columns share whose layers are drawn alike."""
    columns = [axis.stem, *(axis.blocks[run.first] for runs in axis.runs for run in runs), axis.head]
    for column in columns:
        nodes = axis.nodes_of(column)
        places = {node.id: place for place, node in enumerate(nodes)}
        makes = [(node.kind, node.path, tuple(places.get(id, -1) for id in node.inputs), *node[5:8]) for node in nodes]
        backbone = axis.graph.config.head.pool == "none"
        yield (tuple(makes), axis.rows_below, axis.rows_of_way, axis.layer_share, backbone), column


def is_very_deep(network: str) -> bool:
    """Whether a preset has so many layers that a test leaves its layer level out: the same blocks, for seconds."""
    entry = find_preset(network)
    return entry is not None and entry.counts.depth > 1000


def texts(drawing: Drawing) -> list[Text]:
    """Return every text of a drawing."""
    return [item for item in drawing.items if isinstance(item, Text)]


def shapes(drawing: Drawing) -> list[Rectangle | Polyline]:
    """Return every box of a drawing: what may not lie on another."""
    found = drawing.of_role(*BOXES)
    return [item for item in found if isinstance(item, Rectangle) or (isinstance(item, Polyline) and item.closed)]


def overlapping(items: Iterable[Item]) -> list[tuple[Box, Box]]:
    """Return the pairs of items whose areas overlap, by a sweep from left to right."""
    found: list[tuple[Box, Box]] = []
    open_boxes: list[Box] = []
    for box in sorted(item.box for item in items):
        open_boxes = [other for other in open_boxes if other.right > box.left + 1e-6]
        found += [(box, other) for other in open_boxes if box.overlaps(other)]
        open_boxes.append(box)
    return found
