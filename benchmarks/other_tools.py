"""Times the way from a configuration to its picture here, in torchview with Graphviz, and in Netron's layout.

    PYTHONPATH=. python benchmarks/other_tools.py [--rounds 3] [--networks ResNet-18 ResNet-50 ...]

Skipscope's Atlas is painted at 1920x1080 on Qt's own raster, every track shown. The others are no part of the project;
what is missing is said in one line and left out. They come into an environment of their own with

    pip install torchview onnx netron        and from the system: graphviz (the program dot), nodejs (the program node)

torchview traces the same network on torch's meta device, and dot lays it out and writes SVG. Netron opens an ONNX file
with one node a layer and weights without values (written before, and not timed), builds its graph and lays it out with
its own code under node, without a browser: what a browser takes to measure and paint is missing, in Netron's favour.
Of each tool the fastest round counts, as whatever else runs on the machine only adds; the last column tells how fast
the machine was at the time of the row.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from atlas_stand import stand_for
from measuring import calibration_ms, milliseconds, print_rows
from onnx_file import write_onnx
from PySide6.QtWidgets import QApplication

from app.services.fonts import install_fonts
from resnet_core.configuration.presets import preset

NETWORKS = ("ResNet-18", "ResNet-50", "ResNet-152", "ResNet-1202")
PATIENCE_S = 120
"""A layout that takes longer is given up."""


class Taken(NamedTuple):
    """How long a tool took for a picture, in parts that add up, in milliseconds; or why it made none."""

    parts: dict[str, float]
    failure: str = ""


def main() -> None:
    """Print one row a network and tool, as a ratio to Skipscope in the same run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3, help="pictures of each tool, the fastest counts (default 3)")
    parser.add_argument("--networks", nargs="+", default=NETWORKS, help="presets, by name")
    arguments = parser.parse_args()
    application = QApplication([])
    install_fonts(application)
    tools: dict[str, Callable[[str, int], Taken]] = {}
    for title, tool, missing in (
        (f"{installed('torchview')} + {dot_version()}", torchview, missing_for_torchview()),
        (f"{installed('netron')}, layout alone", netron, missing_for_netron()),
    ):
        if missing:
            print(f"{title}: left out; not installed: {missing}")
        else:
            tools[title] = tool
    rows = []
    for name in arguments.networks:
        ours = skipscope(application, name, arguments.rounds)
        rows.append(row(name, "Skipscope", ours, ours))
        rows += [row(name, title, tool(name, arguments.rounds), ours) for title, tool in tools.items()]
    print_rows("From configuration to picture", ("network, tool", "ms", "ratio", "of it, in ms", "loop ms"), rows)


def row(network: str, tool: str, taken: Taken, ours: Taken) -> tuple[str, ...]:
    """Return the table's row of one network and tool."""
    if taken.failure:
        return f"{network}, {tool}", "-", "-", taken.failure, ""
    total, parts = sum(taken.parts.values()), ", ".join(f"{name} {ms:.0f}" for name, ms in taken.parts.items())
    ratio = f"{total / sum(ours.parts.values()):.0f}x"
    return f"{network}, {tool}", f"{total:.0f}", ratio, parts, f"{calibration_ms():.0f}"


def fastest(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the parts of the round whose sum is the least."""
    return min(rounds, key=lambda parts: sum(parts.values()))


# Here


def skipscope(application: QApplication, name: str, rounds: int) -> Taken:
    """Return how long the Atlas takes from a configuration until it is painted, after another network was shown."""
    stand = stand_for(application, "ResNet-34", with_run=False)
    times = milliseconds(
        lambda: stand.show_config(preset(name)),
        max(rounds, 9),
        before=lambda: stand.show_config(preset("ResNet-34")),
    )
    stand.atlas.close()
    return Taken({"graph, counts, drawing": min(times)})


# torchview and Graphviz


def installed(package: str) -> str:
    """Return a package with its version, where it is installed."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def dot_version() -> str:
    """Return dot with its version, where it is installed."""
    if shutil.which("dot") is None:
        return "dot"
    said = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"version (\S+)", said)
    return f"dot {found[1]}" if found else "dot"


def missing_for_torchview() -> str:
    """Return what torchview's row needs and is not here."""
    if find_spec("torchview") is None:
        return "torchview"
    return "" if shutil.which("dot") else "Graphviz"


def torchview(name: str, rounds: int) -> Taken:
    """Return how long it takes to build the network without memory, to trace it and to lay it out."""
    taken = []
    _torchview_once(NETWORKS[0])  # torch loads much at the first use of its meta device
    for _ in range(rounds):
        try:
            taken.append(_torchview_once(name))
        except subprocess.TimeoutExpired:
            return Taken({}, f"dot was given up after {PATIENCE_S} s")
        except RecursionError:
            return Taken({}, "torchview runs into Python's limit of recursion")
    return Taken(fastest(taken))


def _torchview_once(name: str) -> dict[str, float]:
    import torch
    from torchview import draw_graph

    from resnet_core.model.resnet import build_model

    config = preset(name)
    size = (1, config.input.channels, config.input.height, config.input.width)
    began = time.perf_counter()
    with torch.device("meta"):
        model = build_model(config)
    built = time.perf_counter()
    source = draw_graph(model, input_size=size, device="meta", mode="eval").visual_graph.source
    traced = time.perf_counter()
    subprocess.run(["dot", "-Tsvg"], input=source.encode(), capture_output=True, check=True, timeout=PATIENCE_S)
    moments = (began, built, traced, time.perf_counter())
    return {
        part: 1e3 * (later - earlier)
        for part, earlier, later in zip(("build", "trace", "dot"), moments, moments[1:], strict=False)
    }


# Netron


def missing_for_netron() -> str:
    """Return what Netron's row needs and is not here."""
    missing = [name for name in ("netron", "onnx") if find_spec(name) is None]
    return ", ".join([*missing, *([] if shutil.which("node") else ["node"])])


def netron(name: str, rounds: int) -> Taken:
    """Return how long Netron's own code takes to open the network's ONNX file, to build its graph and to lay it out."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder, "netron")
        found = find_spec("netron")
        assert found is not None and found.submodule_search_locations
        shutil.copytree(next(iter(found.submodule_search_locations)), sources)
        (sources / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        file = Path(folder, "network.onnx")
        write_onnx(preset(name), file)
        script = Path(__file__).with_name("netron_layout.mjs")
        command = ["node", str(script), str(sources), str(rounds), str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=rounds * PATIENCE_S)
        except subprocess.TimeoutExpired:
            return Taken({}, f"was given up after {rounds * PATIENCE_S} s")
        except subprocess.CalledProcessError as error:
            return Taken({}, next((line for line in error.stderr.splitlines() if "Error" in line), error.stderr))
    said = json.loads(done.stdout)
    print(f"Netron, {name}: {said['nodes']:,} nodes, {said['edges']:,} edges")
    return Taken(fastest([{part: said[part][i] for part in ("open", "build", "layout")} for i in range(rounds)]))


if __name__ == "__main__":
    main()
