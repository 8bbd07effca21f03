"""Keeps the plan of the house: what each part may import, how its files look, and who wires them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.source_tree import BESIDE, ROOT, SHIPPED, Module, module_names, modules, resolved, within

QT = ("PySide6", "shiboken6", "pyqtgraph", "PyQt6", "PyQt5")
TORCH = ("torch", "torchvision", "torchinfo", "fvcore")
TORCH_PARTS = (
    "resnet_core.model", "resnet_core.training", "resnet_core.verification", "resnet_core.profiling",
    "resnet_core.studies",
)  # fmt: skip
WITHOUT_TORCH = tuple(
    f"resnet_core.{part}"
    for part in ("configuration", "architecture", "analysis", "drawing", "findings", "runs")
)
UNPICKLERS = (
    "pickle", "cPickle", "_pickle", "shelve", "marshal", "joblib", "dill", "cloudpickle", "yaml",
    "multiprocessing", "concurrent.futures.ProcessPoolExecutor", "torch.multiprocessing", "torch.hub",
    "torch.load", "torch.save", "torch.serialization",
)  # fmt: skip
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def shipped() -> tuple[Module, ...]:
    return modules(*SHIPPED)


def everything() -> tuple[Module, ...]:
    return modules(*SHIPPED, *BESIDE)


def imports_of(searched: tuple[Module, ...], forbidden: tuple[str, ...]) -> list[str]:
    """Where a module of `searched` imports something of `forbidden`, at its top or inside a function."""
    return [
        f"{module.where(found.line)} imports {found.name}"
        for module in searched
        for found in module.imports
        if within(found.name, *forbidden)
    ]


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module with the dotted name of what is called, as `np.load`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def loaded_by(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of `names` a fresh interpreter has loaded after `statement`."""
    program = f"import sys\n{statement}\nprint(*(name for name in {names!r} if name in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def import_all(names: list[str]) -> str:
    return "\n".join(f"import {name}" for name in names)


@pytest.mark.parametrize("package", SHIPPED)
def test_that_the_scan_finds_the_files_of_each_package(package: str) -> None:
    assert modules(package)


def test_that_the_library_imports_neither_qt_nor_the_window() -> None:
    assert imports_of(modules("resnet_core", "resources"), (*QT, "app")) == []


def test_that_the_window_imports_neither_torch_nor_the_parts_that_need_it() -> None:
    assert imports_of(modules("app"), (*TORCH, *TORCH_PARTS)) == []


def test_that_the_parts_that_only_compute_import_no_torch() -> None:
    searched = tuple(module for module in modules("resnet_core") if within(module.name, *WITHOUT_TORCH))
    assert imports_of(searched, (*TORCH, *TORCH_PARTS)) == []


def test_that_no_torch_is_loaded_when_all_parts_that_only_compute_are() -> None:
    names = [module.name for module in modules("resnet_core") if within(module.name, *WITHOUT_TORCH)]
    assert names
    assert loaded_by(import_all(names), (*TORCH, *QT)) == []


def test_that_no_torch_is_loaded_when_every_module_of_the_window_is() -> None:
    names = [module.name for module in modules("app") if module.name != "app.__main__"]
    assert names
    assert loaded_by(import_all(names), TORCH) == []


def test_that_neither_torch_nor_pyqtgraph_is_loaded_before_the_first_paint() -> None:
    assert loaded_by("import app.application", (*TORCH, "pyqtgraph")) == []


def test_that_nothing_heavy_is_loaded_when_the_words_of_the_command_line_are_read() -> None:
    heavy = (*TORCH, *QT, "numpy", "pydantic", "resnet_core")
    assert loaded_by("import app.launch, app.system_check", heavy) == []


def test_that_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        module.name: {
            resolved(found.name)
            for found in module.imports
            if found.at_load and resolved(found.name) in module_names() - {module.name}
        }
        for module in shipped()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other: {' -> '.join(error.args[1])}")


def view_of(name: str) -> str | None:
    """The view a module belongs to: `atlas` for `app.views.atlas.track`, None outside of the views."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["app", "views"] and len(parts) > 2 else None


def test_that_no_view_imports_another_view() -> None:
    wrong = [
        f"{module.where(found.line)} imports {found.name}"
        for module in modules("app")
        for found in module.imports
        if (own := view_of(module.name)) and (other := view_of(resolved(found.name))) and own != other
    ]
    assert wrong == []


def test_that_only_the_composition_root_and_the_windows_import_views() -> None:
    wrong = [
        f"{module.where(found.line)} imports {found.name}"
        for module in modules("app")
        for found in module.imports
        if view_of(resolved(found.name))
        and not within(module.name, "app.application", "app.windows", "app.views")
    ]
    assert wrong == []


def test_that_only_the_composition_root_makes_state_and_services() -> None:
    made = {
        node.name
        for module in modules("app")
        if within(module.name, "app.state", "app.services")
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and "QObject" in map(ast.unparse, node.bases)
    }
    assert made
    wrong = [
        f"{module.where(call.lineno)} {name}(...)"
        for module in modules("app")
        for name, call in calls(module)
        if name in made and not within(module.name, "app.application")
    ]
    assert wrong == []


def test_that_neither_state_nor_services_know_views_or_windows() -> None:
    searched = tuple(module for module in modules("app") if within(module.name, "app.state", "app.services"))
    assert imports_of(searched, ("app.views", "app.windows", "app.application")) == []


def test_that_nothing_can_unpickle_or_fork() -> None:
    assert imports_of(everything(), UNPICKLERS) == []
    wrong = [
        f"{module.where(call.lineno)} {name}(...)"
        for module in everything()
        for name, call in calls(module)
        if name in ("torch.load", "torch.save", "eval", "exec")
        or any(
            keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            for keyword in call.keywords
        )
    ]
    assert wrong == []


def test_that_no_sentence_is_put_together_before_it_is_translated() -> None:
    wrong = [
        f"{module.where(call.lineno)} {name}(f'...')"
        for module in shipped()
        for name, call in calls(module)
        if re.search(r"(^|\.)(tr|translate|QT_TRANSLATE_NOOP|QT_TR_NOOP)$", name)
        and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in call.args)
    ]
    assert wrong == []


def test_that_no_module_keeps_state() -> None:
    containers = {"[]", "{}", "set()", "dict()", "list()", "deque()"}
    wrong = [
        module.where(node.lineno)
        for module in shipped()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
        or (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and node in module.tree.body
            and node.value is not None
            and ast.unparse(node.value) in containers
        )
    ]
    assert wrong == []


def test_that_no_file_is_named_after_nothing_in_particular() -> None:
    words = {"util", "utils", "helper", "helpers", "misc", "manager", "managers"}
    wrong = [
        str(module.path)
        for module in everything()
        if words & set(re.split(r"[_.]", module.name.removeprefix("tests.")))
    ]
    assert wrong == []


def test_that_every_file_opens_with_a_docstring() -> None:
    assert [str(module.path) for module in everything() if not ast.get_docstring(module.tree)] == []


def test_that_no_file_is_too_long() -> None:
    lengths = {str(module.path): len(module.text.splitlines()) for module in everything()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_that_no_function_is_too_long() -> None:
    wrong = [
        f"{module.where(node.lineno)} {node.name}: {length} lines"
        for module in shipped()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert wrong == []
