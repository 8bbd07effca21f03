"""Follows the tensors of a training step through forward, backward and update and finds the most held at once."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from resnet_core.analysis.layer_cost import KINDS_WITH_BUFFERS, buffers_of, parameters_of
from resnet_core.analysis.memory import STATE_PER_PARAMETER, MemoryRecipe
from resnet_core.analysis.memory_timeline import MemoryTimeline, Peak, Span, timeline
from resnet_core.analysis.saved_tensors import (
    FLOAT_BYTES,
    HALF_BYTES,
    INDEX_BYTES,
    SAVES_INPUTS,
    SAVES_OUTPUT,
    VIEWS,
    Bytes,
    casts_input,
    kept_beside,
    saves_scaled,
    weights_of,
)
from resnet_core.analysis.tensor_lifetimes import Lifetime, lifetimes, output_widths, widths_at
from resnet_core.architecture.graph import Graph, NodeKind

UpdateLoop = Literal["each", "all", "none"]
"""Whether the optimiser updates parameters one by one (torch on the CPU), all at once (its `foreach`, on CUDA), or the
step ends before the update."""

#: Layers that hand the gradient of their output on to their inputs without making another tensor of it.
_HANDS_ON: frozenset[NodeKind] = VIEWS | {"add", "scalar_bias", "stack", "concat", "sum_rows"}


def step_peak(graph: Graph, recipe: MemoryRecipe, loop: UpdateLoop = "each") -> Peak:
    """Return the peak of one training step and where it is: a node's id, after `backward` in its backward pass.

    Counted: parameters, buffers, optimiser state (as from the second step on), the images, what forward keeps, the
    gradients of activations while they are needed, the gradients of parameters as they come, the softmax of the loss,
    and the update's temporary values. Left out: the workspace and reordered copies of the convolution library, and
    what the allocator loses to rounding and fragments.
    """
    return step_timeline(graph, recipe, loop).peak(recipe.batch)


def step_timeline(graph: Graph, recipe: MemoryRecipe, loop: UpdateLoop = "each") -> MemoryTimeline:
    """Return what is held at each moment of the training step that `step_peak` describes, for any batch."""
    step = _Step(graph, recipe)
    spans = [step.constants(), step.loss(), step.update(loop)]
    spans += [*step.activations(), *step.beside(), *step.gradients(), *step.parameter_gradients()]
    return timeline(step.moments, spans)


class _Step:
    """The moments of a step: each node forward, the loss, each node backward in reverse order, the update."""

    def __init__(self, graph: Graph, recipe: MemoryRecipe) -> None:
        self._graph = graph
        self._nodes = graph.nodes
        self._recipe = recipe
        ids = [node.id for node in graph.nodes]
        self._index = {id: place for place, id in enumerate(ids)}
        self.moments = (*ids, "loss", *(f"{id} backward" for id in reversed(ids)), "update")
        self._loss = len(ids)
        self._last = len(self.moments) - 1
        outputs = output_widths(graph, recipe.precision)
        self._widths = [widths_at(node, recipe.precision, outputs) for node in graph.nodes]
        self._sizes = [outputs[node.id] * node.output_shape.elements for node in graph.nodes]

    def _backward(self, place: int) -> int:
        """Return the moment at which the node at `place` computes its gradients."""
        return 2 * self._loss - place

    def constants(self) -> Span:
        """Return what is there all the time: parameters, buffers and optimiser state."""
        width = self._recipe.parameter_width
        total = width * sum(map(parameters_of, self._nodes)) * (1 + STATE_PER_PARAMETER[self._recipe.optimizer])
        for node in self._nodes:
            if node.kind in KINDS_WITH_BUFFERS:
                counters = int(node.kind == "batch_norm")
                total += (buffers_of(node) - counters) * width + counters * INDEX_BYTES
        return Span(Bytes(total), 0, self._last)

    def loss(self) -> Span:
        """Return the softmax that the loss keeps for its gradient, in float32."""
        classes = self._nodes[-1].output_shape.elements if self._graph.config.head.classes else 0
        return Span(Bytes(0, FLOAT_BYTES * classes), self._loss, self._loss + 1)

    def update(self, loop: UpdateLoop) -> Span:
        """Return the temporary values of the update: two of the largest parameter, or one of every parameter."""
        counts = [parameters_of(node) for node in self._nodes]
        values = {"each": 2 * max(counts), "all": sum(counts), "none": 0}[loop]
        return Span(Bytes(values * self._recipe.parameter_width), self._last, self._last)

    def activations(self) -> list[Span]:
        """Return the outputs of layers: held until they have been read, or until the last backward that needs them."""
        savers = self._savers()
        spans = []
        for life in lifetimes(self._graph, VIEWS, frozenset()):
            spans.append(Span(Bytes(0, self._sizes[life.born]), life.born, self._end(life, savers)))
        return spans

    def _end(self, life: Lifetime, savers: dict[int, list[int]]) -> int:
        if life.born == 0:
            return self._last  # the images belong to the caller
        needing = [place for member in life.members for place in savers[member]]
        return self._backward(min(needing)) if needing else life.died

    def _savers(self) -> dict[int, list[int]]:
        """Return, by the node that puts a tensor out, the nodes whose backward needs it."""
        savers: dict[int, list[int]] = defaultdict(list)
        for place, node in enumerate(self._nodes):
            if node.kind in SAVES_OUTPUT:
                savers[place].append(place)
            if (node.kind in SAVES_INPUTS or saves_scaled(node)) and not casts_input(node.kind, self._widths[place]):
                for source in node.inputs:
                    savers[self._index[source]].append(place)
        return savers

    def beside(self) -> list[Span]:
        """Return what layers keep for backward besides, and autocast's copies of weights."""
        spans = []
        for place, node in enumerate(self._nodes):
            size = kept_beside(node, self._widths[place])
            if self._recipe.precision == "mixed" and not node.operation.standardized:
                size = Bytes(size.fixed + HALF_BYTES * weights_of(node), size.image)
            spans.append(Span(size, place, self._backward(place)))
        return spans

    def parameter_gradients(self) -> list[Span]:
        """Return the gradients of parameters, which stay from the layer's backward until the step is over.

        Under autocast they come in half precision first; a standardised filter's goes through two more of its size.
        """
        spans = []
        for place, node in enumerate(self._nodes):
            moment, weights = self._backward(place), weights_of(node)
            spans.append(Span(Bytes(parameters_of(node) * self._recipe.parameter_width), moment, self._last))
            passing = HALF_BYTES * weights if self._recipe.precision == "mixed" else 0
            if node.operation.standardized:
                passing += 2 * self._widths[place].statistic * weights
            spans.append(Span(Bytes(passing), moment, moment))
        return spans

    def gradients(self) -> list[Span]:
        """Return the gradients of activations.

        That of a tensor begins with the backward of its last reader and ends with that of its maker; a reader that
        hands on shares it. What further readers add exists besides for a moment.
        """
        readers: dict[int, list[int]] = defaultdict(list)
        for place, node in enumerate(self._nodes):
            for source in node.inputs:
                readers[self._index[source]].append(place)
        owner: dict[int, int] = {}  # the node whose output's gradient has the storage
        ends: dict[int, int] = {}
        spans = []
        for place in range(self._loss - 1, 0, -1):
            *others, last = readers[place] or [place]
            shared = last != place and self._nodes[last].kind in _HANDS_ON
            owner[place] = owner[last] if shared else place
            ends[owner[place]] = self._backward(place)
            spans += [self._passing(place, other) for other in others if self._nodes[other].kind not in _HANDS_ON]
            spans += [self._passing(place, other) for other in readers[place] if self._makes_product(place, other)]
        for place, end in ends.items():
            begin = self._backward(readers[place][-1]) if readers[place] else self._loss
            spans.append(Span(Bytes(0, self._sizes[place]), begin, end))
        return spans

    def _passing(self, place: int, reader: int) -> Span:
        moment = self._backward(reader)
        return Span(Bytes(0, self._sizes[place]), moment, moment)

    def _makes_product(self, place: int, reader: int) -> bool:
        """Return whether the gate's gradient is summed over a product of the size of the weighted tensor."""
        node = self._nodes[reader]
        return node.kind == "multiply" and node.inputs[0] == self._nodes[place].id
