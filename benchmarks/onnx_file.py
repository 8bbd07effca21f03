"""Writes a network as an ONNX file of one node a layer, its weights with their shapes and without values."""

from __future__ import annotations

from pathlib import Path

from resnet_core.architecture.graph import Node
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig

OPERATORS = {
    "conv": "Conv",
    "batch_norm": "BatchNormalization",
    "relu": "Relu",
    "max_pool": "MaxPool",
    "average_pool": "GlobalAveragePool",
    "add": "Add",
    "zero_pad": "Pad",
    "flatten": "Flatten",
    "linear": "Gemm",
}
"""The layers of the networks of He et al.; others raise KeyError."""


def write_onnx(config: ArchitectureConfig, path: Path) -> None:
    """Write the network of `config` to `path`; needs the package onnx."""
    from onnx import TensorProto, helper, save_model

    graph = build_graph(config)
    first, *layers, last = graph.nodes
    nodes, weights = [], []
    for layer in layers:
        shapes = weight_shapes(layer)
        names = [f"{layer.id}.{name}" for name in shapes]
        nodes.append(helper.make_node(OPERATORS[layer.kind], [*layer.inputs, *names], [layer.id], name=layer.id))
        weights += [
            TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
            for name, shape in zip(names, shapes.values(), strict=True)
        ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, *node.output_shape])
        for name, node in ((first.id, first), (last.inputs[0], last))
    ]
    save_model(helper.make_model(helper.make_graph(nodes, "network", ends[:1], ends[1:], weights)), path)


def weight_shapes(layer: Node) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a layer's weights and statistics by name."""
    inputs, outputs = layer.input_shape.channels, layer.output_shape.channels
    if layer.kind == "conv":
        kernel = layer.operation.kernel
        return {"weight": (outputs, inputs // layer.operation.groups, kernel, kernel)}
    if layer.kind == "batch_norm":
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (outputs,))
    return {"weight": (outputs, inputs), "bias": (outputs,)} if layer.kind == "linear" else {}
