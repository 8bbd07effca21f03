"""Says in plain words what happens at a moment of a pass, and labels what travels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resnet_core.architecture.graph import Block, Node, Stage
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.captions import kernel_caption
from resnet_core.drawing.depth_axis import HEAD_ID, STEM_ID
from resnet_core.drawing.pass_norms import BlockNorms, PassNorms
from resnet_core.drawing.pass_pace import Detail
from resnet_core.drawing.pass_sentences import (
    BACKWARD,
    FORWARD,
    LAYER_BACK_OTHER,
    LAYER_BACKWARD,
    LAYER_FORWARD,
    LAYER_OTHER,
    NO_NORMS,
)
from resnet_core.drawing.say import Say
from resnet_core.drawing.tensor_pass import PassTimeline
from resnet_core.number_text import decimal, scientific, shape_text

_CONTEXT = "Drawing"
BRANCH, SKIP = N_("Drawing", "branch"), N_("Drawing", "skip")
_MEETS_FROM, _FORKS_UNTIL = 0.86, 0.14


class Caption(NamedTuple):
    """What happens now: of what (`subject`, an id or empty) and a sentence."""

    subject: str
    text: str


def caption(timeline: PassTimeline, moment: float, detail: Detail, norms: PassNorms, say: Say) -> Caption:
    """Return what happens at `moment`, of a stage, of a block or of a layer."""
    words = _Words(timeline, norms, say)
    if moment >= timeline.length:
        return words.end()
    place = timeline.place_at(moment)
    column = timeline.column(place)
    if detail == "layer":
        return words.layer(place, moment)
    if column.id in (STEM_ID, HEAD_ID):
        return words.end_column(column.id)
    block = timeline.graph.block_by_id[column.id]
    if detail == "stage":
        return words.stage(next(stage for stage in timeline.graph.stages if stage.id == block.stage))
    return words.block(block, moment - place)


def norm_label(shape: Shape, norm: float | None) -> tuple[str, ...]:
    """Return what stands at a gradient on its way: its norm, or the shape it shares with its tensor."""
    return (f"‖g‖ {scientific(norm)}",) if norm is not None else (f"g  {shape_text(shape)}", "g")


def part_label(road: str, shape: Shape, norm: float | None, say: Say) -> tuple[str, ...]:
    """Return what stands at a gradient that comes by one road, BRANCH or SKIP: the norm of that part, or its shape."""
    if norm is None:
        return norm_label(shape, None)
    return f"‖{say(_CONTEXT, road)}‖ {scientific(norm)}", scientific(norm)


def sum_label(norms: BlockNorms, say: Say) -> tuple[str, ...]:
    """Return what stands where the two roads of the gradient meet, longest first; empty where nothing is known.

    The two add as vectors, so that the norm of their sum is that of neither added: it depends on their angle.
    """
    if norms.at_input is None:
        return ()
    total = f"‖g‖ {scientific(norms.at_input)}"
    if norms.branch is None or norms.skip is None:
        return (total,)
    branch, skip = say(_CONTEXT, BRANCH), say(_CONTEXT, SKIP)
    whole = f"{total} = ‖{branch} + {skip}‖"
    parts = f"‖{branch}‖ {scientific(norms.branch)}, ‖{skip}‖ {scientific(norms.skip)}"
    if norms.cosine is not None:
        angle = f"{say(_CONTEXT, N_('Drawing', 'cosine'))} {decimal(norms.cosine, 2)}"
        return f"{whole}; {parts}, {angle}", f"{whole}, {angle}", whole, total
    return f"{whole}; {parts}", whole, total


class _Words:
    """The sentences of one pass."""

    def __init__(self, timeline: PassTimeline, norms: PassNorms, say: Say) -> None:
        self._timeline, self._norms, self._say = timeline, norms, say
        self._is_forward = timeline.direction == "forward"
        self._sentences = FORWARD if self._is_forward else BACKWARD

    def end(self) -> Caption:
        return Caption("", self._filled(self._sentences["end"], {}))

    def end_column(self, id: str) -> Caption:
        graph = self._timeline.graph
        key = "backbone" if id == HEAD_ID and graph.config.head.pool == "none" else id
        shapes = (
            (graph.nodes[0].output_shape, graph.blocks[0].input_shape)
            if id == STEM_ID
            else (graph.blocks[-1].output_shape, graph.nodes[-1].output_shape)
        )
        return Caption("", self._filled(self._sentences[key], _shapes(*shapes)))

    def stage(self, stage: Stage) -> Caption:
        blocks = self._timeline.graph.blocks[stage.first : stage.stop]
        plain = all(block.plan.shortcut == "none" for block in blocks)
        facts = {"id": stage.id, "count": str(len(blocks)), "to": shape_text(blocks[-1].output_shape)}
        return Caption(stage.id, self._filled(self._sentences["plain_stage" if plain else "stage"], facts))

    def block(self, block: Block, share: float) -> Caption:
        kind = self._shortcut_kind(block)
        known = self._norms.of_block(self._timeline.axis.number_of(block.id) - 1)
        facts = {"id": block.id, **_shapes(block.input_shape, block.output_shape), **_numbers(known)}
        facts["why"] = "" if self._norms.boundaries else self._say(_CONTEXT, NO_NORMS)
        return Caption(block.id, self._filled(self._sentences[self._key(kind, share, known)], facts).strip())

    def _shortcut_kind(self, block: Block) -> str:
        """Return the kind of the shortcut; `weighed` where more than a copy of x goes round."""
        kind = block.plan.shortcut
        ways = (node.on_shortcut for node in self._timeline.graph.nodes_of(block))
        return "weighed" if kind == "identity" and any(ways) else kind

    def _key(self, kind: str, share: float, known: BlockNorms) -> str:
        """Return which sentence tells what happens when `share` of the block's time is over."""
        if kind == "none":
            complete = known.at_input is not None and known.at_output is not None
            return "plain" if self._is_forward or not complete else "plain_norms"
        if share < _FORKS_UNTIL:
            return f"fork_{kind}" if self._is_forward else "fork"
        if share < _MEETS_FROM:
            return f"roads_{kind}"
        if self._is_forward:
            return f"meet_{kind}" if kind in ("projection", "weighed") else "meet"
        if known.at_input is None:
            return "meet"
        if known.branch is None or known.skip is None:
            return "meet_sum"
        return "meet_both" if known.cosine is None else "meet_angle"

    def layer(self, place: int, moment: float) -> Caption:
        """Return what the layer does that works at `moment`, or is next to: that of the main path before others."""
        times = self._timeline.times(place)
        nodes = {node.id: node for node in self._timeline.axis.nodes_of(times.column)}
        ahead = [id for id, visit in times.visits.items() if visit.leaves >= moment - 1e-6]
        if not ahead:
            block = self._timeline.graph.block_by_id.get(times.column.id)
            return self.block(block, 1.0) if block else self.end_column(times.column.id)
        first = min(ahead, key=lambda id: (round(times.visits[id].leaves, 6), nodes[id].path != "main"))
        node = nodes[first]
        facts = {**_shapes(node.input_shape, node.output_shape), "kernel": kernel_caption(node)}
        return Caption(node.id, f"{node.id}: {self._filled(self._layer_sentence(node), facts)}")

    def _layer_sentence(self, node: Node) -> str:
        known = LAYER_FORWARD if self._is_forward else LAYER_BACKWARD
        other = LAYER_OTHER if self._is_forward else LAYER_BACK_OTHER
        return next((text for kinds, text in known if node.kind in kinds), other)

    def _filled(self, sentence: str, facts: Mapping[str, str]) -> str:
        text = self._say(_CONTEXT, sentence)
        for name, value in facts.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def _shapes(before: Shape, after: Shape) -> dict[str, str]:
    return {"from": shape_text(before), "to": shape_text(after)}


def _numbers(norms: BlockNorms) -> dict[str, str]:
    pairs = (("out", norms.at_output), ("sum", norms.at_input), ("branch", norms.branch), ("skip", norms.skip))
    facts = {name: scientific(norm) for name, norm in pairs if norm is not None}
    return facts | ({"cosine": decimal(norms.cosine, 2)} if norms.cosine is not None else {})
