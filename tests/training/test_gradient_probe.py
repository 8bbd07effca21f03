"""Holds captured gradient norms against autograd's own answer, and the training with capture against that without."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from resnet_core.analysis.gradient_profile import branch_layers, growth_per_layer
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, ShortcutConfig
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_events import GradientCaptured, StepCompleted
from resnet_core.training.batches import Batches
from resnet_core.training.control import TrainingControl
from resnet_core.training.gradient_probe import GradientProbe
from resnet_core.training.learner import Learner
from resnet_core.training.loop import train
from tests.training.tiny_runs import (
    only,
    same_bits,
    tiny_architecture,
    tiny_bottleneck,
    tiny_data,
    tiny_run,
)

CPU = torch.device("cpu")
NETWORKS = {
    "basic": tiny_architecture(),
    "zero-padded": tiny_architecture(shortcut=ShortcutConfig(option="A")),
    "plain": tiny_architecture(shortcut=ShortcutConfig(option="none")),
    "bottleneck": tiny_bottleneck(),
    "projections": tiny_bottleneck("C"),
    "pre-activation": tiny_bottleneck(order="pre"),
}


def batch() -> tuple[Tensor, Tensor]:
    data = tiny_data()
    return data.train_images_NCHW[:16], data.train_labels[:16]


def loss_of(model: ResNet) -> Tensor:
    images_NCHW, labels_N = batch()
    return F.cross_entropy(model(images_NCHW), labels_N)


def twin_norms(model: ResNet) -> list[float]:
    """The same norms the naive way: keep each boundary's tensor, and ask autograd for the gradients of all of them."""
    boundaries: list[Tensor] = []
    handles = [
        block.register_forward_pre_hook(lambda _, inputs: boundaries.append(inputs[0]))
        for block in model.blocks.values()
    ]
    handles.append(list(model.blocks.values())[-1].register_forward_hook(lambda _, __, out: boundaries.append(out)))
    loss = loss_of(model)
    for handle in handles:
        handle.remove()
    return [float(gradient.double().norm()) for gradient in torch.autograd.grad(loss, boundaries)]


def captured_norms(model: ResNet) -> tuple[float, ...]:
    probe = GradientProbe(tuple(model.blocks.values()), CPU)
    with probe.capturing(0):
        loss_of(model).backward()
    return probe.rows(1)[0]


