"""Says in one line what a probe found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from resnet_core.number_text import decimal

translate = QCoreApplication.translate


def probe_line(document: Mapping[str, Any]) -> str:
    """Return how the gradient grows a layer, and how deep the network is for it, at initialisation."""
    parts = [translate("Probe", "{name} at initialisation, batch {batch}").format(**document)]
    growth, depth = document.get("growth_per_layer"), document.get("effective_depth")
    if growth is None:
        parts.append(translate("Probe", "a gradient is not finite, or zero"))
    else:
        words = translate("Probe", "squared gradients × {growth} a layer towards the input")
        parts.append(words.format(growth=decimal(growth, 3)))
    if depth is not None:
        words = translate("Probe", "effective depth {depth} of {blocks}")
        parts.append(words.format(depth=decimal(depth, 1), blocks=len(document["blocks"])))
    return f"{parts[0]}: {', '.join(parts[1:])}."
