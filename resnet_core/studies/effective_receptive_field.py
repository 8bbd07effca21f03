"""Measures how far a block looks: the mean |gradient| of one unit at every input pixel (Luo et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

import torch
from torch import Tensor, nn

from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.receptive_field import Reach, receptive_fields
from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.conditions import StatisticsSource
from resnet_core.findings.effective_receptive_field import (
    BlockField,
    ReceptiveFieldFindings,
    ReceptiveFieldOptions,
)
from resnet_core.studies.course import Course, StudyProgress
from resnet_core.studies.field_mass import (
    FloatArray,
    Unit,
    is_cut,
    middle_unit,
    profile,
    radius_holding,
    share_outside,
    shown_map,
)
from resnet_core.studies.settled_network import settled_copy
from resnet_core.studies.subject import StudySubject
from resnet_core.training.batch_order import seeded_generator
from resnet_core.training.exact_norms import precise_dtype
from resnet_core.verification.memory_refusal import refuse_step

MOST_BLOCKS = 48
"""Each block costs a backward pass: of a deeper network so many are measured, evenly, and the last of each stage."""


class _Measured(NamedTuple):
    """Sums of |gradient| over images and channels by block, and what they are sums of."""

    sums: dict[str, Tensor]
    units: dict[str, Unit]
    statistics: StatisticsSource
    images: int


def receptive_field_study(subject: StudySubject, options: ReceptiveFieldOptions) -> Course[ReceptiveFieldFindings]:
    """Differentiate the middle unit of each block, summed over channels, by the input, on a copy of the network.

    The copy is in evaluation mode, so that an image's gradient is its own (see `settled_copy`). Raises
    ConfigurationError for a block that is not there, and for a canvas that does not fit into memory.
    """
    chunks = _chunks(subject, options)
    graph = _graph_at(subject, chunks.height, chunks.width)
    shown = _shown_blocks(graph, options.block)
    if options.canvas:
        refuse_step(graph, MemoryRecipe(chunks.at_once, "sgd"), subject.device, place=("study", "canvas"))
    measured = shown if options.block else _measured_blocks(graph, shown)
    for state in _measure(subject, graph, chunks, measured):
        if isinstance(state, _Measured):
            yield _findings(graph, shown, state)
        else:
            yield state


@dataclass(frozen=True, slots=True)
class Chunks:
    """What the network is shown, `at_once` at a time: images, or canvases of `height` x `width` filled with them.

    A canvas is laid out when it is asked for: many large ones together would fill the memory.
    """

    images_NCHW: Tensor  # noqa: N815 - the shape stands in the name
    height: int
    width: int
    at_once: int

    @property
    def total(self) -> int:
        """Number of chunks."""
        return -(-len(self.images_NCHW) // self.at_once)

    def first(self, count: int) -> Tensor:
        """Return the first canvases (count, C, H, W), or as many as there are."""
        return next(self._parts(count))

    def __iter__(self) -> Iterator[Tensor]:
        """Yield all canvases (N, C, H, W), chunk by chunk."""
        return self._parts(self.at_once)

    def _parts(self, at_once: int) -> Iterator[Tensor]:
        if (self.height, self.width) == self.images_NCHW.shape[2:]:
            yield from self.images_NCHW.split(at_once)
            return
        generator = seeded_generator(0, "mosaic", self.width)
        for start in range(0, len(self.images_NCHW), at_once):
            yield self._laid_out(min(at_once, len(self.images_NCHW) - start), generator)

    def _laid_out(self, count: int, generator: torch.Generator) -> Tensor:
        """Return `count` canvases of images drawn from all, side by side."""
        number, channels, height, width = self.images_NCHW.shape
        rows, columns = -(-self.height // height), -(-self.width // width)
        drawn = torch.randint(0, number, (count * rows * columns,), generator=generator)
        tiles = self.images_NCHW[drawn.to(self.images_NCHW.device)].view(count, rows, columns, channels, height, width)
        whole = tiles.permute(0, 3, 1, 4, 2, 5).reshape(count, channels, rows * height, columns * width)
        return whole[:, :, : self.height, : self.width].contiguous()


def _chunks(subject: StudySubject, options: ReceptiveFieldOptions) -> Chunks:
    """Return the images, or as many canvases of them, as many at a time as have a training batch's pixels."""
    images_NCHW = torch.cat([images for images, _ in subject.batches.fixed_batches(options.images)])
    images_NCHW = images_NCHW.to(next(subject.model.parameters()).dtype)
    return mosaics(images_NCHW, options.canvas, subject.run.training.micro_batch)


