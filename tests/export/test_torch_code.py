"""Runs the PyTorch code that is written of blocks and networks, and holds it against our own modules."""

from __future__ import annotations

import ast
import re
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.edits import with_assignments
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.export.torch_code import block_code, network_code
from resnet_core.model.resnet import ResNet, build_model
from tests.export.written_programs import program
from tests.strategies import architectures, examples

LONGEST_LINE = 120
SIZE = 32
TWO_STAGES = ["stages=[{blocks=2,width=16,kind='bottleneck'},{blocks=2,width=24,stride=2,kind='bottleneck'}]"]
VARIANTS = {
    "deep stem": ["stem.kind=deep", "shortcut.option=D"],
    "squeeze and excitation": ["attention.kind=se"],
    "linear squeeze and excitation": ["attention.kind=se", "attention.layers=linear", "attention.rounding=1"],
    "attention on the shortcut": ["attention.kind=eca", "attention.placement=identity"],
    "attention before the branch": ["attention.kind=se", "attention.placement=pre", "block.activation_order=pre"],
    "channel and spatial attention": ["attention.kind=cbam"],
    "the same without BatchNorm": ["attention.kind=cbam", "norm.kind=layer"],
    "blurred": ["anti_aliasing.kind=blur", "stem.pool=blur"],
    "averaged": ["anti_aliasing.kind=average", "stem.pool=average", "shortcut.option=A"],
    "standardised": ["norm.kind=group", "norm.groups=8", "norm.standardize=true", "block.activation_order=pre"],
    "fixup": ["norm.kind=none", "initialization.scheme=fixup", "stem.kind=deep", "shortcut.option=A"],
    "skip-initialised": ["initialization.scheme=skipinit", "activation.kind=gelu"],
    "zero-initialised": ["initialization.zero_init_residual=true", "initialization.scheme=orthogonal"],
    "zero-initialised but where padded": [
        "initialization.zero_init_residual=true", "initialization.zero_init_padded=false", "shortcut.option=A"
    ],
    "zero-initialised before": ["initialization.zero_init_residual=true", "block.activation_order=pre"],
    "linear": ["norm.kind=none", "activation.kind=identity", "stem.kind=tiered", "stem.width=32"],
    "scaled": ["shortcut.branch_scale=0.5", "shortcut.shortcut_scale=-0.5", "shortcut.projection_norm=false"],
    "dropped": ["regularization.stochastic_depth=0.5", "regularization.dropout=0.2", "head.dropout=0.1"],
    "dilated": ["stages.1.stride=1", "stages.1.dilation=2", "block.groups=2", "stages.1.groups=4"],
    "mixed": ["overrides=[{block='layer2.1',kernels=[3,1,5],attention='se'},{block='layer1.1',kind='basic'}]"],
    "both pools": ["head.pool=average_max", "head.features=48"],
    "backbone": ["head.pool=none", "head.classes=0"],
    "closed backbone": ["head.pool=none", "head.classes=0", "block.activation_order=pre"],
}
ORDERS = ("post", "bn_after_add", "relu_before_add", "relu_pre", "pre")


def varied(assignments: list[str]) -> ArchitectureConfig:
    small = ["input.height=32", "input.width=32", "stem.width=16", "head.classes=5", *TWO_STAGES]
    return with_assignments(preset("ResNet-50"), [*small, *assignments])


def lively(model: ResNet) -> ResNet:
    """Draw every number that weights begin at, so that no zero hides a difference."""
    torch.manual_seed(1)
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5, 1.5) if name.endswith("running_var") else nn.init.normal_(tensor, std=0.2)
    return model


def as_list(output: torch.Tensor | dict[str, torch.Tensor]) -> list[torch.Tensor]:
    return list(output.values()) if isinstance(output, dict) else [output]


def assert_equal_outputs(ours: nn.Module, theirs: nn.Module, x: torch.Tensor) -> None:
    """In evaluation, and in training with the same random numbers: torch draws them in the order of the layers."""
    for training in (False, True):
        outputs = []
        for module in (ours, theirs):
            torch.manual_seed(2)
            with torch.no_grad():
                outputs.append(as_list(module.train(training)(x)))
        assert len(outputs[0]) == len(outputs[1])
        for mine, other in zip(*outputs, strict=True):
            torch.testing.assert_close(other, mine, rtol=1e-5, atol=1e-6, equal_nan=True)


def assert_written_network_is_ours(config: ArchitectureConfig, folder: Path) -> ModuleType:
    code = network_code(config)
    assert_readable(code)
    module = program(code, folder)
    ours, theirs = lively(build_model(config, seed=0)), module.ResNet()
    assert list(theirs.state_dict()) == list(ours.state_dict())
    theirs.load_state_dict(ours.state_dict(), strict=True)
    size = config.input
    assert_equal_outputs(ours, theirs, torch.randn(2, size.channels, size.height, size.width))
    return module


def assert_written_blocks_are_ours(config: ArchitectureConfig, folder: Path) -> None:
    graph = build_graph(config)
    model = lively(build_model(config, seed=0))
    for block in graph.blocks:
        code = block_code(graph, block)
        assert_readable(code)
        (made,) = [
            value
            for name, value in vars(program(code, folder)).items()
            if name.endswith(("BasicBlock", "Bottleneck")) and isinstance(value, type)
        ]
        ours, theirs = model.blocks[block.id], made()
        assert list(theirs.state_dict()) == list(ours.state_dict())
        theirs.load_state_dict(ours.state_dict(), strict=True)
        assert_equal_outputs(ours, theirs, torch.randn(2, *block.input_shape))


