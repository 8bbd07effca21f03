"""Gives each role its line, fill and text colour by name, so that a palette of names paints a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from resnet_core.drawing.display_list import Role

Palette = Mapping[str, str]
"""#rrggbb by colour name; the names are those of `LIGHT_PALETTE`."""


class Style(NamedTuple):
    """Colour names of outline and fill (empty: none), line width and dashes in pixels; a text is filled.

    `alpha` is the opacity of outline and fill; a `crisp` shape lies on whole pixels and is not antialiased.
    """

    stroke: str = ""
    fill: str = ""
    width: float = 1.0
    dash: tuple[float, ...] = ()
    alpha: float = 1.0
    crisp: bool = False


#: Shortcuts differ by dash and by colour, so that eyes blind to colour and black-and-white prints tell them apart.
STYLES: Mapping[Role, Style] = MappingProxyType(
    {
        "identity": Style("identity", width=1.6),
        "projection": Style("projection", width=1.6, dash=(5.0, 2.5)),
        "zero_pad": Style("zero_pad", width=1.6, dash=(1.6, 2.4)),
        "gate": Style("attention", width=1.3),
        "projection_box": Style("projection", "canvas"),
        "zero_pad_box": Style("zero_pad", "canvas"),
        "funnel": Style("projection", "canvas"),
        "gate_box": Style("attention", "canvas"),
        "gate_mark": Style("attention", "attention_fill"),
        "main_line": Style("block_line", width=1.2),
        "separator": Style("hairline", dash=(4.0, 4.0)),
        "stem": Style("muted", "block_fill"),
        "head": Style("muted", "block_fill"),
        "block": Style("block_line", "block_fill"),
        "run": Style("block_line", "block_fill"),
        "stage": Style("block_line", "block_fill"),
        "division": Style("muted", alpha=0.45),
        "feature": Style("text", width=1.3),
        "conv": Style("block_line", "block_fill"),
        "linear": Style("block_line", "block_fill"),
        "norm": Style("", "norm_fill"),
        "activation": Style("", "relu_fill"),
        "pool": Style("muted", "canvas"),
        "reshape": Style("muted", "canvas"),
        "dropout": Style("muted", "canvas", dash=(2.0, 2.0)),
        "scale": Style("text", "canvas"),
        "joint": Style("text", "canvas", width=1.3),
        "port": Style("", "muted"),
        "heading": Style(fill="text"),
        "strong_label": Style(fill="text"),
        "label": Style(fill="text"),
        "quiet_label": Style(fill="muted"),
        "identity_label": Style(fill="identity"),
        "projection_label": Style(fill="projection"),
        "zero_pad_label": Style(fill="zero_pad"),
        "gate_label": Style(fill="attention"),
        "title": Style(fill="text"),
        "subtitle": Style(fill="muted"),
        "number": Style(fill="muted"),
        "note": Style(fill="muted"),
        "ground": Style("", "canvas", crisp=True),
        "grid": Style("hairline", crisp=True),
        "base_line": Style("hairline", crisp=True),
        "guide": Style("muted", dash=(2.0, 3.0), crisp=True),
        "shape_band": Style("", "parameters", crisp=True),
        "raster": Style(),
        "raster_gap": Style("canvas", crisp=True),
        "color_bar": Style(),
        "not_finite": Style("", "warning", crisp=True),
        "parameters_bar": Style("", "parameters", crisp=True),
        "macs_bar": Style("", "macs", crisp=True),
        "activations_bar": Style("", "activations", crisp=True),
        "memory_bar": Style("", "memory", crisp=True),
        "field_bar": Style("", "field", crisp=True),
        "intensity_bar": Style("", "intensity", crisp=True),
        "latency_bar": Style("", "latency", crisp=True),
        "worth_bar": Style("", "projection", alpha=0.6, crisp=True),
        "gain_bar": Style("", "identity", alpha=0.6, crisp=True),
        "reference_mark": Style("text", alpha=0.8, crisp=True),
        "profile": Style("accent", width=1.8),
        "profile_fine": Style("accent", crisp=True),
        "profile_earlier": Style("muted", crisp=True),
        "profile_dot": Style("", "accent"),
        "second_profile": Style("branch", width=1.4),
        "second_profile_fine": Style("branch", crisp=True),
        "second_dot": Style("", "branch"),
        "flow_fill": Style("", "accent"),
        "lost_fill": Style("", "warning", alpha=0.55),
        "shortcut_band_1": Style("identity", width=1.6, alpha=0.32),
        "shortcut_band_2": Style("identity", width=3.2, alpha=0.32),
        "shortcut_band_3": Style("identity", width=4.8, alpha=0.32),
        "shortcut_band_4": Style("identity", width=6.4, alpha=0.32),
        "shortcut_band_5": Style("identity", width=8.0, alpha=0.32),
        "branch_band_1": Style("branch", width=1.6, alpha=0.55),
        "branch_band_2": Style("branch", width=3.2, alpha=0.55),
        "branch_band_3": Style("branch", width=4.8, alpha=0.55),
        "branch_band_4": Style("branch", width=6.4, alpha=0.55),
        "branch_band_5": Style("branch", width=8.0, alpha=0.55),
        "alert_mark": Style("canvas", "warning"),
        "alert_note": Style(fill="warning"),
        "shortcut_share_label": Style(fill="identity"),
        "branch_share_label": Style(fill="branch"),
        "odd_mark": Style("warning", width=1.4),
        "branch_share": Style("", "branch", crisp=True),
        "shortcut_share": Style("", "identity", alpha=0.32, crisp=True),
        "pass_road": Style("", "good", alpha=0.5),
        "pass_trunk": Style("", "accent", alpha=0.5),
        "pass_branch": Style("", "branch", alpha=0.6),
        "pass_skip": Style("", "accent", alpha=0.5),
        "pass_node": Style("good", width=2.0),
        "pass_node_back": Style("accent", width=2.0),
        "pass_tensor": Style("good", "relu_fill", width=1.2),
        "pass_tensor_side": Style("good", "canvas", width=1.2),
        "pass_gradient": Style("accent", "selection", width=1.2),
        "pass_gradient_side": Style("accent", "canvas", width=1.2),
        "pass_label": Style(fill="text"),
        "pass_label_ground": Style("hairline", "canvas"),
        "step_halo": Style("canvas", width=3.0, alpha=0.7, crisp=True),
        "step_line": Style("accent", width=1.2, crisp=True),
        "step_handle": Style("accent", "accent"),
        "step_handle_open": Style("accent", "canvas"),
        "step_number": Style(fill="on_accent"),
        "step_number_open": Style(fill="accent"),
        "member_reference": Style("muted", width=1.4),
        "member_open": Style("accent", width=1.6),
        "member_1": Style("series_2", width=1.4),
        "member_2": Style("series_3", width=1.4),
        "member_3": Style("series_4", width=1.4),
        "member_4": Style("series_5", width=1.4),
        "member_reference_fill": Style("", "muted"),
        "member_open_fill": Style("", "accent"),
        "member_1_fill": Style("", "series_2"),
        "member_2_fill": Style("", "series_3"),
        "member_3_fill": Style("", "series_4"),
        "member_4_fill": Style("", "series_5"),
        # Where outlines coincide, the broad one of the reference is still seen under the others.
        "steps_reference": Style("muted", width=4.0, alpha=0.45, crisp=True),
        "steps_open": Style("accent", width=2.0, crisp=True),
        "steps_1": Style("series_2", width=2.0, crisp=True),
        "steps_2": Style("series_3", width=2.0, crisp=True),
        "steps_3": Style("series_4", width=2.0, crisp=True),
        "steps_4": Style("series_5", width=2.0, crisp=True),
        "open_area": Style("", "accent", alpha=0.12, crisp=True),
        "more_bar": Style("", "projection", crisp=True),
        "less_bar": Style("", "accent", crisp=True),
        "zero_line": Style("muted", crisp=True),
        "empty_place": Style("hairline", "canvas", dash=(4.0, 3.0)),
    }
)

LIGHT_PALETTE: Palette = MappingProxyType(
    {
        "canvas": "#fcfcfa",
        "hairline": "#d9dcdf",
        "text": "#1d2126",
        "muted": "#6a717b",
        "identity": "#2462cc",
        "projection": "#c4511c",
        "zero_pad": "#7a5195",
        "block_fill": "#ffffff",
        "block_line": "#4a5058",
        "norm_fill": "#e4e7f1",
        "relu_fill": "#dcefe2",
        "attention": "#0f7c86",
        "attention_fill": "#d9eff0",
        "parameters": "#7a8fb1",
        "macs": "#a489b0",
        "activations": "#83a387",
        "memory": "#b3986b",
        "field": "#6b9ea6",
        "intensity": "#b08282",
        "latency": "#8f8f9c",
        "branch": "#b7791f",
        "accent": "#2462cc",
        "on_accent": "#ffffff",
        "warning": "#b3400d",
        "good": "#1b7f5c",
        "selection": "#dce8fb",
        "series_2": "#1b7f5c",
        "series_3": "#8a5aa8",
        "series_4": "#a87a00",
        "series_5": "#3b8ea5",
    }
)