def mosaics(images_NCHW: Tensor, side: int, at_once: int) -> Chunks:
    """Return as many canvases of `side` pixels as there are images, each filled with images drawn from all of them.

    Each image stands alone where it is as large as that. `at_once` images go through the network, or canvases that have
    no more pixels.
    """
    height, width = images_NCHW.shape[2:]
    if side <= min(height, width):
        return Chunks(images_NCHW, height, width, at_once)
    return Chunks(images_NCHW, side, side, max(1, at_once * min(height, width) ** 2 // side**2))


def _graph_at(subject: StudySubject, height: int, width: int) -> Graph:
    """Return the graph of what was built, for images of this size."""
    config = subject.run.architecture
    size = config.input.model_copy(update={"height": height, "width": width})
    return build_graph(config.model_copy(update={"input": size}))


def _shown_blocks(graph: Graph, chosen: str) -> tuple[str, ...]:
    """Return the block that was chosen, or the last of each stage; raises ConfigurationError for one of no network."""
    if not chosen:
        return tuple(graph.blocks[stage.stop - 1].id for stage in graph.stages)
    if chosen in graph.block_by_id:
        return (chosen,)
    close = get_close_matches(chosen, list(graph.block_by_id), n=1)
    mend = f"did you mean {close[0]}?" if close else f"take one from {graph.blocks[0].id} to {graph.blocks[-1].id}"
    text = f"{chosen} is not a block of {graph.name}; {mend}"
    raise ConfigurationError([Problem(("study", "block"), "other", {"text": text})])


def _measured_blocks(graph: Graph, shown: tuple[str, ...]) -> tuple[str, ...]:
    count = len(graph.blocks)
    even = {number * count // MOST_BLOCKS for number in range(MOST_BLOCKS)} if count > MOST_BLOCKS else range(count)
    return tuple(block.id for number, block in enumerate(graph.blocks) if number in even or block.id in shown)


def _measure(
    subject: StudySubject, graph: Graph, chunks: Chunks, blocks: tuple[str, ...]
) -> Iterator[StudyProgress | _Measured]:
    # two at least: BatchNorm has no variance of one value
    model, statistics = settled_copy(subject.model, chunks.first(max(2, chunks.at_once)))
    reaches = receptive_fields(graph)
    units = {}
    for id in blocks:
        _, height, width = graph.block_by_id[id].output_shape
        units[id] = middle_unit(height, width, reaches[graph.block_by_id[id].output_id])
    precise = precise_dtype(subject.device)
    sums = {id: torch.zeros((chunks.height, chunks.width), dtype=precise, device=subject.device) for id in blocks}
    done, total = 0, chunks.total * (len(blocks) + 1)
    for images_NCHW in chunks:
        images = images_NCHW.detach().requires_grad_()
        outputs = _outputs(model, images, {id: model.blocks[id] for id in blocks})
        done += 1
        yield StudyProgress(done, total, "gradients at the input")
        for id, unit in units.items():
            middle = outputs.pop(id)[:, :, unit.row, unit.column].sum()
            (gradient_NCHW,) = torch.autograd.grad(middle, images, retain_graph=bool(outputs))
            sums[id] += gradient_NCHW.abs().sum(dim=(0, 1), dtype=precise)
            done += 1
            yield StudyProgress(done, total, "gradients at the input")
    yield _Measured(sums, units, statistics, len(chunks.images_NCHW))


def _outputs(model: nn.Module, images_NCHW: Tensor, blocks: dict[str, nn.Module]) -> dict[str, Tensor]:
    """Return what each block puts out, of one forward pass."""
    found: dict[str, Tensor] = {}
    with _watched(blocks.items(), found):
        model(images_NCHW)
    return found


@contextmanager
def _watched(blocks: Iterable[tuple[str, nn.Module]], found: dict[str, Tensor]) -> Iterator[None]:
    def note(id: str) -> object:
        def hook(_block: nn.Module, _inputs: object, output: Tensor) -> None:
            found[id] = output

        return hook

    with ExitStack() as handles:
        for id, block in blocks:
            handles.callback(block.register_forward_hook(note(id)).remove)  # type: ignore[arg-type]
        yield


def _findings(graph: Graph, shown: tuple[str, ...], measured: _Measured) -> ReceptiveFieldFindings:
    maps = {id: sums.cpu().double().numpy() / measured.images for id, sums in measured.sums.items()}
    _, height, width = graph.nodes[0].output_shape
    return ReceptiveFieldFindings(
        images=measured.images,
        height=height,
        width=width,
        statistics=measured.statistics,
        fields=_fields(graph, maps, measured.units),
        maps=tuple(shown_map(id, maps[id], measured.units[id]) for id in shown),
        profiles=tuple(profile(id, maps[id], measured.units[id]) for id in shown),
    )


def _fields(graph: Graph, maps: dict[str, FloatArray], units: dict[str, Unit]) -> tuple[BlockField, ...]:
    reaches = receptive_fields(graph)
    found = []
    for block in graph.blocks:
        reach = reaches[block.output_id]
        field = BlockField(id=block.id, stage=block.plan.stage, field=reach.field)
        if block.id in maps:
            field = _measured_field(field, maps[block.id], units[block.id], reach)
        found.append(field)
    return tuple(found)


def _measured_field(field: BlockField, mass_HW: FloatArray, unit: Unit, reach: Reach) -> BlockField:
    return BlockField(
        id=field.id,
        stage=field.stage,
        field=field.field,
        radius_68=radius_holding(mass_HW, unit, 0.68),
        radius_95=radius_holding(mass_HW, unit, 0.95),
        outside=share_outside(mass_HW, unit, reach),
        cut=is_cut(mass_HW.shape[0], mass_HW.shape[1], unit, reach),
    )