@pytest.mark.parametrize("config", NETWORKS.values(), ids=NETWORKS.keys())
def test_that_each_norm_is_that_of_the_whole_gradient_at_its_boundary(config: ArchitectureConfig) -> None:
    model = build_model(config, seed=0)
    found = captured_norms(model)
    assert len(found) == len(build_graph(config).boundaries) == len(model.blocks) + 1
    assert found == pytest.approx(twin_norms(model), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_that_a_norm_is_right_when_its_squares_leave_float32(scale: float) -> None:
    block = torch.nn.Conv2d(1, 1, 1)
    probe = GradientProbe((block,), CPU)
    x = torch.ones(2, 1, 3, 3, requires_grad=True)
    with probe.capturing(0):
        block(x).backward(torch.full((2, 1, 3, 3), scale))
    at_input, at_output = probe.rows(1)[0]
    assert at_output == pytest.approx(scale * 18**0.5, rel=1e-6)
    assert at_input == pytest.approx(at_output * abs(block.weight.item()), rel=1e-6)


def test_that_a_norm_is_right_when_the_gradient_lies_in_another_memory_order() -> None:
    block = torch.nn.Identity()
    probe = GradientProbe((block,), CPU)
    x = torch.randn(2, 3, 4, 5, requires_grad=True)
    gradient = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    with probe.capturing(0):
        block(x * 1).backward(gradient)
    assert probe.rows(1)[0] == pytest.approx([float(gradient.double().norm())] * 2, rel=1e-6)


@pytest.mark.parametrize("shape", [(16, 64, 56, 56), (3, 5, 7, 11), (1, 1, 1, 1), (2, 2, 16, 32)])
def test_that_a_norm_is_exact_to_a_millionth_for_tensors_of_any_size(shape: tuple[int, ...]) -> None:
    gradient = torch.randn(shape) * torch.linspace(1e-4, 1.0, shape[1]).view(1, -1, 1, 1)
    block = torch.nn.Identity()
    probe = GradientProbe((block,), CPU)
    x = torch.zeros(shape, requires_grad=True)
    with probe.capturing(0):
        block(x * 1).backward(gradient)
    assert probe.rows(1)[0] == pytest.approx([float(gradient.double().norm())] * 2, rel=1e-6)


def test_that_nan_in_the_gradient_shows_as_nan() -> None:
    block = torch.nn.Identity()
    probe = GradientProbe((block,), CPU)
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    with probe.capturing(0):
        (block(x) * float("nan")).sum().backward()
    assert all(norm != norm for norm in probe.rows(1)[0])


def test_that_the_model_carries_no_hook_outside_of_a_capture() -> None:
    model = build_model(tiny_architecture(), seed=0)
    probe = GradientProbe(tuple(model.blocks.values()), CPU)
    with probe.capturing(0):
        assert any(block._forward_pre_hooks for block in model.blocks.values())
    assert not any(module._forward_pre_hooks or module._forward_hooks for module in model.modules())


def test_that_no_hook_is_left_when_the_step_fails() -> None:
    model = build_model(tiny_architecture(), seed=0)
    probe = GradientProbe(tuple(model.blocks.values()), CPU)
    with pytest.raises(RuntimeError), probe.capturing(0):
        model(torch.zeros(2, 5, 8, 8))
    assert not any(module._forward_pre_hooks or module._forward_hooks for module in model.modules())


def test_that_capture_leaves_every_weight_bit_as_it_is_without() -> None:
    def state_after_20_steps(capture: bool) -> dict[str, Tensor]:
        run = tiny_run(capture=capture)
        learner = Learner.begin(run, CPU, 1)
        batches = Batches(tiny_data(), run.training, CPU)
        torch.set_num_threads(1)
        for step in range(20):
            learner.update(*batches.batch(step), 0.1, 0, capture_row=0 if capture else None)
        return learner.model.state_dict()

    threads = torch.get_num_threads()
    try:
        assert same_bits(state_after_20_steps(True), state_after_20_steps(False))
    finally:
        torch.set_num_threads(threads)


def test_that_a_run_measures_the_same_losses_when_capture_is_off() -> None:
    with_capture = list(train(tiny_run(), tiny_data(), control=TrainingControl()))
    without = list(train(tiny_run(capture=False), tiny_data(), control=TrainingControl()))
    assert len(only(GradientCaptured, with_capture)) == 20
    assert only(GradientCaptured, without) == []
    losses = [[event.train_loss for event in only(StepCompleted, run)] for run in (with_capture, without)]
    assert losses[0] == losses[1]


def test_that_step_0_is_captured_before_the_first_update() -> None:
    run = tiny_run(steps=1, threads=1)
    events = train(run, tiny_data(), control=TrainingControl())
    first = only(GradientCaptured, events)[0]
    model = build_model(run.architecture, seed=run.training.seed)
    images_NCHW, labels_N = Batches(tiny_data(), run.training, CPU).batch(0)
    probe = GradientProbe(tuple(model.blocks.values()), CPU)
    with probe.capturing(0):
        F.cross_entropy(model(images_NCHW), labels_N).backward()
    assert first.step == 0
    assert first.boundary_norms == pytest.approx(probe.rows(1)[0], rel=1e-5)


def test_that_gradients_are_captured_on_schedule() -> None:
    events = train(tiny_run(steps=19, capture_every=4), tiny_data(), control=TrainingControl())
    assert [event.step for event in only(GradientCaptured, events)] == [*range(11), 12, 16]


def test_that_a_silenced_branch_leaves_the_gradient_as_it_is() -> None:
    config = tiny_architecture(initialization={"zero_init_residual": True})
    found = captured_norms(build_model(config, seed=0))
    # The ReLU after the addition passes what is positive, and so is all that comes out of the stem's ReLU.
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_that_growth_per_layer_is_the_rate_of_the_squared_gradient() -> None:
    assert growth_per_layer([8.0, 4.0, 2.0], 4) == pytest.approx((8 / 2) ** (2 / 4))
    assert growth_per_layer([1.0, 1.0], 2) == pytest.approx(1.0)


@pytest.mark.parametrize("norms", [[0.0, 1.0], [1.0, 0.0], [float("nan"), 1.0], [1.0, float("inf")]])
def test_that_there_is_no_growth_when_a_norm_is_zero_or_not_finite(norms: list[float]) -> None:
    assert growth_per_layer(norms, 2) is None


def test_that_branch_layers_leave_out_stem_head_and_shortcuts() -> None:
    assert branch_layers(build_graph(tiny_architecture())) == 6
    assert branch_layers(build_graph(tiny_bottleneck("C"))) == 9


@pytest.mark.gpu
def test_that_norms_on_cuda_are_those_of_the_cpu() -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    expected = captured_norms(build_model(tiny_architecture(), seed=0))
    model = build_model(tiny_architecture(), seed=0).to("cuda")
    images_NCHW, labels_N = batch()
    probe = GradientProbe(tuple(model.blocks.values()), torch.device("cuda"))
    with probe.capturing(0):
        F.cross_entropy(model(images_NCHW.cuda()), labels_N.cuda()).backward()
    assert probe.rows(1)[0] == pytest.approx(expected, rel=1e-2)
