"""Checks that `skipscope render` writes pictures that a machine without a display can make, too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_tree import ROOT


def render(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Draws ResNet-18 as a person without a display would."""
    without_display = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "app", "render", "ResNet-18", "--out", str(out), *words],
        cwd=ROOT,
        env=without_display,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "signature"),
    [("drawing.png", b"\x89PNG\r\n"), ("drawing.pdf", b"%PDF-1."), ("drawing.svg", b"<?xml")],
)
def test_that_a_drawing_is_written_when_there_is_no_display(tmp_path: Path, name: str, signature: bytes) -> None:
    result = render(tmp_path / name)
    assert (result.returncode, result.stderr) == (0, "")
    written = (tmp_path / name).read_bytes()
    assert written.startswith(signature)
    assert len(written) > 2000


@pytest.mark.parametrize("name", ["drawing.gif", "no-such-folder/drawing.png"])
def test_that_one_line_says_so_when_the_file_cannot_be_written(tmp_path: Path, name: str) -> None:
    result = render(tmp_path / name)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert name in result.stderr


def test_that_tracks_are_drawn_under_the_structure_when_they_are_named(tmp_path: Path) -> None:
    result = render(tmp_path / "drawing.svg", "--tracks", "macs,shape", "--level", "stage")
    assert (result.returncode, result.stderr) == (0, "")
    written = (tmp_path / "drawing.svg").read_text(encoding="utf-8")
    assert [written.count(f'id="track-{key}"') for key in ("structure", "macs", "shape", "parameters")] == [1, 1, 1, 0]


@pytest.mark.parametrize("words", [("--tracks", "macs,colour"), ("--scale", "0")])
def test_that_one_line_says_so_when_a_choice_cannot_be(tmp_path: Path, words: tuple[str, str]) -> None:
    result = render(tmp_path / "drawing.svg", *words)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert words[0] in result.stderr
