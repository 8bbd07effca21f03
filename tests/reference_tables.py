"""Reads the published counts that tests compare ours with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from resnet_core.configuration.architecture_config import (
    ArchitectureConfig,
    BlockConfig,
    HeadConfig,
    InputConfig,
    ShortcutConfig,
    StageConfig,
    StemConfig,
)

FOLDER = Path(__file__).parent / "reference"
Row = dict[str, str]
STEMS = {"7x7": "imagenet", "cifar": "cifar", "deep": "deep"}
#: Rows of papers.csv whose model has another name here.
PAPER_NAMES = {
    ("1512.03385", "ResNet-18"): "ResNet-18 (option A)",
    ("1512.03385", "ResNet-34 (A)"): "ResNet-34 (option A)",
    ("1512.03385", "ResNet-34 (B)"): "ResNet-34 (option B)",
    **{
        ("1512.03385", f"ResNet-{depth} (v1, stride on first 1x1)"): f"ResNet-{depth} (2015)"
        for depth in (50, 101, 152)
    },
    **{("1512.03385", f"ResNet-{depth} (CIFAR)"): f"ResNet-{depth}" for depth in (20, 32, 44, 56, 110, 1202)},
    **{("1603.05027", f"ResNet-{depth} original unit"): f"ResNet-{depth}" for depth in (110, 164)},
    **{("1603.05027", f"ResNet-{depth} pre-activation"): f"PreResNet-{depth}" for depth in (110, 164, 1001)},
    ("1603.05027", "ResNet-200 pre-activation (ImageNet)"): "PreResNet-200",
    **{("1605.07146", f"original-ResNet-{depth} as cited"): f"ResNet-{depth}" for depth in (110, 1202)},
    **{("1611.05431", f"ResNet-{depth} (1x64d)"): f"ResNet-{depth}" for depth in (50, 101)},
    **{
        ("1611.05431", f"ResNeXt-{depth} ({kind})"): f"ResNeXt-{depth}-{kind}"
        for depth, kind in (
            (50, "32x4d"), (50, "2x40d"), (50, "4x24d"), (101, "8x14d"), (101, "32x4d"), (101, "2x64d"), (101, "64x4d")
        )
    },
    ("1611.05431", "ResNeXt-29, 8x64d"): "ResNeXt-29-8x64d",
    ("1812.01187", "ResNet-50"): "ResNet-50 (2015)",
}  # fmt: skip


def reference_rows(name: str) -> list[Row]:
    """The rows of `tests/reference/NAME.csv` by column."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def torchvision_config(row: Row) -> ArchitectureConfig:
    """The network of a row of torchvision.csv, from the arguments of torchvision's constructor."""
    kind = {"BasicBlock": "basic", "Bottleneck": "bottleneck"}[row["block"]]
    stages = zip(json.loads(row["layers"]), (64, 128, 256, 512), (1, 2, 2, 2), strict=True)
    return ArchitectureConfig(
        name=row["name"],
        stages=tuple(StageConfig(blocks=b, width=w, stride=s, kind=kind) for b, w, s in stages),
        block=BlockConfig(groups=int(row["groups"]), base_width=int(row["width_per_group"])),
        head=HeadConfig(classes=int(row["num_classes"])),
    )


def paper_config(row: Row) -> ArchitectureConfig:
    """The network of a row of papers.csv, from the numbers in its columns."""
    size, cifar = int(row["input_size"]), row["stem"] == "cifar"
    strides = (1, 2, 2) if cifar else (1, 2, 2, 2)
    expansion = 4 if row["block"] == "bottleneck" else 1
    widths = [channels // expansion for channels in json.loads(row["out_widths"])]
    groups = int(row["cardinality"])
    stages = zip(json.loads(row["n_per_stage"]), widths, strides, strict=True)
    return ArchitectureConfig(
        name=row["model"],
        input=InputConfig(channels=3, height=size, width=size),
        stem=StemConfig(kind=STEMS[row["stem"]], width=int(row["stem_out"])),
        stages=tuple(StageConfig(blocks=b, width=w, stride=s, kind=row["block"]) for b, w, s in stages),
        block=BlockConfig(
            groups=groups,
            base_width=json.loads(row["inner_widths"])[0] * 64 // (widths[0] * groups) if expansion == 4 else 64,
            activation_order="pre" if row["preact"] == "True" else "post",
            stride_in="1x1" if row["stride_at"] == "1x1" else "3x3",
        ),
        shortcut=ShortcutConfig(
            option="D" if row["avg_down"] == "True" else row["shortcut_option"],
            projection_norm=row["shortcut_bn"] == "True",
        ),
        head=HeadConfig(classes=int(row["num_classes"])),
    )


def paper_preset(row: Row) -> str:
    """The name of the preset that is the network of a row of papers.csv."""
    return PAPER_NAMES.get((row["arxiv"], row["model"]), row["model"])


def resized(config: ArchitectureConfig, size: int) -> ArchitectureConfig:
    """The same network for square images of another size."""
    return config.model_copy(update={"input": config.input.model_copy(update={"height": size, "width": size})})
