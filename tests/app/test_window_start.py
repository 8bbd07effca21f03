"""Starts the program in a process of its own and looks at what it has loaded by when, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_tree import ROOT

PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from app import application
seen = {{}}
begin = application.Application.begin_work
def look(self):
    seen['painted'] = [name for name in ('torch', 'torchvision', 'pyqtgraph') if name in sys.modules]
    begin(self)
    QTimer.singleShot(0, self, lambda: finish(self))
def finish(self):
    self.window.show_page('training')
    seen['training'] = [name for name in ('torch', 'torchvision') if name in sys.modules]
    self.window.close()
application.Application.begin_work = look
status = application.run({arguments!r})
print(seen['painted'], seen['training'], status)
"""


def run_python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_that_the_first_paint_needs_neither_torch_nor_pyqtgraph() -> None:
    result = run_python(PROGRAM.format(arguments=[]))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[] [] 0"


def test_that_the_program_quits_after_the_first_paint_where_that_is_asked() -> None:
    program = "import sys; from app.application import run; sys.exit(run([]))"
    result = run_python(program, SKIPSCOPE_QUIT_AFTER_FIRST_PAINT="1")
    assert result.returncode == 0
    assert [line for line in result.stderr.splitlines() if "propagateSizeHints" not in line] == []


@pytest.mark.parametrize("text", ["schema_version = 99", ""])
def test_that_the_window_opens_on_a_bad_file_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    program = f"import sys; from app.application import run; sys.exit(run([{str(path)!r}]))"
    result = run_python(program, SKIPSCOPE_QUIT_AFTER_FIRST_PAINT="1")
    assert result.returncode == 0, result.stderr
