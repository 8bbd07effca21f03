"""Made-up documents of studies as a worker sends them, and figures with everything that a figure can have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset
from resnet_core.findings.catalog import study_named
from resnet_core.findings.figures import Axis, BarFigure, Figure, Line, LineFigure, MapFigure, Mark
from resnet_core.findings.learning_rate import LearningRateFindings, LearningRateOptions
from resnet_core.findings.lesion import BlockLesion, LesionFindings
from resnet_core.findings.study import NoOptions, StudiedNetwork, StudyReport

TINY = with_assignments(preset("ResNet-20"), [f"stages.{place}.blocks=1" for place in range(3)]).model_copy(
    update={"name": "Tiny"}
)


def rates_document(name: str = "Tiny", *, seed: int = 0, suggested: float = 0.077, run: str = "") -> dict[str, Any]:
    """A learning-rate study of an architecture, or of a run after 60 steps."""
    rates = np.geomspace(1e-4, 10, 30)
    losses = 2.3 - np.exp(-((np.log10(rates) + 0.1) ** 2))
    found = LearningRateFindings(
        rates=tuple(rates), losses=tuple(losses), smoothed=tuple(losses), lowest_at=10 * suggested,
        suggested=suggested, diverged_at=math.nan,
    )  # fmt: skip
    network = StudiedNetwork(run, name, "digits", 60 if run else 0, seed, "cpu")
    return StudyReport(study_named("learning_rate"), network, LearningRateOptions(), found).as_document()


def lesion_document(config: ArchitectureConfig, run: str, step: int = 60) -> dict[str, Any]:
    """A lesion study of a run: each block costs one percent more than the one before, the second cannot be removed."""
    blocks = tuple(
        BlockLesion(id=block.id, accuracy=math.nan, loss=math.nan, removable=False, reason="it changes channels")
        if number == 1
        else BlockLesion(id=block.id, accuracy=0.9 - 0.01 * number, loss=0.3 + number)
        for number, block in enumerate(build_graph(config).blocks)
    )
    found = LesionFindings(accuracy=0.9, loss=0.3, images=360, blocks=blocks)
    network = StudiedNetwork(run, config.name, "digits", step, 0, "cpu")
    return StudyReport(study_named("lesion"), network, NoOptions(), found).as_document()


def line_figure() -> LineFigure:
    x = (1e-3, 1e-2, 0.1, 1.0, 10.0)
    lines = (
        Line("measured", x, (5.0, math.nan, 3.0, 2.0, math.inf)),
        Line("other", x, (4.0, 3.5, 3.0, -1.0, 2.0), "second"),
        Line("level", (x[0], x[-1]), (100.0, 100.0), "guide"),
        Line("single", x, (1.0, 2.0, 3.0, 4.0, 5.0), "faded"),
    )
    marks = (Mark("first", 0.01), Mark("last", 10.0))
    return LineFigure("line", "A line", Axis("rate", True), Axis("loss", unit="nats"), lines, marks)


def bar_figure(count: int = 6) -> BarFigure:
    blocks = tuple(f"layer{1 + number % 3}.{number // 3}" for number in sorted(range(count), key=lambda n: n % 3))
    values = tuple(math.nan if number == 1 else 10.0 * (number + 1) for number in range(count))
    return BarFigure("bars", "Bars", Axis("accuracy", unit="%"), blocks, values, 35.0, "with all blocks")


def map_figure() -> MapFigure:
    values = ((1.0, 10.0, 100.0), (math.nan, 1.0, 0.0), (3.0, 30.0, 300.0))
    names = ("layer1.0", "layer2.0", "layer3.0")
    return MapFigure(
        "map", "A map", Axis("block"), Axis("block"), Axis("likeness", True), values, (0, 2, 0, 2), names, names,
        contours=(5.0, 50.0), square=True, marks=((1.0, 1.0),),
    )  # fmt: skip


def plane_figure() -> MapFigure:
    values = tuple(tuple(float(x * y) for x in range(-3, 4)) for y in range(-2, 3))
    return MapFigure(
        "plane", "A plane", Axis("to the right"), Axis("upward"), Axis("signed"), values, (-1, 1, -0.5, 0.5),
        colors="diverging", contours=(-1.0, 1.0),
    )  # fmt: skip


DEGENERATE: tuple[Figure, ...] = (
    LineFigure("none", "No line", Axis("x"), Axis("y"), ()),
    LineFigure("empty", "An empty line", Axis("x", True), Axis("y", True), (Line("", (), ()),)),
    LineFigure(
        "nan", "All nan", Axis("x"), Axis("y"), (Line("a", (1.0, 2.0), (math.nan, math.nan)),), (Mark("m", -1.0),)
    ),
    LineFigure(
        "one", "One point", Axis("x", True), Axis("y", True), (Line("{braces}", (1.0,), (0.0,)),), (Mark("{}", 1.0),)
    ),
    BarFigure("no_block", "No block", Axis("y"), (), ()),
    BarFigure("nan_bars", "No value", Axis("y", True), ("layer1.0",), (math.nan,), math.nan, "guide"),
    BarFigure("below", "Below zero", Axis("y"), ("layer1.0", "layer1.1"), (-1.0, -2.0), 0.0, "zero"),
    MapFigure("nan_map", "No value", Axis("x"), Axis("y"), Axis("v"), ((math.nan,),), (0, 0, 0, 0)),
    MapFigure(
        "flat", "All the same", Axis("x", True), Axis("y"), Axis("v"), ((2.0, 2.0),), (1, 10, 0, 0), contours=(2.0,)
    ),
    MapFigure(
        "zeros", "Zeros", Axis("x"), Axis("y"), Axis("v"), ((0.0, 0.0), (0.0, 0.0)), (0, 1, 0, 1), colors="diverging"
    ),
)
