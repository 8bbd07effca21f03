"""Holds our counts against fvcore's, torchinfo's and torch's: every difference has a known cause, to the unit."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from resnet_core.analysis.conventions import MULTIPLY_ADDS
from resnet_core.analysis.cost_report import cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.architecture.tensor_shapes import Shape
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import build_model
from resnet_core.verification.graph_agreement import graph_mismatches
from resnet_core.verification.verification_report import CountItem, Failure, LayerDifference, WitnessCount, WitnessLine
from resnet_core.verification.verifier import WITNESSES, Witness, ask
from tests.strategies import architectures, examples

# Every family, and within it the depths at both ends; those between, the 1202 layers and the other plain twins are the
# same layers in other numbers, and tracing them all would take a minute.
PRESETS = (
    "ResNet-18", "ResNet-50", "ResNet-152", "ResNet-20", "ResNet-110", "Plain-20", "Plain-50",
    "PreResNet-56", "PreResNet-164", "WRN-28-10", "Wide-ResNet-50-2", "ResNeXt-50-32x4d",
)  # fmt: skip


def answers(config: ArchitectureConfig, model: nn.Module | None = None) -> list[WitnessLine | Failure]:
    graph = build_graph(config)
    subject = model or build_model(config, seed=0)
    return [ask(witness, subject, graph, cost_report(graph)) for witness in WITNESSES]


@pytest.mark.parametrize("name", PRESETS)
def test_that_nothing_is_unexplained_when_the_network_is_a_preset(name: str) -> None:
    for line in answers(preset(name)):
        assert isinstance(line, WitnessLine), line
        assert line.unexplained == 0
        assert line.our_parameters == line.their_parameters
        assert line.ours + sum(item.amount for item in line.items) == line.theirs


#: Each of them is counted in a way of its own by at least one witness.
PARTS: dict[str, dict[str, Any]] = {
    "group norm": {"norm": {"kind": "group", "groups": 4}},
    "layer norm": {"norm": {"kind": "layer"}},
    "weight standardisation": {"norm": {"kind": "group", "groups": 4, "standardize": True}},
    "no norm": {"norm": {"kind": "none"}},
    "Fixup": {"norm": {"kind": "none"}, "initialization": {"scheme": "fixup"}},
    "SkipInit": {"norm": {"kind": "none"}, "initialization": {"scheme": "skipinit"}},
    "SE": {"attention": {"kind": "se"}},
    "SE, linear": {"attention": {"kind": "se", "layers": "linear"}},
    "ECA": {"attention": {"kind": "eca"}},
    "CBAM": {"attention": {"kind": "cbam"}},
    "blur-pool": {"anti_aliasing": {"kind": "blur"}, "stem": {"width": 16, "pool": "blur"}},
    "average-pool": {"anti_aliasing": {"kind": "average"}, "stem": {"width": 16, "pool": "average"}},
    "deep stem, ResNet-D": {"stem": {"kind": "deep", "width": 16, "pool": "conv"}, "shortcut": {"option": "D"}},
    "dropped": {"regularization": {"dropout": 0.5, "stochastic_depth": 0.2}, "head": {"classes": 4, "dropout": 0.2}},
    "average and max": {"head": {"classes": 10, "pool": "average_max"}, "activation": {"kind": "gelu"}},
    "scales": {"shortcut": {"branch_scale": 0.5, "shortcut_scale": 0.5}, "activation": {"kind": "silu"}},
    "backbone": {"head": {"classes": 0, "pool": "none"}, "block": {"activation_order": "pre"}},
}
PLAIN: dict[str, Any] = {
    "input": {"height": 32, "width": 40},
    "stem": {"width": 16},
    "stages": [
        {"blocks": 2, "width": 8, "kind": "bottleneck"},
        {"blocks": 1, "width": 16, "stride": 2},
        {"blocks": 2, "width": 16, "dilation": 2, "kernels": [3, 1, 3]},
    ],
    "head": {"classes": 10},
}


@pytest.mark.parametrize("part", PARTS)
def test_that_nothing_is_unexplained_in_any_layer_whatever_a_network_has(part: str) -> None:
    for line in answers(validated(ArchitectureConfig, {**PLAIN, **PARTS[part]})):
        assert isinstance(line, WitnessLine), line
        assert (line.unexplained, line.layers) == (0, ())
        assert line.agrees


@settings(max_examples=examples(15))
@given(config=architectures())
def test_that_nothing_is_unexplained_when_the_network_is_random(config: ArchitectureConfig) -> None:
    lines = answers(config)
    assert [line.agrees for line in lines if isinstance(line, WitnessLine)] == [True] * len(WITNESSES)


def test_that_a_layer_that_is_counted_otherwise_is_named() -> None:
    config = preset("ResNet-20")
    model = build_model(config, seed=0)
    model.get_submodule("layer2.1").conv1 = nn.Conv2d(32, 32, 3, padding=1, bias=True)
    fvcore, torchinfo, torch_counter = answers(config, model)
    assert isinstance(torchinfo, WitnessLine)
    assert torchinfo.layers == (LayerDifference("layer2.1.conv1", 9216 * 256, (9216 + 32) * 256),)
    assert torchinfo.unexplained == 32 * 256
    for line in (fvcore, torch_counter):  # neither counts a bias; all see its parameters
        assert isinstance(line, WitnessLine)
        assert (line.unexplained, line.layers, line.agrees) == (0, (), False)


def test_that_counting_leaves_the_model_as_it_was() -> None:
    config = preset("ResNet-20")
    model = build_model(config, seed=0)
    model(torch.randn(8, 3, 32, 32)).sum().backward()  # statistics and gradients that could be lost
    model.get_submodule("layer2").eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    gradients = [parameter.grad.clone() for parameter in model.parameters()]

    lines = answers(config, model)
    assert graph_mismatches(model, build_graph(config)) == ()

    assert all(isinstance(line, WitnessLine) for line in lines)
    assert before.keys() == model.state_dict().keys()
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert modes == [module.training for module in model.modules()]
    assert all(torch.equal(old, p.grad) for old, p in zip(gradients, model.parameters(), strict=True))
    assert all(p.device.type == "cpu" and p.requires_grad for p in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())


def test_that_a_witness_that_is_not_installed_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchinfo", None)
    _, line, _ = answers(preset("ResNet-20"))
    assert line == Failure("torchinfo", "torchinfo is not installed")


def test_that_a_witness_that_fails_is_a_line() -> None:
    def fail(model: nn.Module, input_shape: Shape) -> WitnessCount:
        raise TypeError("cannot trace this\nand a long story")

    graph = build_graph(preset("ResNet-20"))
    model = build_model(preset("ResNet-20"), seed=0)
    line = ask(Witness("broken", fail, MULTIPLY_ADDS), model, graph, cost_report(graph))
    assert line == Failure("broken", "cannot trace this")


def test_that_a_difference_without_a_cause_is_unexplained() -> None:
    line = WitnessLine("w", "1", 100, (CountItem("bias", 3),), 104, 7, 7, ())
    assert line.unexplained == 1
    assert not line.agrees
    assert not line._replace(theirs=103, their_parameters=8).agrees
    assert line._replace(theirs=103).agrees
    assert not line._replace(theirs=103, layers=(LayerDifference("conv1", 5, 6),)).agrees
