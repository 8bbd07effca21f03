"""Unfolds a configuration into its graph, without torch."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from resnet_core.architecture.block_layout import block_layout
from resnet_core.architecture.end_layouts import head_layout, stem_feature, stem_layout
from resnet_core.architecture.graph import INPUT_ID, OUTPUT_ID, Block, Graph, Node, NodeKind, NodePath, Stage
from resnet_core.architecture.layers import ENTRY, PLAIN, Operation, Unit
from resnet_core.architecture.tensor_shapes import Shape, output_shape
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.block_plan import BlockPlan, BlockStyle


def build_graph(config: ArchitectureConfig) -> Graph:
    """Return the graph of `config`: linear in its layers, and no torch.

    The layers, their names and their order are those of `resnet_core.model.resnet.build_model`, which builds the same
    layouts as modules.
    """
    assembly, stem = _Assembly(config), stem_layout(config)
    tip = assembly.append(stem, "", "stem", INPUT_ID)
    blocks = []
    for plan in config.block_plans():
        blocks.append(assembly.append_block(plan, tip))
        tip = blocks[-1].output_id
    tip = assembly.append(head_layout(config), "", "head", tip)
    assembly.close(tip)
    return Graph(config, tuple(assembly.nodes), tuple(blocks), _stages(config), stem_feature(stem))


class _SizedLayer(NamedTuple):
    """A layer of a unit with its sizes; equal blocks of a stage share it."""

    name: str
    kind: NodeKind
    inputs: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    operation: Operation
    path: NodePath


class _SizedUnit(NamedTuple):
    layers: tuple[_SizedLayer, ...]
    output: str
    output_shape: Shape


class _Assembly:
    """Nodes under construction."""

    def __init__(self, config: ArchitectureConfig) -> None:
        self._style = config.style
        image = Shape(config.input.channels, config.input.height, config.input.width)
        self.nodes = [Node(INPUT_ID, "input", "stem", "", (), image, image, PLAIN, "main")]
        self._shapes = {INPUT_ID: image}
        self._known: dict[tuple[object, ...], _SizedUnit] = {}

    def append(self, unit: Unit, block: str, stage: str, source: str) -> str:
        """Append the nodes of `unit`, which reads the node `source`; return the id of the node that puts out."""
        return self._append(_sized(unit, self._shapes[source]), block, stage, source)

    def append_block(self, plan: BlockPlan, source: str) -> Block:
        """Append the nodes of a block and return it."""
        shape, first = self._shapes[source], len(self.nodes)
        key = (shape, *plan[3:])
        sized = self._known.get(key)
        if sized is None:
            anonymous = plan._replace(id="", stage=0, position=0)
            sized = self._known[key] = _sized_block(anonymous, self._style, shape)
        stage = f"layer{plan.stage}"
        output = self._append(sized, plan.id, stage, source)
        return Block(plan.id, plan, stage, source, output, shape, sized.output_shape, first, len(self.nodes))

    def close(self, tip: str) -> None:
        """Append the network's output."""
        shape = self._shapes[tip]
        self.nodes.append(Node(OUTPUT_ID, "output", "head", "", (tip,), shape, shape, PLAIN, "main"))

    def _append(self, unit: _SizedUnit, block: str, stage: str, source: str) -> str:
        prefix = f"{block}." if block else ""
        for name, kind, inputs, input_shape, shape, operation, path in unit.layers:
            read = tuple([prefix + other if other else source for other in inputs])
            self.nodes.append(Node(prefix + name, kind, stage, block, read, input_shape, shape, operation, path))
        output = prefix + unit.output if unit.output else source
        self._shapes[output] = unit.output_shape
        return output


@lru_cache(maxsize=4096)
def _sized_block(plan: BlockPlan, style: BlockStyle, shape: Shape) -> _SizedUnit:
    """Return the layers of a block that reads `shape`; equal blocks share them, also those of the network before."""
    return _sized(block_layout(plan, style), shape)


def _sized(unit: Unit, shape: Shape) -> _SizedUnit:
    """Return `unit` with the sizes it has when it reads `shape`."""
    shapes = {ENTRY: shape}
    layers = []
    for layer in unit.layers:
        read = shapes[layer.inputs[0]]
        shapes[layer.name] = output_shape(layer, read)
        layers.append(
            _SizedLayer(
                layer.name, layer.kind, layer.inputs, read, shapes[layer.name], layer.operation, layer.path
            )
        )
    return _SizedUnit(tuple(layers), unit.output, shapes[unit.output])


def _stages(config: ArchitectureConfig) -> tuple[Stage, ...]:
    stages, first = [], 0
    for number, stage in enumerate(config.stages, start=1):
        stages.append(Stage(f"layer{number}", number, first, first + stage.blocks))
        first += stage.blocks
    return tuple(stages)
