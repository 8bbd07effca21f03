"""Unfolds a configuration into its graph, without torch."""

from __future__ import annotations

from functools import lru_cache

from resnet_core.architecture.graph import (
    INPUT_ID,
    OUTPUT_ID,
    Block,
    Graph,
    Node,
    NodeKind,
    Operation,
    Stage,
)
from resnet_core.architecture.tensor_shapes import Shape, window_output
from resnet_core.configuration.architecture_config import ArchitectureConfig, BlockPlan

_PLAIN = Operation()
_IDENTITY_STRIDE = {stride: Operation(stride=stride) for stride in range(1, 5)}


def build_graph(config: ArchitectureConfig) -> Graph:
    """Return the graph of `config`: linear in its layers, and no torch.

    The layers, their names and their order are those of `resnet_core.model.resnet.build_model`.
    """
    return _Assembly(config).graph()


@lru_cache(maxsize=4096)
def _convolved(shape: Shape, channels: int, kernel: int, stride: int, groups: int) -> tuple[Shape, Operation]:
    """Return what a convolution makes of `shape`, and how; the blocks of a stage share both."""
    padding = kernel // 2
    height, width = (window_output(size, kernel, stride, padding) for size in shape[1:])
    return Shape(channels, height, width), Operation(kernel, stride, padding, groups)