def assert_readable(code: str) -> None:
    assert ast.get_docstring(ast.parse(code))
    assert max(map(len, code.splitlines())) <= LONGEST_LINE
    assert not code.startswith("\n") and code.endswith("\n") and not code.endswith("\n\n")
    assert "resnet_core" not in code


@pytest.mark.parametrize("name", VARIANTS)
def test_that_the_written_network_is_ours_when_it_is_varied(name: str, tmp_path: Path) -> None:
    assert_written_network_is_ours(varied(VARIANTS[name]), tmp_path)


@pytest.mark.parametrize("name", VARIANTS)
def test_that_each_written_block_is_ours_when_it_is_varied(name: str, tmp_path: Path) -> None:
    assert_written_blocks_are_ours(varied(VARIANTS[name]), tmp_path)


@pytest.mark.parametrize("option", ["A", "B", "C", "D", "none"])
@pytest.mark.parametrize("order", ORDERS)
def test_that_the_written_network_is_ours_in_every_order_with_every_shortcut(
    order: str, option: str, tmp_path: Path
) -> None:
    assert_written_network_is_ours(varied([f"block.activation_order={order}", f"shortcut.option={option}"]), tmp_path)


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_the_written_network_is_ours_when_it_is_random(config: ArchitectureConfig) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_written_network_is_ours(config, Path(folder))


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_each_written_block_is_ours_when_the_network_is_random(config: ArchitectureConfig) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_written_blocks_are_ours(config, Path(folder))


def one_of_each_make() -> list[str]:
    """The smallest of the presets whose code differs in numbers and repetitions only, for each code."""
    found: dict[frozenset[str], tuple[int, str]] = {}
    for name in preset_names():
        config = preset(name)
        bare = re.sub(r"[\d.]+", "", network_code(config).partition('"""\n')[2]).splitlines()
        make = frozenset(line for line in bare if not re.search(r"(Block|Bottleneck)\(.*\),$|for _ in", line))
        candidate = (sum(stage.blocks for stage in config.stages), name)
        found[make] = min(found.get(make, candidate), candidate)
    return [name for _, name in found.values()]


def test_that_the_written_network_takes_the_weights_of_ours_when_it_is_a_preset(tmp_path: Path) -> None:
    names = one_of_each_make()
    assert len(names) > 40
    for name in names:
        module = program(network_code(preset(name)), tmp_path)
        with torch.device("meta"):
            ours, theirs = build_model(preset(name)), module.ResNet()
        shapes = [[(key, value.shape) for key, value in model.state_dict().items()] for model in (ours, theirs)]
        assert shapes[0] == shapes[1], name


@pytest.mark.parametrize("name", ["resnet20", "resnet50d", "seresnet18", "resnetv2_50"])
def test_that_the_written_network_computes_what_ours_does_when_it_is_a_preset(name: str, tmp_path: Path) -> None:
    config = with_assignments(preset(name), [f"input.height={SIZE}", f"input.width={SIZE}"])
    assert_written_network_is_ours(config, tmp_path)


@pytest.mark.parametrize(
    "assignments",
    [
        *(["initialization.scheme=" + scheme] for scheme in ("kaiming_fan_in", "xavier", "orthogonal", "skipinit")),
        *(VARIANTS[name] for name in ("fixup", "zero-initialised", "zero-initialised before", "mixed", "linear")),
        ["initialization.zero_init_residual=true", "norm.kind=none"],
        ["initialization.scheme=fixup", "norm.kind=none", "shortcut.option=none"],
    ],
    ids=", ".join,
)
def test_that_the_written_networks_weights_begin_as_ours(assignments: list[str], tmp_path: Path) -> None:
    config = varied(assignments)
    module = program(network_code(config), tmp_path)
    network = module.ResNet()
    torch.manual_seed(3)
    module.initialize(network)
    torch.manual_seed(3)
    expected = build_model(config).state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in network.state_dict().items())


def test_that_equal_blocks_share_one_class() -> None:
    code = network_code(preset("ResNet-50"))
    assert [node.name for node in ast.parse(code).body if isinstance(node, ast.ClassDef)] == [
        "ProjectionBottleneck", "Bottleneck", "ResNet",
    ]  # fmt: skip
    assert "ProjectionBottleneck(256, 128, 512, stride=2)," in code
    assert "*(Bottleneck(512, 128) for _ in range(3))," in code


def test_that_a_network_of_a_thousand_layers_is_no_longer_than_one_of_twenty() -> None:
    short, long = (network_code(preset(name)).count("\n") for name in ("ResNet-20", "ResNet-1202"))
    assert long <= short + 3


def test_that_a_block_shows_its_own_numbers_and_the_shapes_where_they_change() -> None:
    graph = build_graph(preset("ResNet-50"))
    code = block_code(graph, graph.block_by_id["layer2.0"])
    assert "self.conv2 = nn.Conv2d(128, 128, kernel_size=3, stride=2, padding=1, bias=False)" in code
    assert "out = self.conv2(out)  # 128 x 28 x 28" in code
    assert '"""H(x) = F(x) + Ws·x, then relu3; 256×56² -> 512×28²."""' in code


def test_that_a_name_with_quotes_and_line_breaks_stays_a_name(tmp_path: Path) -> None:
    config = varied([]).model_copy(update={"name": 'a"""\\\nimport os\n'})
    assert program(network_code(config), tmp_path).__doc__ == "a'''/ import os: images of 3 x 32 x 32."
