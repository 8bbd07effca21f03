"""Holds dead units, the drift of BatchNorm, the arms of additions and the layers' parameters against naive twins."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.analysis.layer_cost import parameters_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_events import LAYER_QUANTITIES, GradientCaptured
from resnet_core.training.batches import Batches
from resnet_core.training.control import TrainingControl
from resnet_core.training.flow_capture import CapturedRow, FlowCapture
from resnet_core.training.layers_with_parameters import layers_with_parameters
from resnet_core.training.learner import Learner
from resnet_core.training.loop import train
from resnet_core.training.norm_probe import NormProbe, RunningValues, unmixed
from resnet_core.training.unit_probe import write_dead_share
from tests.training.test_block_quantities import twin
from tests.training.tiny_runs import only, tiny_architecture, tiny_bottleneck, tiny_data, tiny_run

CPU = torch.device("cpu")


def captured(model: ResNet) -> CapturedRow:
    capture = FlowCapture(tuple(model.blocks.values()), CPU, model=model)
    model.zero_grad()
    data = tiny_data()
    with capture.capturing(0):
        F.cross_entropy(model(data.train_images_NCHW[:16]), data.train_labels[:16]).backward()
    return capture.rows(1)[0]


def silenced(channels: int, block: str = "layer1.0") -> ResNet:
    """A network in which the first ReLU of a block gets nothing positive in so many of its four channels."""
    model = build_model(tiny_architecture(), seed=0)
    with torch.no_grad():
        model.get_parameter(f"{block}.bn1.weight")[:channels] = 0.0
        model.get_parameter(f"{block}.bn1.bias")[:channels] = -1.0
    return model


@pytest.mark.parametrize("channels", [0, 1, 3, 4])
def test_that_a_channel_is_dead_when_it_is_zero_everywhere(channels: int) -> None:
    dead = captured(silenced(channels)).block_quantities["dead_fraction"]
    assert dead == (channels / 4, 0.0, 0.0)


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("channels", [8, 64])
def test_that_a_channel_is_alive_wherever_in_the_batch_its_one_value_stands(
    channels: int, dtype: torch.dtype, memory: torch.memory_format
) -> None:
    """With 64 channels few are still sought after some images, with 8 many."""
    values = torch.zeros(12, channels, 3, 3)
    values[0, 8:] = 1.0
    for channel, image in enumerate((0, 1, 6, 7, 8, 11)):
        values[image, channel, 2, channel % 3] = 1e-30
    cell = torch.zeros((), dtype=torch.float64)
    write_dead_share(values.to(dtype).to(memory_format=memory), cell)
    assert cell.item() == 2 / channels


def test_that_what_is_no_number_is_not_dead_and_features_without_space_are_looked_at_too() -> None:
    cell = torch.zeros((), dtype=torch.float64)
    values = torch.zeros(3, 4)
    values[2, 1] = math.nan
    write_dead_share(values, cell)
    assert cell.item() == 3 / 4


def test_that_a_network_without_rectifiers_or_batch_norm_has_no_dead_units_and_no_drift() -> None:
    row = captured(
        build_model(tiny_architecture(activation={"kind": "gelu"}, norm={"kind": "group", "groups": 2}), seed=0)
    )
    for name in ("dead_fraction", "norm_drift"):
        assert all(map(math.isnan, row.block_quantities[name]))


def test_that_units_of_an_attention_are_left_out() -> None:
    model = build_model(tiny_architecture(attention={"kind": "se"}), seed=0)
    with torch.no_grad():
        for block in model.blocks.values():
            block.get_parameter("se.fc1.weight").zero_()
            block.get_parameter("se.fc1.bias").fill_(-1.0)
    assert captured(model).block_quantities["dead_fraction"] == (0.0, 0.0, 0.0)


def trained(config_order: str, passes: int) -> ResNet:
    """A network whose BatchNorms have taken in some batches, one after the other."""
    model = build_model(tiny_bottleneck(order=config_order), seed=0)
    with torch.no_grad():
        for number in range(passes):
            model(tiny_data().train_images_NCHW[32 * number : 32 * number + 32])
    return model


@pytest.mark.parametrize("order", ["post", "pre"])
def test_that_drift_is_measured_from_the_running_values_before_the_batch(order: str) -> None:
    found, expected = captured(trained(order, 5)).block_quantities["norm_drift"], twin(trained(order, 5))["norm_drift"]
    assert list(found) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert 0 < max(found) < 5


def test_that_a_batch_that_is_as_the_running_values_say_has_no_drift() -> None:
    model = build_model(tiny_architecture(), seed=0)
    with torch.no_grad():
        for _ in range(300):  # the same batch: what is left of the beginning is 0.9^300
            model(tiny_data().train_images_NCHW[:16])
    assert max(captured(model).block_quantities["norm_drift"]) < 1e-4


def running(norm: nn.BatchNorm2d) -> RunningValues:
    assert norm.running_mean is not None and norm.running_var is not None and norm.num_batches_tracked is not None
    values = (norm.running_mean, norm.running_var, norm.num_batches_tracked.expand(norm.num_features))
    return RunningValues(*(value.double().clone() for value in values))


def test_that_the_variance_of_a_stream_is_unmixed_from_two_running_values() -> None:
    """In a pre-activation network the first norm of a block reads the stream; a hook on it is the other witness."""
    model = trained("pre", 4)
    streams: dict[str, Tensor] = {}
    blocks = list(model.blocks.items())[1:]
    for id, block in blocks:
        block.bn1.register_forward_hook(lambda _, reads, __, id=id: streams.update({id: reads[0].detach().double()}))
    before = {id: running(block.get_submodule("bn1")) for id, block in blocks}  # type: ignore[arg-type]
    row = captured(model)
    for number, (id, block) in enumerate(blocks):
        batch = unmixed(before[id], running(block.get_submodule("bn1")), torch.tensor(0.1, dtype=torch.float64))  # type: ignore[arg-type]
        values_CV = streams[id].transpose(0, 1).flatten(1)
        count = values_CV.shape[1]
        assert batch.mean.tolist() == pytest.approx(values_CV.mean(1).tolist(), rel=1e-5, abs=1e-5)
        assert batch.variance.tolist() == pytest.approx(values_CV.var(1).tolist(), rel=1e-5)
        of_stream = float(batch.variance.mean()) * (count - 1) / count
        assert of_stream == pytest.approx(row.block_quantities["stream_variance"][number], rel=1e-5)


def test_that_several_batches_are_unmixed_to_their_mean_with_the_later_ones_weighing_more() -> None:
    norm, batches = nn.BatchNorm2d(2), [torch.randn(8, 2, 3, 3) * (n + 1) + n for n in range(3)]
    before = running(norm)
    for batch in batches:
        norm(batch)
    found = unmixed(before, running(norm), torch.tensor(0.1, dtype=torch.float64))
    weights = torch.tensor([0.81, 0.9, 1.0]) * 0.1 / (1 - 0.9**3)
    means = torch.stack([batch.transpose(0, 1).flatten(1).mean(1) for batch in batches])
    assert found.mean.tolist() == pytest.approx((weights @ means).tolist(), rel=1e-5)


def test_that_running_values_that_took_in_nothing_tell_of_no_batch() -> None:
    blocks = tuple(build_model(tiny_architecture(), seed=0).blocks.values())
    probe, cells = NormProbe(blocks, CPU), torch.zeros(3, dtype=torch.float64)
    probe.write_drift(probe.running_values(), cells)
    assert all(map(math.isnan, cells.tolist()))


def test_that_layers_are_those_of_the_graph_that_have_parameters() -> None:
    for config in (
        tiny_architecture(),
        tiny_bottleneck("C"),
        tiny_architecture(norm={"kind": "none"}, initialization={"scheme": "fixup"}),
    ):
        model = build_model(config, seed=0)
        layers = layers_with_parameters(tuple(model.blocks.values()), model)
        graph = build_graph(config)
        found = [(layer.id, "" if layer.block is None else graph.blocks[layer.block].id) for layer in layers]
        assert found == [(node.id, node.block) for node in graph.nodes if parameters_of(node)]


def test_that_every_layer_is_measured_as_its_parameters_alone() -> None:
    run = tiny_run(tiny_bottleneck("C"))
    batches, learner = Batches(tiny_data(), run.training, CPU), Learner.begin(run, CPU, 1)
    parameters = dict(learner.model.named_parameters())
    for step in range(2):
        before = {name: value.detach().double().clone() for name, value in parameters.items()}
        learner.update(*batches.batch(step), 0.05, 0, capture_row=0)
        row = learner.capture.rows(1)[0]
        assert list(row.layer_quantities) == list(LAYER_QUANTITIES)
        assert "conv1" in row.layers and "layer2.0.downsample.1" in row.layers and "fc" in row.layers
        for place, id in enumerate(row.layers):
            own = [name for name in parameters if name.rpartition(".")[0] == id]
            gradient = torch.cat([parameters[name].grad.double().flatten() for name in own])  # type: ignore[union-attr]
            assert row.layer_quantities["gradient_norm"][place] == pytest.approx(float(gradient.norm()), rel=1e-6)
            old = torch.cat([before[name].flatten() for name in own])
            change = torch.cat([parameters[name].detach().double().flatten() for name in own]) - old
            expected = float(change.norm() / old.norm())
            assert row.layer_quantities["update_ratio"][place] == pytest.approx(expected, rel=1e-6)


def test_that_a_run_tells_of_its_layers_in_every_capture() -> None:
    first, second = only(GradientCaptured, list(train(tiny_run(steps=2), tiny_data(), control=TrainingControl())))
    assert first.layers == second.layers
    assert {len(values) for values in first.layer_quantities.values()} == {len(first.layers)}


def test_that_what_a_branch_adds_is_compared_with_what_it_is_added_to() -> None:
    """Twice the branch makes twice the ratio of a shortcut of layers, of padding and of none alike."""
    ratios = []
    for factor in (1.0, 2.0):
        config = tiny_architecture(
            shortcut={"option": "A", "branch_scale": factor, "shortcut_scale": 0.5}, block={"activation_order": "pre"}
        )
        ratios.append(captured(build_model(config, seed=0)).block_quantities["branch_stream_ratio"])
    assert ratios[1][0] == pytest.approx(2 * ratios[0][0])
