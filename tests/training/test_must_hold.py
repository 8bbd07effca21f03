"""What must hold of gradients, measured on real networks with seed 0, and what a reader sees of it.

`python -m benchmarks.gradient_flow` measures the same, and what takes longer, with five seeds. That every quantity
equals a naive twin stands in `test_block_quantities`, that capture changes no bit of the weights in
`test_gradient_probe`, the effective depth, branches that begin at zero and the growing variance of the stream in
`test_initial_flow`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import gradient_flow
from resnet_core.analysis.flow_verdict import flow_verdict
from resnet_core.analysis.gradient_profile import branch_layers
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    InitializationConfig,
    InputConfig,
    NormConfig,
    ShortcutConfig,
    StageConfig,
)
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.drawing.display_list import Text, flat
from resnet_core.drawing.say import as_written
from resnet_core.drawing.tracks.flow_words import alert_words
from resnet_core.drawing.tracks.gradient_norm_track import GradientNormTrack
from resnet_core.process.jobs import run_probe_job
from resnet_core.runs.run_events import GradientCaptured
from resnet_core.training.control import TrainingControl
from resnet_core.training.loop import train
from tests.drawing.flow_bench import flow, frame
from tests.drawing.flow_runs import run_of
from tests.training.tiny_runs import only, tiny_architecture, tiny_data, tiny_run

CHEAP = ("plain56", "resnet56")


@pytest.mark.parametrize("name", CHEAP)
def test_that_what_must_hold_of_networks_of_56_layers_holds(name: str) -> None:
    for row in gradient_flow.MEASUREMENTS[name]((0,)):
        assert row.holds, row


def test_that_the_convolutions_of_branches_that_begin_at_zero_get_no_gradient_at_all() -> None:
    config = gradient_flow.architecture("ResNet-20", initialization={"zero_init_residual": True})
    assert gradient_flow.largest_branch_gradient(config, 0) == 0


class Seen:
    """The gradient norm track of a network on one batch of noise, as a reader sees it."""

    def __init__(self, config: ArchitectureConfig, batch: int = 8) -> None:
        training = TrainingConfig(data="random", batch_size=batch, device="cpu")
        self.document = run_probe_job(RunConfig(architecture=config, training=training))
        self.norms = np.array(self.document["boundary_norms"], np.float64)  # None becomes nan
        self.graph = build_graph(config)
        self.track = GradientNormTrack(flow(run_of(self.graph, self.norms[None])), self.graph)

    def words(self) -> str:
        """Everything that is written on the track, its title, and what it says of the norms."""
        drawn = (item.text for item in flat(self.track.items(frame(self.graph))) if isinstance(item, Text))
        return " ".join((*drawn, self.track.headline(as_written)[1], *self.track.sentences(as_written)))

    def read_at(self, block: str) -> str:
        """What is told where the pointer rests on the middle of a block."""
        place = frame(self.graph)
        column = next(column for column in place.view.axis.columns if column.id == block)
        return self.track.value_at(place, place.view.x(column.middle), place.rect.bottom - 20)


def scaled(factor: float, blocks: int, **changes: Any) -> ArchitectureConfig:
    """A network without norms in which each block multiplies both its arms, and so its gradient, by `factor`."""
    return tiny_architecture(
        stages=(StageConfig(blocks=blocks, width=4),),
        norm=NormConfig(kind="none"),
        shortcut=ShortcutConfig(branch_scale=factor, shortcut_scale=factor),
        **changes,
    )


def test_that_a_gradient_of_1e_25_is_shown_and_not_zero() -> None:
    seen = Seen(scaled(1e-5, blocks=5))
    assert 1e-27 < seen.norms[0] < 1e-22
    assert "·10⁻²" in seen.read_at("layer1.0") and " 0 " not in seen.read_at("layer1.0")
    assert "Vanishes towards the input" in seen.words() and "True vanishing" in seen.words()
    assert all(0 < block["parameter_gradient_norm"] < 1 for block in seen.document["blocks"][:4])


def test_that_a_gradient_of_1e25_is_shown_and_finite() -> None:
    seen = Seen(scaled(10.0, blocks=22))
    assert 1e22 < seen.norms[0] < 1e30 and np.isfinite(seen.norms).all()
    assert "·10²" in seen.read_at("layer1.0")
    assert "Grows towards the input" in seen.words() and "It explodes" in seen.words()
    assert all(np.isfinite(block["stream_variance"]) for block in seen.document["blocks"])


def test_that_a_network_without_norms_and_with_small_weights_is_said_to_vanish_truly() -> None:
    small = InitializationConfig(scheme="xavier")
    config = gradient_flow.architecture(
        "Plain-56",
        norm={"kind": "none"},
        initialization=small.model_dump(),
        input=InputConfig(channels=3, height=8, width=8).model_dump(),
    )
    seen = Seen(config)
    assert seen.norms[0] < 1e-3 * seen.norms[-1]
    assert "Vanishes towards the input" in seen.words() and "True vanishing" in seen.words()


def test_that_a_plain_network_with_norms_is_said_to_grow_and_not_to_vanish() -> None:
    config = gradient_flow.architecture("Plain-56", input=InputConfig(channels=3, height=16, width=16).model_dump())
    seen = Seen(config)
    assert seen.norms[0] > 1e3 * seen.norms[-1]
    words = seen.words()
    assert "Grows towards the input" in words and "It does not vanish" in words
    assert "Vanishes" not in words and "True vanishing" not in words


def test_that_a_plain_network_of_1202_layers_is_said_to_leave_float32() -> None:
    small = InputConfig(channels=3, height=8, width=8).model_dump()
    seen = Seen(gradient_flow.architecture("Plain-1202", input=small), batch=4)
    verdict = flow_verdict(seen.norms, branch_layers(seen.graph), normalized=True)
    assert verdict.kind == "overflow" and verdict.boundary is not None and 0 < verdict.boundary < 600
    words = seen.words()
    assert "Leaves float32" in words and "overflows at" in words and "it explodes" in words


def test_that_nan_is_marked_with_its_step_and_its_block() -> None:
    config = scaled(10.0, blocks=6)
    run = tiny_run(config, steps=3, learning_rate=100.0, warmup_share=0.0)
    events = train(run, tiny_data(), control=TrainingControl())
    captured = only(GradientCaptured, events)
    norms = np.array([event.boundary_norms for event in captured])
    first = int(np.flatnonzero(~np.isfinite(norms).all(axis=1))[0])
    graph = build_graph(config)
    data = flow(run_of(graph, norms))
    (alert,) = (alert for alert in data.alerts("gradient_norm") if alert.kind == "not_finite")
    assert first > 0 and data.steps[alert.row] == captured[first].step
    words = alert_words(data, alert, frame(graph).view.axis, as_written)
    number = int(np.flatnonzero(~np.isfinite(norms[first]))[-1])
    place = graph.blocks[number].id if number < len(graph.blocks) else graph.blocks[-1].output_id
    assert words == f"not a finite number at {place}, step {first}"
