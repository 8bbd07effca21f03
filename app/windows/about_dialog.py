"""Tells what this program is, which version, and whose work it carries along."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtWidgets import QWidget

from app.windows.notice_bar import TextDialog
from resnet_core.folders import data_folder, program_version, runs_folder, settings_folder

LIBRARIES = (
    "PySide6-Essentials", "pyqtgraph", "torch", "torchvision", "numpy", "pydantic", "safetensors", "fvcore",
    "torchinfo", "platformdirs", "tomli-w",
)  # fmt: skip
NOTICES = ("LICENSE", "NOTICE.md")
translate = QCoreApplication.translate


def about_dialog(engine_text: str, parent: QWidget) -> TextDialog:
    """Return the dialog with versions and folders, to be read and copied into a report."""
    lines = (
        f"Skipscope {program_version()}",
        translate("About", "Builds any ResNet and shows what it costs and how its gradients flow."),
        "",
        f"Python {platform.python_version()} · Qt {qVersion()} · {platform.platform()}",
        engine_text,
        "",
        translate("About", "settings: {folder}").format(folder=settings_folder()),
        translate("About", "runs: {folder}").format(folder=runs_folder()),
        translate("About", "data: {folder}").format(folder=data_folder()),
    )
    return TextDialog(translate("About", "About Skipscope"), "\n".join(lines), parent)


def licences_dialog(parent: QWidget) -> TextDialog:
    """Return the dialog with our licence, the notices of what is carried along, and the libraries' licences."""
    parts = [*_notices(), translate("About", "Libraries"), *(_library_line(name) for name in LIBRARIES)]
    return TextDialog(translate("About", "Licences"), "\n".join(parts), parent)


def _notices() -> list[str]:
    """Return our own licence files, from the checkout or from the installed package."""
    here = Path(__file__).parents[2]
    found = [path.read_text(encoding="utf-8") for name in NOTICES if (path := here / name).is_file()]
    return found or _installed_notices()


def _installed_notices() -> list[str]:
    try:
        files = distribution("skipscope").files or []
    except PackageNotFoundError:
        return []
    wanted = [Path(str(file.locate())) for file in files if file.name in NOTICES]
    return [path.read_text(encoding="utf-8") for path in wanted if path.is_file()]


def _library_line(name: str) -> str:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return f"  {name}: not installed"
    facts = found.metadata
    named = [*(facts.get_all("License-Expression") or []), *(facts.get_all("License") or [])]
    classified = [entry for entry in facts.get_all("Classifier") or [] if entry.startswith("License")]
    licence = next((entry for entry in (*named, *classified) if entry.strip()), "?")
    return f"  {name} {found.version}: {licence.strip().splitlines()[0]}"
