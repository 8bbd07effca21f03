"""The command that writes networks as code: where it writes, and that what it writes runs by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.cli import main
from resnet_core.configuration.edits import with_value
from resnet_core.configuration.presets import preset
from resnet_core.export.torch_code import block_code, network_code


def test_that_a_network_is_written_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "network.py"
    words = ["ResNet-50", "--format", "pytorch", "--set", "architecture.attention.kind=se"]
    assert main(["export", *words, "--out", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert path.read_text(encoding="utf-8") == network_code(
        with_value(preset("ResNet-50"), ("attention", "kind"), "se")
    )


def test_that_code_without_a_file_is_printed_and_a_block_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "ResNet-50", "--block", "layer3.1"]) == 0
    graph = build_graph(preset("ResNet-50"))
    assert capsys.readouterr().out == block_code(graph, graph.block_by_id["layer3.1"])


@pytest.mark.slow
def test_that_the_written_program_runs_without_skipscope(tmp_path: Path) -> None:
    assert main(["export", "PreResNet-56", "--out", str(tmp_path / "network.py")]) == 0
    program = "import network, sys, torch; print(tuple(network.ResNet()(torch.zeros(2, 3, 32, 32)).shape)); "
    program += "print([name for name in sys.modules if name.startswith('resnet_core')])"
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert result.stdout.splitlines() == ["(2, 10)", "[]"]
