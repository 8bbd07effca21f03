"""Builds the wheel, installs it elsewhere, and starts it from another directory than the project's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.source_tree import ROOT, SHIPPED

pytestmark = pytest.mark.slow
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "--quiet")


def succeeded(*command: str, cwd: Path, **environment: str) -> str:
    """What a command prints, which must end well and complain of nothing."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what a clone holds, so that the build leaves nothing in the project."""
    copy = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SHIPPED:
        shutil.copytree(ROOT / name, copy / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE.md"):
        shutil.copy(ROOT / name, copy)
    built = tmp_path_factory.mktemp("wheel")
    succeeded(*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(built), ".", cwd=copy)
    (path,) = built.glob("skipscope-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is installed in; its dependencies are the ones of these tests."""
    target = tmp_path_factory.mktemp("installed")
    succeeded(*PIP, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel), cwd=target)
    return target


def run_installed(installed: Path, elsewhere: Path, *words: str, **environment: str) -> str:
    return succeeded(sys.executable, *words, cwd=elsewhere, PYTHONPATH=str(installed), **environment)


def test_that_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(SHIPPED)
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".egg-info"))] == []


def test_that_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for package in SHIPPED
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - names == set()


def test_that_the_wheel_carries_its_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE.md"}


def test_that_the_command_skipscope_is_installed(installed: Path) -> None:
    (folder,) = installed.glob("skipscope-*.dist-info")
    (entry,) = Distribution.at(folder).entry_points.select(group="console_scripts")
    assert (entry.name, entry.value) == ("skipscope", "app.launch:main")


def test_that_the_installed_program_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    program = (
        "import app, resnet_core, resources; print(*(m.__file__ for m in (app, resnet_core, resources)))"
    )
    for path in run_installed(installed, tmp_path, "-c", program).split():
        assert Path(path).is_relative_to(installed)


def test_that_it_names_its_version_when_started_elsewhere(installed: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    printed = run_installed(installed, tmp_path, "-m", "app", "--version")
    assert printed.split() == ["skipscope", project["version"]]


def test_that_it_lists_the_presets_when_started_elsewhere(installed: Path, tmp_path: Path) -> None:
    assert "ResNet-50" in run_installed(installed, tmp_path, "-m", "app", "presets")


def test_that_the_library_counts_when_started_elsewhere(installed: Path, tmp_path: Path) -> None:
    assert "25557032" in run_installed(
        installed, tmp_path, "-m", "resnet_core", "analyze", "resnet50", "--json"
    )


def test_that_the_digits_are_found_when_started_elsewhere(installed: Path, tmp_path: Path) -> None:
    program = "from resources import resource_bytes; print(len(resource_bytes('digits', 'digits.csv.gz')))"
    size = (ROOT / "resources" / "digits" / "digits.csv.gz").stat().st_size
    assert run_installed(installed, tmp_path, "-c", program).split() == [str(size)]


def test_that_the_window_paints_when_started_elsewhere(installed: Path, tmp_path: Path) -> None:
    printed = run_installed(installed, tmp_path, "-m", "app", SKIPSCOPE_QUIT_AFTER_FIRST_PAINT="1")
    assert printed == ""
