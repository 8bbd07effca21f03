"""Reads a network out as sentences, for ears and for the clipboard: whole, a stage, a block, or a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from resnet_core.analysis.cost_report import CostReport, GroupCost
from resnet_core.architecture.graph import Block, Graph, Node, Stage
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.captions import paper_stage_name
from resnet_core.drawing.kind_words import block_facts, block_words, kind_words, layer_words
from resnet_core.drawing.say import Say, as_written
from resnet_core.drawing.walks import edges_from, edges_into, way_of
from resnet_core.number_text import compact, exact, shape_text

INDENT = "    "


class Reader:
    """Reads one network out; every answer is plain text in the language of `say`.

    Three depths: `network()` and `ends()`, `stage(id)`, `block(id)`; `layer(id)` tells of one layer where its edges
    lead, `selected(id)` whichever of them an id asks for, and `whole()` is everything, with a line a layer.
    """

    def __init__(self, graph: Graph, report: CostReport, say: Say = as_written) -> None:
        self._graph, self._report, self._say = graph, report, say

    def network(self) -> str:
        """Return what the network takes, is made of and puts out, in a few sentences."""
        graph, total = self._graph, self._report.total
        lines = [
            self._told(
                N_("Drawing", "{name}: {blocks} blocks in {stages} stages, {depth} layers deep. "
                              "{parameters} parameters, {macs} multiply-adds for one image."),
                name=graph.name, blocks=exact(len(graph.blocks)), stages=len(graph.stages),
                depth=exact(self._report.depth), parameters=exact(total.parameters), macs=compact(total.macs),
            ),
            self._told(
                N_("Drawing", "It takes an image of {before} and puts out {after} values.")
                if graph.nodes[-1].output_shape[1:] == (1, 1)
                else N_("Drawing", "It takes an image of {before} and puts out {after}."),
                before=shape_text(graph.nodes[0].output_shape), after=shape_text(graph.nodes[-1].output_shape),
            ),
        ]  # fmt: skip
        if all(block.plan.shortcut == "none" for block in graph.blocks):
            lines.append(self._say("Drawing", N_("Drawing", "It is a plain network: no block has a shortcut.")))
        return " ".join(lines)

    def stem(self) -> str:
        """Return the stem and its layers in order."""
        nodes = self._graph.nodes[: self._graph.blocks[0].first]
        return self._end(N_("Drawing", "Stem: {layers}. {before} becomes {after}."), nodes)

    def head(self) -> str:
        """Return the head and its layers in order."""
        nodes = self._graph.nodes[self._graph.blocks[-1].stop :]
        return self._end(N_("Drawing", "Head: {layers}. {before} becomes {after}."), nodes)

    def stage(self, id: str) -> str:
        """Return how many blocks the stage `id` has, what they are, and what they do to the tensor."""
        graph = self._graph
        stage = next(stage for stage in graph.stages if stage.id == id)
        blocks, cost = graph.blocks[stage.first : stage.stop], self._report.stages[id]
        one = N_("Drawing", "Stage {stage}: one block, {before} becomes {after}. {cost}.")
        several = N_("Drawing", "Stage {stage}: {count} blocks, {before} becomes {after}. {cost}.")
        first = self._told(
            one if len(blocks) == 1 else several,
            stage=self._stage_name(stage), count=exact(len(blocks)), before=shape_text(blocks[0].input_shape),
            after=shape_text(blocks[-1].output_shape), cost=self._cost(cost),
        )  # fmt: skip
        return " ".join([first, *(self._run(list(run)) for _, run in groupby(blocks, key=self._make))])

    def block(self, id: str) -> str:
        """Return what the block is and costs, its branch layer by layer, and where its shortcut leaves and joins."""
        block = self._graph.block_by_id[id]
        return " ".join([self._head_of(block), self._way(block), *self._branch(block)])

    def layer(self, id: str) -> str:
        """Return what the layer is and makes, and where its edges come from and lead to."""
        node = self._graph.node_by_id[id]
        pattern = N_("Drawing", "{layer}: {kind}, {shapes}.")
        words = layer_words(node, self._say)
        first = self._told(pattern, layer=id, kind=words, shapes=self._shapes(node.input_shape, node.output_shape))
        return " ".join(filter(None, (first, self._layer_cost(node), self.edges(id))))

    def edges(self, id: str) -> str:
        """Return where a layer's edges lead: "From A, to B and, around the branch, C." """
        came, goes = self._ends_into(id), self._ends_from(id)
        if came and goes:
            return self._told(N_("Drawing", "From {sources}; to {targets}."), sources=came, targets=goes)
        if came:
            return self._told(N_("Drawing", "From {sources}."), sources=came)
        return self._told(N_("Drawing", "To {targets}."), targets=goes) if goes else ""

    def selected(self, id: str) -> str:
        """Return the reading of a stage, a block or a layer; of anything else, and of nothing, the network's."""
        if id in self._graph.block_by_id:
            return self.block(id)
        if id in self._graph.node_by_id:
            return self.layer(id)
        return self.stage(id) if any(stage.id == id for stage in self._graph.stages) else self.network()

    def whole(self) -> str:
        """Return everything as one text: the network, its stages and every make of block with its layers."""
        return "\n".join(self._whole()) + "\n"

    # Parts of sentences

    def _whole(self) -> Iterator[str]:
        graph = self._graph
        yield from (self.network(), "", self.stem())
        for stage in graph.stages:
            yield from ("", self.stage(stage.id))
            for _, run in groupby(graph.blocks[stage.first : stage.stop], key=self._make):
                yield from self._whole_block(list(run))
        yield from ("", self.head())

    def _whole_block(self, run: Sequence[Block]) -> Iterator[str]:
        """Yield the first of a run of equal blocks, layer by layer, and how many are like it."""
        block = run[0]
        yield f"{INDENT}{self._head_of(block)} {self._way(block)}"
        for node in self._graph.nodes_of(block):
            yield INDENT * 2 + self.layer(node.id)
        if len(run) == 2:
            yield INDENT + self._told(N_("Drawing", "{block} is like it."), block=run[1].id)
        elif len(run) > 2:
            pattern = N_("Drawing", "{first} to {last} are like it.")
            yield INDENT + self._told(pattern, first=run[1].id, last=run[-1].id)

    def _told(self, text: str, **parts: object) -> str:
        return self._say("Drawing", text).format(**parts)

    def _shapes(self, before: Shape, after: Shape) -> str:
        """Return "64 × 56² becomes 256 × 56²", or the one shape where it stays."""
        if before == after:
            return shape_text(after)
        pattern = N_("Drawing", "{before} becomes {after}")
        return self._told(pattern, before=shape_text(before), after=shape_text(after))

    def _stage_name(self, stage: Stage) -> str:
        paper = paper_stage_name(self._graph.config.stem.kind, stage.number)
        return f"{stage.id} ({paper})" if paper else stage.id

    def _cost(self, cost: GroupCost) -> str:
        pattern = N_("Drawing", "{parameters} parameters, {macs} multiply-adds")
        return self._told(pattern, parameters=exact(cost.parameters), macs=compact(cost.macs))

    def _layer_cost(self, node: Node) -> str:
        row = next(row for row in self._report.layers if row.id == node.id)
        if row.macs:
            pattern = N_("Drawing", "{parameters} parameters, {macs} multiply-adds.")
            return self._told(pattern, parameters=exact(row.parameters), macs=compact(row.macs))
        if row.parameters:
            return self._told(N_("Drawing", "{parameters} parameters."), parameters=exact(row.parameters))
        return ""

    def _end(self, pattern: str, nodes: Sequence[Node]) -> str:
        named = [node for node in nodes if node.kind not in ("input", "output")]
        return self._told(
            pattern, layers=self._listed(named, ""), before=shape_text(nodes[0].input_shape),
            after=shape_text(nodes[-1].output_shape),
        )  # fmt: skip

    @staticmethod
    def _make(block: Block) -> tuple[object, ...]:
        """Return what equal blocks have in common: all but their names and the chance to be dropped."""
        return (block.plan._replace(id="", position=0, drop_chance=0.0), block.input_shape)

    def _head_of(self, block: Block) -> str:
        """Return what a block is, what it does to the tensor, and what it costs."""
        pattern = N_("Drawing", "Block {block}: {kind}, {shapes}. {cost}.")
        kind = ", ".join((block_words(block.plan, self._say), *block_facts(block.plan, self._say)))
        shapes, cost = self._shapes(block.input_shape, block.output_shape), self._cost(self._report.blocks[block.id])
        return self._told(pattern, block=block.id, kind=kind, shapes=shapes, cost=cost)

    def _run(self, run: Sequence[Block]) -> str:
        """Return a run of equal blocks as one sentence."""
        plan = run[0].plan._replace(drop_chance=0.0)
        kind = ", ".join((block_words(plan, self._say), *block_facts(plan, self._say)))
        first, last = run[0].id, run[-1].id
        if len(run) == 1:
            return self._told(N_("Drawing", "{block}: {kind}."), block=first, kind=kind)
        return self._told(N_("Drawing", "{first} to {last}: {kind}."), first=first, last=last, kind=kind)

    def _way(self, block: Block) -> str:
        fork, joint, on_way = way_of(self._graph, block)
        if not joint:
            return self._say("Drawing", N_("Drawing", "No shortcut leads round it."))
        if on_way:
            nodes = [self._graph.node_by_id[id] for id in on_way]
            pattern = N_("Drawing", "The shortcut leaves after {fork}, goes through {layers}, and joins at {joint}.")
            return self._told(pattern, fork=fork, layers=self._listed(nodes, block.id), joint=joint)
        pattern = N_("Drawing", "The shortcut leaves after {fork} and joins at {joint}, the tensor unchanged.")
        return self._told(pattern, fork=fork, joint=joint)

    def _branch(self, block: Block) -> Iterator[str]:
        nodes = self._graph.nodes_of(block)
        main = [node for node in nodes if node.path == "main"]
        yield self._told(N_("Drawing", "The branch: {layers}."), layers=self._listed(main, block.id))
        gates = [node for node in nodes if node.path == "gate"]
        if gates:
            pattern = N_("Drawing", "Attention hangs on {source}: {layers}.")
            source = next(id for node in gates for id in node.inputs if not self._is_gate(id))
            yield self._told(pattern, source=source, layers=self._listed(gates, block.id))

    def _is_gate(self, id: str) -> bool:
        return self._graph.node_by_id[id].path == "gate"

    def _listed(self, nodes: Sequence[Node], block: str) -> str:
        """Return layers in order, each with its name within the block: "conv1, conv 1×1; bn1, batch norm"."""
        return "; ".join(self._named(node, block) for node in nodes)

    def _named(self, node: Node, block: str) -> str:
        name = node.id.removeprefix(f"{block}.")
        words = layer_words(node, self._say)
        return words if name == kind_words(node.kind) or name == node.kind else f"{name}, {words}"

    def _ends_into(self, id: str) -> str:
        straight, roads = [], []
        for edge in edges_into(self._graph, id):
            if edge.role == "shortcut" and self._graph.node_by_id[id].path != "shortcut":
                roads.append(self._told(N_("Drawing", "around the branch, {layer}"), layer=edge.source))
            elif edge.role == "gate" and self._graph.node_by_id[id].path != "gate":
                roads.append(self._told(N_("Drawing", "as its weights, {layer}"), layer=edge.source))
            else:
                straight.append(edge.source)
        return self._joined(straight + roads)

    def _ends_from(self, id: str) -> str:
        straight, roads = [], []
        own = self._graph.node_by_id[id].path
        for edge in edges_from(self._graph, id):
            if edge.role == "shortcut" and own != "shortcut":
                roads.append(self._told(N_("Drawing", "around the branch, {layer}"), layer=edge.target))
            elif edge.role == "gate" and own != "gate":
                roads.append(self._told(N_("Drawing", "to weigh it, {layer}"), layer=edge.target))
            else:
                straight.append(edge.target)
        return self._joined(straight + roads)

    def _joined(self, words: Sequence[str]) -> str:
        if len(words) < 2:
            return "".join(words)
        pattern = N_("Drawing", "{words} and, {last}") if "," in words[-1] else N_("Drawing", "{words} and {last}")
        return self._told(pattern, words=", ".join(words[:-1]), last=words[-1])
