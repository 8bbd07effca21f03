"""`render`: a network's structure as a drawing in a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.command_line.arguments import UsageError, add_config, read_architecture

LEVELS = ("network", "stage", "block", "layer")
PAINTED = (".png", ".pdf")


def add_commands(commands: Any) -> None:
    """Declare `render`."""
    render = commands.add_parser("render", help="draw a network's structure into a file")
    add_config(render)
    render.add_argument("--out", required=True, metavar="FILE", help="a file ending in .svg, .png or .pdf")
    render.add_argument("--level", choices=LEVELS, default="block", help="how much detail (default block)")
    render.set_defaults(run=run_render)


def run_render(arguments: argparse.Namespace) -> int:
    """Draw one network."""
    path = Path(arguments.out)
    suffix = path.suffix.lower()
    if suffix not in (".svg", *PAINTED):
        raise UsageError(f"--out {path}: the ending says the format; take .svg, .png or .pdf")
    if suffix in PAINTED and arguments.paint is None:
        raise UsageError(
            f"--out {path}: PNG and PDF are painted by the window's program; use `skipscope render` or .svg"
        )
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: the folder {path.parent} does not exist; make it first")
    from resnet_core.drawing.structure import structure_drawing
    from resnet_core.drawing.svg import to_svg

    drawing = structure_drawing(
        build_graph(read_architecture(arguments.config, arguments.assignments)), arguments.level
    )
    if suffix == ".svg":
        path.write_text(to_svg(drawing), encoding="utf-8")
    else:
        arguments.paint(drawing, path)
    print(path)
    return 0
