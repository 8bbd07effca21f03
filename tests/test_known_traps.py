"""Keeps the program out of traps that others fell into: crashing library pairs, in-place steps, no screen."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib

import PySide6
import pytest
from packaging.requirements import Requirement

from app import system_check
from tests.source_tree import ROOT, modules

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be without a display")


def start(*words: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Starts the program as a person would, with these variables set, or removed where they are None."""
    changed = {**os.environ, "QT_QPA_PLATFORM": None, "WAYLAND_DISPLAY": None, **environment}
    kept = {name: value for name, value in changed.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_one_line(result: subprocess.CompletedProcess[str], *expected: str) -> None:
    """Bad input or a poor machine: status 2 and one line on stderr, nothing else."""
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for text in expected:
        assert text in result.stderr


# None is freed under the interpreter where PySide6 6.12 runs on a Python before 3.12.


def test_that_the_installed_pyside_does_not_free_none() -> None:
    assert not system_check.is_faulty_pairing(sys.version_info[:2], PySide6.__version_info__[:2])


@pytest.mark.parametrize(
    ("python", "pyside", "faulty"),
    [
        ((3, 11), (6, 11), False),
        ((3, 11), (6, 12), True),
        ((3, 11), (7, 0), True),
        ((3, 12), (6, 12), False),
        ((3, 14), (6, 11), False),
    ],
)
def test_that_a_faulty_pairing_is_told_apart(
    python: tuple[int, int], pyside: tuple[int, int], faulty: bool
) -> None:
    assert system_check.is_faulty_pairing(python, pyside) is faulty


@pytest.mark.parametrize(("python", "allowed"), [("3.11", False), ("3.12", True), ("3.14", True)])
def test_that_the_requirements_ask_for_no_faulty_pairing(python: str, allowed: bool) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(text) for text in project["dependencies"] if text.startswith("PySide6")]
    applying = [
        one for one in wanted if one.marker is None or one.marker.evaluate({"python_version": python})
    ]
    assert len(applying) == 1
    assert ("6.12.0" in applying[0].specifier) is allowed
    assert "6.11.0" in applying[0].specifier


# A hook that keeps a tensor sees it changed where a later step works in place.


def in_place_steps(tree: ast.Module) -> list[int]:
    """The lines that change a tensor in place, initialization of parameters by `init.xxx_` aside."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            inplace = any(
                keyword.arg == "inplace" and ast.unparse(keyword.value) != "False"
                for keyword in node.keywords
            )
            mutating = re.search(r"\.[a-z]\w*[a-z0-9]_$", name)
            if inplace or (mutating and not re.search(r"(^|\.)init\.|\.requires_grad_$", name)):
                lines.append(node.lineno)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("forward"):
            lines += [step.lineno for step in ast.walk(node) if isinstance(step, ast.AugAssign)]
    return lines


@pytest.mark.parametrize(
    "source",
    ["nn.ReLU(inplace=True)", "x.add_(y)", "F.relu_(x)", "def forward(x, y):\n    x += y\n    return x"],
)
def test_that_a_step_in_place_is_found(source: str) -> None:
    assert in_place_steps(ast.parse(source))


@pytest.mark.parametrize("source", ["nn.ReLU(inplace=False)", "nn.init.zeros_(w)", "x.add(y)", "n += 1"])
def test_that_other_steps_are_not_taken_for_steps_in_place(source: str) -> None:
    assert not in_place_steps(ast.parse(source))


def test_that_no_step_of_the_model_works_in_place() -> None:
    wrong = [
        module.where(line)
        for module in modules("resnet_core")
        if module.name.startswith("resnet_core.model")
        for line in in_place_steps(module.tree)
    ]
    assert wrong == []


def test_that_no_pickled_file_is_in_the_tree() -> None:
    suffixes = {".pkl", ".pickle", ".pt", ".pth", ".joblib", ".dill", ".ckpt"}
    folders = [ROOT / name for name in ("app", "resnet_core", "resources", "tests", "docs")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.suffix in suffixes] == []


# Qt aborts the process where it finds no display or lacks a library.


@linux_only
def test_that_one_line_says_so_when_there_is_no_display() -> None:
    assert_one_line(start(DISPLAY=None), "no display", "DISPLAY", "ssh -X", "skipscope --help")


@linux_only
def test_that_one_line_says_so_when_the_display_does_not_answer() -> None:
    assert_one_line(start(DISPLAY=":97"), "no display", "DISPLAY=:97", "ssh -X")


@linux_only
def test_that_one_line_says_so_when_wayland_does_not_answer() -> None:
    result = start(DISPLAY=None, WAYLAND_DISPLAY="no-such-socket")
    assert_one_line(result, "no display", "WAYLAND_DISPLAY=no-such-socket")


@linux_only
def test_that_one_line_says_so_when_x_is_wanted_and_only_wayland_is_set() -> None:
    result = start(DISPLAY=None, WAYLAND_DISPLAY="wayland-0", QT_QPA_PLATFORM="xcb")
    assert_one_line(result, "no display")


@linux_only
def test_that_a_missing_library_is_named_with_its_package() -> None:
    absent = system_check.SystemLibrary("libsurely-absent.so.0", "libsurely-absent0")
    present = system_check.SystemLibrary("libc.so.6", "libc6")
    assert system_check.missing_libraries((absent, present)) == [absent]
    line = system_check.libraries_obstacle((absent, present))
    assert line is not None
    assert "libsurely-absent.so.0 (libsurely-absent0)" in line
    assert line.endswith("apt-get install libsurely-absent0")


def test_that_the_readme_names_the_package_of_every_library() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"apt-get install (?:-y )?(.+)", readme)
    assert found is not None
    named = set(found[1].split())
    # These come with the ones that the line names; `apt-get -s install` on an empty system shows it.
    implied = {
        "libfreetype6", "libwayland-client0", "libx11-6", "libxcb-render0", "libxcb-shm0", "libxcb-sync1",
        "libxcb-util1", "libxcb-xkb1", "libxcb1", "libxkbcommon0", "libx11-xcb1",
    }  # fmt: skip
    libraries = system_check.QT_LIBRARIES + system_check.XCB_LIBRARIES + system_check.WAYLAND_LIBRARIES
    assert {library.package for library in libraries} - named - implied == set()
