"""Prints the document of a probe as tables: the gradient at each boundary, and what each block does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet_core.command_line.tables import print_table

_COLUMNS: Mapping[str, str] = {
    "branch_norm": "through branch",
    "shortcut_norm": "through shortcut",
    "branch_shortcut_cosine": "cosine",
    "parameter_gradient_norm": "parameters",
    "stream_variance": "variance of H(x)",
    "branch_variance": "variance of F(x)",
}


def print_probe(document: Mapping[str, Any]) -> None:
    """Print boundaries, blocks and what follows from them."""
    norms = zip(document["boundaries"], document["boundary_norms"], strict=True)
    print_table(("boundary", "gradient norm"), [(id, _text(norm)) for id, norm in norms])
    blocks = document["blocks"]
    there = [name for name in _COLUMNS if any(name in block for block in blocks)]
    print("\ngradient norms at each block's fork and over its parameters; variances of its outputs")
    rows = [(block["id"], *(_text(block[name]) if name in block else "" for name in there)) for block in blocks]
    print_table(("block", *(_COLUMNS[name] for name in there)), rows)
    print(f"\nbatch {document['batch']}, seed {document['seed']}")
    growth, depth = document.get("growth_per_layer"), document.get("effective_depth")
    if growth is not None:
        print(f"growth per layer {growth:.4f}: of the squared gradient, from one weighted layer back to the one before")
    if depth is not None:
        print(f"effective depth {depth:.2f} of {len(blocks)} blocks: branches the gradient goes through on average")


def _text(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.3e}"
