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
from resnet_core.analysis.step_schedule import plain_schedule, recomputing_schedule
from resnet_core.analysis.tensor_lifetimes import Lifetime, lifetimes, output_widths, widths_at
from resnet_core.architecture.graph import Graph, NodeKind

UpdateLoop = Literal["each", "all", "none"]
"""Whether the optimiser updates parameters one by one (torch on the CPU), all at once (its `foreach`, on CUDA), or
needs nothing for it: fused into one call, or because the step ends before the update."""

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
    spans += [*step.activations(), *step.beside(), *step.gradients(), *step.parameter_gradients(), *step.other_parts()]
    return timeline(step.moments, spans)


class _Step:
    """What a step holds, by the moments of its schedule."""

    def __init__(self, graph: Graph, recipe: MemoryRecipe) -> None:
        self._graph = graph
        self._nodes = graph.nodes
        self._recipe = recipe
        self._index = {node.id: place for place, node in enumerate(graph.nodes)}
        self._plan = recomputing_schedule(graph) if recipe.recompute else plain_schedule(graph)
        self.moments = self._plan.moments
        self._loss, self._last = self._plan.loss, self._plan.last
        outputs = output_widths(graph, recipe.precision)
        self._widths = [widths_at(node, recipe.precision, outputs) for node in graph.nodes]
        self._sizes = [outputs[node.id] * node.output_shape.elements for node in graph.nodes]
        self._readers: dict[int, list[int]] = defaultdict(list)
        for place, node in enumerate(graph.nodes):
            for source in node.inputs:
                self._readers[self._index[source]].append(place)

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
        """Return the outputs of layers: held until they have been read, or until the last backward that needs them.

        What a recomputed block puts out inside is held twice: until it has been read, and again until its backward.
        """
        savers = self._savers()
        inputs = {self._index[block.input_id]: block.first for block in self._graph.blocks if self._recipe.recompute}
        spans = []
        for life in lifetimes(self._graph, VIEWS, frozenset()):
            needing = [place for member in life.members for place in savers[member]]
            own = self._plan.block[life.born]
            size = Bytes(0, self._sizes[life.born])
            begins = [inputs[member] for member in life.members if member in inputs]
            ends = [life.died, *(self._plan.backward[start] for start in begins)]
            ends += [self._plan.backward[place] for place in needing if self._plan.block[place] is None]
            end = self._last if life.born == 0 else max(ends)  # the images belong to the caller
            spans.append(Span(size, life.born, end))
            if own is not None:
                spans += self._second(life, [place for place in needing if self._plan.block[place] == own])
        return spans

    def _second(self, life: Lifetime, needing: list[int]) -> list[Span]:
        """Return how long a tensor is held that a recomputed block puts out for the second time."""
        begin = self._plan.kept[life.born]
        if begin is None:
            return []
        own = self._plan.block[life.born]
        readers = (place for member in life.members for place in self._readers[member])
        read = [self._plan.kept[place] or begin for place in readers if self._plan.block[place] == own]
        ends = [begin, *read, *(self._plan.backward[place] for place in needing)]
        return [Span(Bytes(0, self._sizes[life.born]), begin, max(ends))]

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
        """Return what layers keep for backward besides, and autocast's copies of weights.

        In the first pass through a recomputed block nothing of it stays, but autocast's copies do until forward ends.
        """
        spans = []
        for place, node in enumerate(self._nodes):
            size, kept = kept_beside(node, self._widths[place]), self._plan.kept[place]
            copies = 0
            if self._recipe.precision == "mixed" and not node.operation.standardized:
                copies = HALF_BYTES * weights_of(node)
            if self._plan.block[place] is not None:
                spans += [Span(size, place, place), Span(Bytes(copies), place, self._loss - 1)]
            if kept is not None:
                held = Bytes(size.fixed + copies, size.image)
                spans.append(Span(held, kept, self._plan.backward[place]))
        return spans

    def other_parts(self) -> list[Span]:
        """Return what the parts of a batch but the one that is computed hold: their images, and what they left.

        The gradients of the parts before are there all the time; a layer's new one is there besides until it is added.
        """
        others = self._recipe.parts - 1
        if not others:
            return []
        width = self._recipe.parameter_width
        spans = [Span(Bytes(0, others * self._sizes[0]), 0, self._last)]
        for place, node in enumerate(self._nodes):
            moment, size = self._plan.backward[place], Bytes(width * parameters_of(node))
            spans += [Span(size, 0, moment - 1), Span(size, moment, moment)]
        return spans

    def parameter_gradients(self) -> list[Span]:
        """Return the gradients of parameters, which stay from the layer's backward until the step is over.

        Under autocast they come in half precision first; a standardised filter's goes through two more of its size.
        """
        spans = []
        for place, node in enumerate(self._nodes):
            moment, weights = self._plan.backward[place], weights_of(node)
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
        readers = self._readers
        owner: dict[int, int] = {}  # the node whose output's gradient has the storage
        ends: dict[int, int] = {}
        spans = []
        for place in range(self._loss - 1, 0, -1):
            *others, last = readers[place] or [place]
            shared = last != place and self._nodes[last].kind in _HANDS_ON
            owner[place] = owner[last] if shared else place
            ends[owner[place]] = self._plan.backward[place]
            spans += [self._passing(place, other) for other in others if self._nodes[other].kind not in _HANDS_ON]
            spans += [self._passing(place, other) for other in readers[place] if self._makes_product(place, other)]
        for place, end in ends.items():
            begin = self._plan.backward[readers[place][-1]] if readers[place] else self._loss
            spans.append(Span(Bytes(0, self._sizes[place]), begin, end))
        return spans

    def _passing(self, place: int, reader: int) -> Span:
        moment = self._plan.backward[reader]
        return Span(Bytes(0, self._sizes[place]), moment, moment)

    def _makes_product(self, place: int, reader: int) -> bool:
        """Return whether the gate's gradient is summed over a product of the size of the weighted tensor."""
        node = self._nodes[reader]
        return node.kind == "multiply" and node.inputs[0] == self._nodes[place].id
