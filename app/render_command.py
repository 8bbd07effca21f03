"""Paints the drawing of `skipscope render` into a PNG or PDF file, on a machine with or without a display."""

from __future__ import annotations

import os
from pathlib import Path

from app.system_check import why_no_window
from resnet_core.command_line.arguments import UsageError
from resnet_core.drawing.display_list import Drawing


def paint_file(drawing: Drawing, path: Path, scale: float) -> None:
    """Write `drawing` to `path`, which ends in .png (`scale` pixels a unit) or .pdf, in the light theme, for paper.

    Raises UsageError, one line, where Qt lacks a library or the file cannot be written.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a command opens no window, even where it could
    obstacle = why_no_window()
    if obstacle is not None:
        raise UsageError(f"--out {path}: {obstacle}. SVG needs no Qt")
    from PySide6.QtWidgets import QApplication

    from app.painting.render_drawing import RenderError, render_to_file
    from app.services.fonts import install_fonts
    from app.services.theme import LIGHT

    application = QApplication.instance() or QApplication(["skipscope"])
    assert isinstance(application, QApplication)
    install_fonts(application)
    try:
        render_to_file(drawing, path, LIGHT, scale)
    except RenderError as error:
        raise UsageError(f"--out {error}") from error
