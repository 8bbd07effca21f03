"""`render`: a network's structure as a drawing in a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.architecture.graph import Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.command_line.arguments import UsageError, add_config, read_architecture

if TYPE_CHECKING:
    from resnet_core.drawing.display_list import Drawing, Level

LEVELS = ("network", "stage", "block", "layer")
PAINTED = (".png", ".pdf")
LEAST_SCALE, MOST_SCALE = 0.1, 10.0


def add_commands(commands: Any) -> None:
    """Declare `render`."""
    render = commands.add_parser("render", help="draw a network's structure into a file")
    add_config(render)
    render.add_argument("--out", required=True, metavar="FILE", help="a file ending in .svg, .png or .pdf")
    render.add_argument("--level", choices=LEVELS, default="block", help="how much detail (default block)")
    render.add_argument(
        "--tracks",
        metavar="NAMES",
        help="tracks under the structure, separated by commas (parameters,macs,shape, ...), or all",
    )
    render.add_argument("--scale", type=float, default=2.0, help="pixels a unit of a PNG (default 2)")
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
    if not LEAST_SCALE <= arguments.scale <= MOST_SCALE:
        raise UsageError(f"--scale {arguments.scale:g}: take a number from {LEAST_SCALE} to {MOST_SCALE}")
    graph = build_graph(read_architecture(arguments.config, arguments.assignments))
    drawing = _drawing(graph, arguments.level, arguments.tracks)
    if suffix == ".svg":
        from resnet_core.drawing.svg import to_svg

        path.write_text(to_svg(drawing), encoding="utf-8")
    else:
        arguments.paint(drawing, path, arguments.scale)
    print(path)
    return 0


def _drawing(graph: Graph, level: Level, tracks: str | None) -> Drawing:
    """Return the structure alone, or with the tracks of that comma-separated list under it."""
    if tracks is None:
        from resnet_core.drawing.structure import structure_drawing

        return structure_drawing(graph, level)
    from resnet_core.analysis.cost_report import cost_report
    from resnet_core.drawing.tracks.catalog import Counted, TrackSources, make_track
    from resnet_core.drawing.tracks.flow_data import FlowData
    from resnet_core.drawing.tracks.picture import PictureTracks, level_picture
    from resnet_core.drawing.tracks.titles import FRESH

    sources = TrackSources(Counted(graph, cost_report(graph)), FlowData())
    shown = tuple(make_track(key, sources) for key in _track_keys(tracks))
    return level_picture(graph, level, PictureTracks(shown, FRESH))


def _track_keys(tracks: str) -> tuple[str, ...]:
    """Return the keys of the tracks that `--tracks` names, the structure first."""
    from resnet_core.drawing.tracks.quantities import QUANTITIES

    known = ("structure", "shape", *QUANTITIES)
    wanted = known if tracks == "all" else tuple(name.strip() for name in tracks.split(","))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"--tracks {unknown[0]}: no such track; take some of {', '.join(known)}, or all")
    return tuple(dict.fromkeys(("structure", *wanted)))
