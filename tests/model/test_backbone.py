"""Puts our networks to work inside torchvision and under a decoder: as feature extractor, detector and segmenter."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.segmentation.deeplabv3 import DeepLabHead, DeepLabV3
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, HeadConfig, InputConfig, StageConfig
from resnet_core.configuration.edits import with_assignments, with_output_stride
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import ResNet, build_model
from tests.source_tree import ROOT

SMALL = ArchitectureConfig(
    name="small",
    input=InputConfig(height=64, width=64),
    stages=tuple(
        StageConfig(blocks=2, width=8 << place, stride=2 if place else 1, kind="bottleneck") for place in range(4)
    ),
    head=HeadConfig(classes=10),
)
NO_HEAD = ["head.pool=none", "head.classes=0"]
VARIANTS = {
    "usual": [],
    "deep stem": ["stem.kind=deep", "shortcut.option=D"],
    "pooled deep stem": ["stem.kind=tiered", "stem.pool=conv", "stem.width=32"],
    "squeeze and excitation": ["attention.kind=se"],
    "linear squeeze and excitation": ["attention.kind=se", "attention.layers=linear", "attention.placement=inner"],
    "efficient channel attention": ["attention.kind=eca", "attention.placement=identity"],
    "channel and spatial attention": ["attention.kind=cbam"],
    "pre-activation": ["block.activation_order=pre"],
    "anti-aliased": ["anti_aliasing.kind=blur", "stem.pool=blur"],
    "layer norm": ["norm.kind=layer", "activation.kind=gelu"],
    "standardised": ["norm.kind=group", "norm.groups=4", "norm.standardize=true"],
    "without norm": ["norm.kind=none", "initialization.scheme=fixup"],
    "dropped": ["regularization.stochastic_depth=0.5", "regularization.dropout=0.2", "initialization.scheme=skipinit"],
    "zero-padded": ["shortcut.option=A", "stem.width=16"],
    "backbone": NO_HEAD,
    "pre-activation backbone": [*NO_HEAD, "block.activation_order=pre"],
}
BODIES = ("usual", "deep stem", "squeeze and excitation", "pre-activation", "backbone", "pre-activation backbone")


def built(variant: str) -> ResNet:
    return build_model(with_assignments(SMALL, VARIANTS[variant]), seed=0)


def images(count: int = 2) -> torch.Tensor:
    return torch.randn(count, 3, 64, 64, generator=torch.Generator().manual_seed(3))


def outputs_by_hook(model: nn.Module, names: list[str]) -> dict[str, torch.Tensor]:
    seen: dict[str, torch.Tensor] = {}
    handles = [
        model.get_submodule(name).register_forward_hook(lambda _, __, output, name=name: seen.update({name: output}))
        for name in names
    ]
    model(images())
    for handle in handles:
        handle.remove()
    return seen


def assert_trained(model: nn.Module) -> None:
    """Every weight has been reached by a gradient, and some of it is not zero."""
    missing = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert missing == []
    assert any(parameter.grad.any() for parameter in model.parameters())


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_that_torchvision_extracts_every_node_by_its_id(variant: str, training: bool) -> None:
    model = built(variant)
    ids = [node.id for node in build_graph(model.config).nodes[1:-1]]
    extractor = create_feature_extractor(model, ids)
    torch.manual_seed(4)
    expected = outputs_by_hook(model.train(training), ids)
    model.load_state_dict(built(variant).state_dict())  # the running statistics as they were
    torch.manual_seed(4)
    found = extractor.train(training)(images())
    assert list(found) == ids
    assert [id for id in ids if not torch.equal(found[id], expected[id])] == []
    assert set(extractor.state_dict()) <= set(model.state_dict())


@pytest.mark.parametrize("variant", BODIES)
def test_that_the_name_of_a_stage_or_block_is_its_output(variant: str) -> None:
    model = built(variant).eval()
    names = ["layer1", "layer2.1", "layer4"]
    found = create_feature_extractor(model, {name: f"map {name}" for name in names}).eval()(images())
    expected = outputs_by_hook(model, names)
    assert {name: found[f"map {name}"].shape for name in names} == {name: expected[name].shape for name in names}
    assert all(torch.equal(found[f"map {name}"], expected[name]) for name in names)


def test_that_a_backbone_returns_its_maps_by_name_and_the_graph_names_their_nodes() -> None:
    for variant in ("backbone", "pre-activation backbone"):
        model = built(variant).eval()
        maps, features = model(images()), model.forward_features(images())
        assert list(maps) == ["C2", "C3", "C4", "C5"]
        assert list(features) == list(model.feature_channels) == list(build_graph(model.config).features)
        assert [features[name].shape[1] for name in features] == list(model.feature_channels.values())
        assert [features[name].shape[2] for name in features] == [32, 16, 8, 4, 2]
        assert all(torch.equal(maps[name], features[name]) for name in maps)


@pytest.mark.parametrize("variant", BODIES)
def test_that_faster_rcnn_trains_and_detects_on_a_feature_pyramid(variant: str) -> None:
    model = built(variant)
    stages = {f"layer{number}": str(number - 1) for number in range(1, 5)}
    pyramid = BackboneWithFPN(model, stages, list(model.feature_channels.values())[1:], out_channels=16)
    detector = FasterRCNN(pyramid, 3, min_size=64, max_size=64)
    assert_detects(detector)
    reached = {name for name, parameter in model.named_parameters() if parameter.grad is not None}
    left = {name for name, _ in model.named_parameters()} - reached
    assert all(name.startswith(("fc.", "final_")) for name in left)


def test_that_a_backbones_dictionary_feeds_a_feature_pyramid_as_it_is() -> None:
    body = built("pre-activation backbone")

    class Pyramid(nn.Module):
        out_channels = 16

        def __init__(self) -> None:
            super().__init__()
            self.body = body
            self.fpn = FeaturePyramidNetwork(list(body.feature_channels.values())[1:], self.out_channels)

        def forward(self, x_NCHW: torch.Tensor) -> dict[str, torch.Tensor]:
            return self.fpn(self.body(x_NCHW))

    anchors = AnchorGenerator(((8,), (16,), (32,), (64,)), ((0.5, 1.0, 2.0),) * 4)
    pooling = MultiScaleRoIAlign(["C2", "C3", "C4", "C5"], output_size=7, sampling_ratio=2)
    detector = FasterRCNN(Pyramid(), 3, min_size=64, max_size=64, rpn_anchor_generator=anchors, box_roi_pool=pooling)
    assert_detects(detector)
    assert_trained(body)


def assert_detects(detector: nn.Module) -> None:
    """One step of training on two boxes, then a detection."""
    torch.manual_seed(5)
    boxes = torch.tensor([[4.0, 4.0, 40.0, 40.0], [20.0, 8.0, 60.0, 30.0]])
    target = {"boxes": boxes, "labels": torch.tensor([1, 2])}
    losses = detector.train()(list(images()), [target, target])
    total = sum(losses.values())
    assert torch.isfinite(total)
    total.backward()
    with torch.no_grad():
        found = detector.eval()(list(images()))
    assert [set(image) for image in found] == [{"boxes", "labels", "scores"}] * 2


@pytest.mark.parametrize("variant", BODIES)
def test_that_deeplab_trains_at_output_stride_8(variant: str) -> None:
    model = build_model(with_output_stride(with_assignments(SMALL, VARIANTS[variant]), 8), seed=0)
    assert model.forward_features(images())["C5"].shape[2:] == (8, 8)
    channels = model.feature_channels["C5"]
    segmenter = DeepLabV3(IntermediateLayerGetter(model, {"layer4": "out"}), DeepLabHead(channels, 4, (2, 4, 6)))
    scores = segmenter(images())["out"]
    assert scores.shape == (2, 4, 64, 64)
    nn.functional.cross_entropy(scores, torch.zeros(2, 64, 64, dtype=torch.long)).backward()
    assert_trained(segmenter)


def test_that_torchvisions_deeplab_on_our_body_is_torchvisions_deeplab() -> None:
    theirs = torchvision.models.segmentation.deeplabv3_resnet50(
        weights=None, weights_backbone=None, num_classes=4
    ).eval()
    body = build_model(with_output_stride(preset("resnet50"), 8))
    ours = DeepLabV3(IntermediateLayerGetter(body, {"layer4": "out"}), DeepLabHead(2048, 4)).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    with torch.no_grad():
        mine, other = ours(images(1))["out"], theirs(images(1))["out"]
    assert (mine - other).abs().max() <= 1e-5 * other.abs().max()


class Decoder(nn.Module):
    """A U-Net's way up: each map is enlarged to the next one's size, joined with it and convolved."""

    def __init__(self, encoder: ResNet, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        *skipped, deepest = encoder.feature_channels.values()
        incoming = (deepest, *[width] * (len(skipped) - 1))
        self.joins = nn.ModuleList(
            nn.Conv2d(below + beside, width, 3, padding=1)
            for below, beside in zip(incoming, reversed(skipped), strict=True)
        )
        self.last = nn.Conv2d(width, 1, 1)

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        *skipped, x = self.encoder.forward_features(x_NCHW).values()
        for join, beside in zip(self.joins, reversed(skipped), strict=True):
            x = nn.functional.interpolate(x, size=beside.shape[2:])
            x = nn.functional.relu(join(torch.cat((x, beside), dim=1)))
        return self.last(nn.functional.interpolate(x, size=x_NCHW.shape[2:]))


@pytest.mark.parametrize("variant", VARIANTS)
def test_that_a_decoder_on_c1_to_c5_runs_forward_and_backward(variant: str) -> None:
    encoder = build_model(with_assignments(SMALL, [*VARIANTS[variant], *NO_HEAD]), seed=0)
    decoder = Decoder(encoder, width=8)
    painted = decoder(images())
    assert painted.shape == (2, 1, 64, 64)
    painted.square().mean().backward()
    assert_trained(decoder)


def test_that_the_page_on_backbones_runs_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "backbone.md").read_text(encoding="utf-8")
    example = loaded("\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)), tmp_path / "example.py")
    shown = capsys.readouterr().out
    assert "'C1': (2, 64, 32, 32)" in shown and "['C2', 'C3', 'C4', 'C5']" in shown and "(2, 21, 64, 64)" in shown
    assert_trained(example.unet.encoder.get_submodule("layer1"))


def loaded(code: str, path: Path) -> ModuleType:
    """Write Python code to `path` and import it from there."""
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
