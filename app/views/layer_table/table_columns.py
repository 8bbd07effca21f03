"""Declares the columns of the layer table: what each shows of a row, how it sorts, and what its header says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from app.views.layer_table.table_rows import Level, Row
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

Role = Literal["text", "shape", "count", "optional", "measured", "difference"]


class Column(NamedTuple):
    """One column: `key` names it, `header` and `help` are texts of the context LayerTable, to be translated.

    `field` is what it reads from a row; a difference reads it from the reference's row too. An optional number is left
    out where a layer has none; so is a measured one, which a run found, and its whole column where there is no run.
    `sums` tells whether the footer adds it up (otherwise it shows nothing, and of the receptive field the largest).
    """

    key: str
    header: str
    help: str
    role: Role
    field: str
    sums: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("id", N_("LayerTable", "Layer"), N_("LayerTable", "The id: the module path in the network."), "text", "id"),
    Column("kind", N_("LayerTable", "Kind"), N_("LayerTable", "What the layer computes."), "text", "kind"),
    Column(
        "kernel",
        N_("LayerTable", "Kernel"),
        N_("LayerTable", "What slides over the map: kernel, /stride, ·groups. Of a block, its kernels in order."),
        "text",
        "kernel",
    ),
    Column(
        "dilation",
        N_("LayerTable", "Dilation"),
        N_("LayerTable", "Pixels from one point of the kernel to the next."),
        "optional",
        "dilation",
    ),
    Column(
        "input_shape",
        N_("LayerTable", "In"),
        N_("LayerTable", "Input of one image: channels × height × width."),
        "shape",
        "input_shape",
    ),
    Column(
        "output_shape",
        N_("LayerTable", "Out"),
        N_("LayerTable", "Output of one image: channels × height × width."),
        "shape",
        "output_shape",
    ),
    Column(
        "parameters",
        N_("LayerTable", "Parameters"),
        N_("LayerTable", "Learnable values; BatchNorm's running statistics are buffers and are left out."),
        "count",
        "parameters",
        True,
    ),
    Column(
        "macs",
        N_("LayerTable", "MACs"),
        N_("LayerTable", "Multiply-accumulates for one image: convolutions, blur filters, linear layers; no biases."),
        "count",
        "macs",
        True,
    ),
    Column(
        "flops",
        N_("LayerTable", "FLOPs"),
        N_("LayerTable", "Floating-point operations for one image: two a multiply-accumulate."),
        "count",
        "flops",
        True,
    ),
    Column(
        "activations",
        N_("LayerTable", "Activations"),
        N_("LayerTable", "Output values of convolutions and linear layers for one image."),
        "count",
        "activations",
        True,
    ),
    Column(
        "receptive_field",
        N_("LayerTable", "Receptive\nfield, px"),
        N_("LayerTable", "How many input pixels, along one side, one output value can see."),
        "count",
        "receptive_field",
    ),
    Column(
        "effective_stride",
        N_("LayerTable", "Effective\nstride, px"),
        N_(
            "LayerTable",
            "How many input pixels apart two neighbours of the output look; product of all strides so far.",
        ),
        "count",
        "effective_stride",
    ),
    Column(
        "effective_padding",
        N_("LayerTable", "Effective\npadding, px"),
        N_("LayerTable", "How many input pixels before the image the first output value begins to look."),
        "count",
        "effective_padding",
    ),
    Column(
        "saved_bytes",
        N_("LayerTable", "Kept for\nbackward, B"),
        N_("LayerTable", "Bytes training keeps of the layer's output for the backward pass, float32."),
        "count",
        "saved_bytes",
        True,
    ),
    Column(
        "gradient",
        N_("LayerTable", "Gradient"),
        N_("LayerTable", "L2 norm of the loss's gradient over the row's parameters; weight decay is left out."),
        "measured",
        "gradient_norm",
    ),
    Column(
        "update_ratio",
        N_("LayerTable", "Update /\nweight"),
        N_(
            "LayerTable",
            "How far a step moved the row's parameters, beside their own size: about a thousandth is usual.",
        ),
        "measured",
        "update_ratio",
    ),
    Column(
        "delta_parameters",
        N_("LayerTable", "Δ\nparameters"),
        N_("LayerTable", "Parameters more (+) or less (−) than the row of the same id in the pinned reference."),
        "difference",
        "parameters",
        True,
    ),
    Column(
        "delta_macs",
        N_("LayerTable", "Δ\nMACs"),
        N_("LayerTable", "MACs more (+) or less (−) than the row of the same id in the pinned reference."),
        "difference",
        "macs",
        True,
    ),
)
ROW_HEADERS: Mapping[Level, str] = MappingProxyType(
    {"layers": N_("LayerTable", "Layer"), "blocks": N_("LayerTable", "Block"), "stages": N_("LayerTable", "Stage")}
)
"""The first column's header at each level."""

WITHOUT_REFERENCE = sum(column.role != "difference" for column in COLUMNS)
"""How many columns there are when nothing is pinned; the differences come last."""

MEASURED = tuple(place for place, column in enumerate(COLUMNS) if column.role == "measured")
"""The places of the columns that show what a run measured."""

_NUMBERS = re.compile(r"\d+")


def sort_key(column: Column, read: Callable[[Row], Any]) -> Callable[[Row], Any]:
    """Return the key that orders rows by what `read` gets of them for `column`.

    Numbers go by size, those that are left out first; shapes by elements, ids by their numbers, texts by letters.
    """
    if column.key == "id":
        return lambda row: natural(row.id)
    if column.key == "kernel":
        return lambda row: natural(read(row))
    if column.role == "text":
        return lambda row: read(row).lower()
    if column.role == "shape":
        return lambda row: (read(row).elements, read(row))
    if column.role == "optional":
        return lambda row: read(row) or 0
    if column.role == "measured":
        return lambda row: _by_size(read(row))
    return read


def _by_size(value: float | None) -> tuple[bool, float]:
    """Return a key under which what is absent or no number comes first."""
    known = value is not None and not math.isnan(value)
    return known, value if known and value is not None else 0.0


def natural(id: str) -> str:
    """Return a key under which `layer1.9` comes before `layer1.10`."""
    return _NUMBERS.sub(lambda digits: digits[0].zfill(5), id)
