"""Turns the project's Python files into modules with their imports, for the tests that read the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("app", "resnet_core", "resources")
BESIDE = ("tests", "benchmarks", "docs")


class Import(NamedTuple):
    """One imported name in full; `at_load` is False where it waits inside a function or is for types only."""

    name: str
    line: int
    at_load: bool


class Module(NamedTuple):
    """One Python file: its dotted name, its path from the root, its text, its tree and what it imports."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]

    def where(self, line: int) -> str:
        return f"{self.path.as_posix()}:{line}"


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """Every module of these top-level folders, of those that exist."""
    return tuple(
        _read(path)
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "__pycache__" not in path.parts
    )


@cache
def module_names() -> frozenset[str]:
    return frozenset(module.name for module in modules(*SHIPPED))


def resolved(name: str) -> str:
    """The module of ours that a name lies in, as `app.launch` for `app.launch.main`; else the name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if ".".join(parts[:end]) in module_names():
            return ".".join(parts[:end])
    return name


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of `packages` or lies in one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    relative = path.relative_to(ROOT)
    parts = relative.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    tree = ast.parse(text, str(relative))
    package = name if parts[-1] == "__init__" else name.rpartition(".")[0]
    return Module(name, relative, text, tree, tuple(_imports(tree, package)))


def _imports(node: ast.AST, package: str, at_load: bool = True) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, at_load)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(child, package)
            for alias in child.names:
                yield Import(f"{base}.{alias.name}", child.lineno, at_load)
        else:
            waits = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _imports(child, package, at_load and not waits and not for_types)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)