class _Assembly:
    """A graph under construction; `tip` is the node that the next layer of the main path reads."""

    def __init__(self, config: ArchitectureConfig) -> None:
        self._config = config
        self._nodes: list[Node] = []
        self._shapes: dict[str, Shape] = {}
        self._blocks: list[Block] = []
        self._stage = "stem"
        self._block = ""

    def graph(self) -> Graph:
        tip = self._body(self._stem())
        self._head(tip)
        return Graph(
            self._config, tuple(self._nodes), tuple(self._blocks), self._stages()
        )

    def _stem(self) -> str:
        config = self._config
        shape = Shape(config.input.channels, config.input.height, config.input.width)
        self._nodes.append(Node(INPUT_ID, "input", "stem", "", (), shape, shape, _PLAIN, False))
        self._shapes[INPUT_ID] = shape
        imagenet = config.stem.kind == "imagenet"
        kernel, stride = (7, 2) if imagenet else (3, 1)
        tip = self._conv("conv1", INPUT_ID, config.stem.width, kernel, stride)
        if config.block.activation_order == "post":
            tip = self._step("bn1", "batch_norm", tip)
            tip = self._step("relu", "relu", tip)
        if imagenet:
            tip = self._max_pool("maxpool", tip)
        return tip

    def _body(self, tip: str) -> str:
        pre = self._config.block.activation_order == "pre"
        for plan in self._config.block_plans():
            self._stage, self._block = f"layer{plan.stage}", plan.id
            first = len(self._nodes)
            output = self._pre_block(plan, tip) if pre else self._post_block(plan, tip)
            self._blocks.append(
                Block(
                    plan.id,
                    plan,
                    self._stage,
                    tip,
                    output,
                    self._shapes[tip],
                    self._shapes[output],
                    first,
                    len(self._nodes),
                )
            )
            tip = output
        return tip

    def _head(self, tip: str) -> None:
        self._stage, self._block = "head", ""
        if self._config.block.activation_order == "pre":
            tip = self._step("final_bn", "batch_norm", tip)
            tip = self._step("final_relu", "relu", tip)
        channels = self._shapes[tip].channels
        tip = self._add_node("avgpool", "average_pool", (tip,), Shape(channels, 1, 1), _PLAIN)
        tip = self._step("flatten", "flatten", tip)
        classes = Shape(self._config.head.classes, 1, 1)
        tip = self._add_node("fc", "linear", (tip,), classes, Operation(bias=True))
        self._step(OUTPUT_ID, "output", tip)

    def _post_block(self, plan: BlockPlan, tip: str) -> str:
        """Conv, BN, ReLU ... conv, BN, addition, ReLU (He et al. 2015, Fig. 5)."""
        source = tip
        layers = self._branch(plan)
        for number, (channels, kernel, stride, groups) in enumerate(layers, start=1):
            tip = self._conv(f"{plan.id}.conv{number}", tip, channels, kernel, stride, groups)
            tip = self._step(f"{plan.id}.bn{number}", "batch_norm", tip)
            if number < len(layers):
                tip = self._step(f"{plan.id}.relu{number}", "relu", tip)
        tip = self._join(plan, tip, source)
        return self._step(f"{plan.id}.relu{len(layers)}", "relu", tip)

    def _pre_block(self, plan: BlockPlan, tip: str) -> str:
        """BN, ReLU, conv ... addition (He et al. 2016, Fig. 4e); a projection reads what the first ReLU puts out."""
        source = tip
        for number, (channels, kernel, stride, groups) in enumerate(self._branch(plan), start=1):
            tip = self._step(f"{plan.id}.bn{number}", "batch_norm", tip)
            tip = self._step(f"{plan.id}.relu{number}", "relu", tip)
            if number == 1 and plan.shortcut == "projection":
                source = tip
            tip = self._conv(f"{plan.id}.conv{number}", tip, channels, kernel, stride, groups)
        return self._join(plan, tip, source)

    def _branch(self, plan: BlockPlan) -> tuple[tuple[int, int, int, int], ...]:
        """Return (channels, kernel, stride, groups) of each convolution of the residual branch."""
        if plan.kind == "basic":
            return (plan.inner_channels, 3, plan.stride, 1), (plan.out_channels, 3, 1, 1)
        early = self._config.block.stride_in == "1x1"
        return (
            (plan.inner_channels, 1, plan.stride if early else 1, 1),
            (plan.inner_channels, 3, 1 if early else plan.stride, plan.groups),
            (plan.out_channels, 1, 1, 1),
        )

    def _join(self, plan: BlockPlan, branch: str, source: str) -> str:
        """Add the shortcut to the branch; a plain block has nothing to add."""
        if plan.shortcut == "none":
            return branch
        way = source
        if plan.shortcut == "zero_pad":
            way = self._zero_pad(plan, source)
        elif plan.shortcut == "projection":
            way = self._projection(plan, source)
        shape = self._shapes[branch]
        return self._add_node(f"{plan.id}.add", "add", (branch, way), shape, _PLAIN)

    def _projection(self, plan: BlockPlan, source: str) -> str:
        way = self._conv(
            f"{plan.id}.downsample.0", source, plan.out_channels, 1, plan.stride, on_shortcut=True
        )
        if self._config.shortcut.projection_norm:
            way = self._step(f"{plan.id}.downsample.1", "batch_norm", way, on_shortcut=True)
        return way

    def _zero_pad(self, plan: BlockPlan, source: str) -> str:
        _, height, width = self._shapes[source]
        stride = plan.stride
        shape = Shape(
            plan.out_channels, window_output(height, 1, stride, 0), window_output(width, 1, stride, 0)
        )
        operation = _IDENTITY_STRIDE[stride]
        return self._add_node(
            f"{plan.id}.zero_pad", "zero_pad", (source,), shape, operation, on_shortcut=True
        )

    def _conv(
        self,
        id: str,
        source: str,
        channels: int,
        kernel: int,
        stride: int,
        groups: int = 1,
        *,
        on_shortcut: bool = False,
    ) -> str:
        shape, operation = _convolved(self._shapes[source], channels, kernel, stride, groups)
        return self._add_node(id, "conv", (source,), shape, operation, on_shortcut=on_shortcut)

    def _max_pool(self, id: str, source: str) -> str:
        channels, height, width = self._shapes[source]
        shape = Shape(channels, window_output(height, 3, 2, 1), window_output(width, 3, 2, 1))
        return self._add_node(id, "max_pool", (source,), shape, Operation(3, 2, 1))

    def _step(self, id: str, kind: NodeKind, source: str, *, on_shortcut: bool = False) -> str:
        """Add a node that keeps the shape."""
        return self._add_node(id, kind, (source,), self._shapes[source], _PLAIN, on_shortcut=on_shortcut)

    def _add_node(
        self,
        id: str,
        kind: NodeKind,
        inputs: tuple[str, ...],
        shape: Shape,
        operation: Operation,
        *,
        on_shortcut: bool = False,
    ) -> str:
        node = Node(
            id, kind, self._stage, self._block, inputs, self._shapes[inputs[0]], shape, operation, on_shortcut
        )
        self._nodes.append(node)
        self._shapes[id] = shape
        return id

    def _stages(self) -> tuple[Stage, ...]:
        stages, first = [], 0
        for number, stage in enumerate(self._config.stages, start=1):
            stages.append(Stage(f"layer{number}", number, first, first + stage.blocks))
            first += stage.blocks
        return tuple(stages)
