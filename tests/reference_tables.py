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


def paper_config(row: Row) -> ArchitectureConfig | None:
    """The network of a row of papers.csv, or None where it has a stem or a shortcut that we do not have yet."""
    if row["stem"] == "deep" or row["avg_down"] == "True":
        return None
    size, cifar = int(row["input_size"]), row["stem"] == "cifar"
    strides = (1, 2, 2) if cifar else (1, 2, 2, 2)
    expansion = 4 if row["block"] == "bottleneck" else 1
    widths = [channels // expansion for channels in json.loads(row["out_widths"])]
    groups = int(row["cardinality"])
    stages = zip(json.loads(row["n_per_stage"]), widths, strides, strict=True)
    return ArchitectureConfig(
        name=row["model"],
        input=InputConfig(channels=3, height=size, width=size),
        stem=StemConfig(kind="cifar" if cifar else "imagenet", width=int(row["stem_out"])),
        stages=tuple(StageConfig(blocks=b, width=w, stride=s, kind=row["block"]) for b, w, s in stages),
        block=BlockConfig(
            groups=groups,
            base_width=json.loads(row["inner_widths"])[0] * 64 // (widths[0] * groups) if expansion == 4 else 64,
            activation_order="pre" if row["preact"] == "True" else "post",
            stride_in="1x1" if row["stride_at"] == "1x1" else "3x3",
        ),
        shortcut=ShortcutConfig(option=row["shortcut_option"], projection_norm=row["shortcut_bn"] == "True"),
        head=HeadConfig(classes=int(row["num_classes"])),
    )
