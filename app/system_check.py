"""Turns the state of this machine into one line on why no window can open, before Qt is loaded.

Qt aborts the process where it finds no display or lacks a library of its platform plugin, so both are
looked for here first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple


class SystemLibrary(NamedTuple):
    """A shared library that Qt links to but does not bring, and the Debian and Ubuntu package that has it."""

    soname: str
    package: str


# What `readelf -d` lists as NEEDED by the libraries of PySide6-Essentials 6.11, less what every Linux has.
QT_LIBRARIES = (
    SystemLibrary("libEGL.so.1", "libegl1"),
    SystemLibrary("libGL.so.1", "libgl1"),
    SystemLibrary("libX11.so.6", "libx11-6"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1"),
    SystemLibrary("libfreetype.so.6", "libfreetype6"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0"),
    SystemLibrary("libgthread-2.0.so.0", "libglib2.0-0"),
    SystemLibrary("libxkbcommon.so.0", "libxkbcommon0"),
)
XCB_LIBRARIES = (
    SystemLibrary("libX11-xcb.so.1", "libx11-xcb1"),
    SystemLibrary("libxcb.so.1", "libxcb1"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    SystemLibrary("libxcb-randr.so.0", "libxcb-randr0"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0"),
    SystemLibrary("libxcb-render.so.0", "libxcb-render0"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0"),
    SystemLibrary("libxcb-shm.so.0", "libxcb-shm0"),
    SystemLibrary("libxcb-sync.so.1", "libxcb-sync1"),
    SystemLibrary("libxcb-util.so.1", "libxcb-util1"),
    SystemLibrary("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    SystemLibrary("libxcb-xkb.so.1", "libxcb-xkb1"),
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
WAYLAND_LIBRARIES = (
    SystemLibrary("libwayland-client.so.0", "libwayland-client0"),
    SystemLibrary("libwayland-cursor.so.0", "libwayland-cursor0"),
    SystemLibrary("libwayland-egl.so.1", "libwayland-egl1"),
)

_MEND_DISPLAY = (
    "Set DISPLAY, log in with `ssh -X`, or use the commands that need no window (`skipscope --help`)."
)


def why_no_window() -> str | None:
    """One line on what keeps the window from opening here and how to mend it; None where it can open."""
    if sys.platform == "linux":
        obstacle = _linux_obstacle(os.environ)
        if obstacle is not None:
            return obstacle
    return _pyside_obstacle()


def missing_libraries(libraries: tuple[SystemLibrary, ...]) -> list[SystemLibrary]:
    """Those of `libraries` that the dynamic linker of this machine does not find."""
    import ctypes

    missing = []
    for library in libraries:
        try:
            ctypes.CDLL(library.soname)
        except OSError:
            missing.append(library)
    return missing


def is_faulty_pairing(python: tuple[int, ...], pyside: tuple[int, ...]) -> bool:
    """Whether this PySide6 frees None under this Python.

    From 6.12 on it returns None with one reference too few; Python 3.12 made None immortal, so only
    older ones crash.
    """
    return python < (3, 12) and pyside >= (6, 12)


def _linux_obstacle(environment: Mapping[str, str]) -> str | None:
    platforms = _platforms(environment)
    if platforms - {"xcb", "wayland"}:
        return libraries_obstacle(QT_LIBRARIES)
    if not platforms:
        return f"no display: neither DISPLAY nor WAYLAND_DISPLAY is set. {_MEND_DISPLAY}"
    # Qt falls back from Wayland to X where the first is not to be had.
    obstacle = None
    if "wayland" in platforms:
        obstacle = _wayland_obstacle(environment)
    if "xcb" in platforms and (obstacle or "wayland" not in platforms):
        obstacle = libraries_obstacle(QT_LIBRARIES + XCB_LIBRARIES) or _x_obstacle(environment)
    return obstacle


def _platforms(environment: Mapping[str, str]) -> set[str]:
    """The platform plugins that Qt may take here, of those that can find what they need."""
    wished = environment.get("QT_QPA_PLATFORM", "")
    names = {name.split(":")[0].removesuffix("-egl") for name in wished.split(";") if name}
    names = names or {"xcb", "wayland"}
    if not environment.get("DISPLAY"):
        names.discard("xcb")
    if not environment.get("WAYLAND_DISPLAY"):
        names.discard("wayland")
    return names


def _wayland_obstacle(environment: Mapping[str, str]) -> str | None:
    import socket

    name = environment["WAYLAND_DISPLAY"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name))
        except OSError:
            return f"no display: nothing answers at WAYLAND_DISPLAY={name}. {_MEND_DISPLAY}"
    return libraries_obstacle(QT_LIBRARIES + WAYLAND_LIBRARIES)


def _x_obstacle(environment: Mapping[str, str]) -> str | None:
    """Connects as Qt will, by libxcb, which also notices a refused authorisation."""
    import ctypes

    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if not refused:
        return None
    return f"no display: DISPLAY={environment['DISPLAY']} does not answer or refuses us. {_MEND_DISPLAY}"


def libraries_obstacle(libraries: tuple[SystemLibrary, ...]) -> str | None:
    """One line that names those of `libraries` that are missing and how to get them; None where none is."""
    missing = missing_libraries(libraries)
    if not missing:
        return None
    named = ", ".join(f"{library.soname} ({library.package})" for library in missing)
    packages = " ".join(sorted({library.package for library in missing}))
    return f"Qt lacks system libraries: {named}. On Debian and Ubuntu: apt-get install {packages}"


def _pyside_obstacle() -> str | None:
    try:
        import PySide6
    except ImportError as error:
        return f"PySide6 cannot be imported ({error}). Install it with: pip install PySide6-Essentials"
    if is_faulty_pairing(sys.version_info[:2], PySide6.__version_info__[:2]):
        return (
            f"PySide6 {PySide6.__version__} crashes on Python {sys.version_info[0]}.{sys.version_info[1]}. "
            "Mend it with: pip install 'PySide6-Essentials<6.12', or use Python 3.12 or newer."
        )
    return None
