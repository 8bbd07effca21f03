"""Holds what the README and its neighbours say against what is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.launch import COMMANDS
from resnet_core.configuration.presets import preset_names
from tests.source_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def marked(name: str) -> list[str]:
    """The indented lines between `<!-- name -->` and `<!-- /name -->`, as .ci/run reads them."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found is not None
    return [line.strip() for line in found[1].splitlines() if line.startswith("    ")]


def test_that_one_line_sets_up_and_passes_the_tests() -> None:
    (command,) = marked("test-command")
    words = shlex.split(command)
    assert words[:3] == ["python3", "-m", "venv"]
    assert words[-3:] == [".venv/bin/python", "-m", "pytest"]


def test_that_one_line_names_the_system_packages() -> None:
    (command,) = marked("system-packages")
    assert command.startswith("apt-get install -y ")


def test_that_the_ci_takes_both_lines_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme_commands test-command" in script
    assert "readme_commands system-packages" in script
    assert "pip install" not in script and "-m pytest" not in script


def test_that_the_table_has_every_command() -> None:
    table = re.findall(r"^\| `skipscope (\w+)", README, re.MULTILINE)
    assert tuple(table) == COMMANDS


@pytest.mark.slow
def test_that_its_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    program = f"{example}\nprint(report.total.parameters, sum(p.numel() for p in model.parameters()))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["25557032", "25557032"]


def test_that_the_presets_it_names_exist() -> None:
    named = set(re.findall(r"`((?:Pre)?(?:ResNet|Plain|WRN|ResNeXt)-[\w-]+)`", README))
    assert named
    assert named - set(preset_names()) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_that_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_that_the_changelog_has_the_version_or_says_unreleased() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## Unreleased" in changelog or f"## {version}" in changelog
