"""`export`: a network, or one of its blocks, as code that needs nothing of Skipscope."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from resnet_core.architecture.graph import Block, Graph
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.command_line.arguments import UsageError, add_config, read_architecture
from resnet_core.export.torch_code import block_code, network_code

FORMATS = ("pytorch",)


def add_commands(commands: Any) -> None:
    """Declare `export`."""
    export = commands.add_parser("export", help="write a network as PyTorch code")
    add_config(export)
    export.add_argument("--format", choices=FORMATS, default="pytorch", help="what to write (default pytorch)")
    export.add_argument("--block", metavar="ID", help="this block alone, as layer3.1")
    export.add_argument("--out", metavar="FILE", help="where to write; without it, the code is printed")
    export.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> int:
    """Write one network or block."""
    config = read_architecture(arguments.config, arguments.assignments)
    if arguments.block is None:
        code = network_code(config)
    else:
        graph = build_graph(config)
        code = block_code(graph, _block(graph, arguments.block))
    if arguments.out is None:
        print(code, end="")
        return 0
    path = Path(arguments.out)
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: the folder {path.parent} does not exist; make it first")
    try:
        path.write_text(code, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}; take a file that can be written") from None
    print(path)
    return 0


def _block(graph: Graph, id: str) -> Block:
    found = graph.block_by_id.get(id)
    if found is None:
        close = get_close_matches(id, graph.block_by_id, n=1) or [graph.blocks[0].id]
        raise UsageError(f"--block {id}: {graph.name} has no such block; it has {close[0]}, for one")
    return found
