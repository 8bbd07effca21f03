"""Turns the name of a shipped resource into its bytes, text or path, wherever the program is installed."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["ResourceError", "resource_bytes", "resource_names", "resource_path", "resource_text"]


class ResourceError(LookupError):
    """A resource that this installation lacks: says which, where it was looked for, and how to mend it."""

    def __init__(self, parts: tuple[str, ...], reason: str) -> None:
        self.parts = parts
        name = "/".join(parts) or "(no name)"
        super().__init__(f"resource {name} {reason} in {files(__name__)}; install Skipscope again")


def resource_bytes(*parts: str) -> bytes:
    """Return the content of a resource: `resource_bytes("digits", "split.csv")`.

    Raises ResourceError where there is no such file.
    """
    return _file(parts).read_bytes()


def resource_text(*parts: str) -> str:
    """Return a resource as text in UTF-8; raises ResourceError where there is no such file."""
    return _file(parts).read_text(encoding="utf-8")


def resource_path(*parts: str) -> Path:
    """Return the path of a resource (a file or a folder), for a library that takes nothing but paths.

    Raises ResourceError where it does not exist, or has no path because the program runs inside an archive.
    """
    found = _found(parts)
    if not isinstance(found, Path):
        raise ResourceError(parts, "has no path of its own")
    return found


def resource_names(*parts: str) -> tuple[str, ...]:
    """Return the sorted names in a folder of resources; raises ResourceError where there is none."""
    folder = _found(parts)
    if not folder.is_dir():
        raise ResourceError(parts, "is not a folder")
    return tuple(sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(("__", "."))))


def _file(parts: tuple[str, ...]) -> Traversable:
    found = _found(parts)
    if not found.is_file():
        raise ResourceError(parts, "is not a file")
    return found


def _found(parts: tuple[str, ...]) -> Traversable:
    if any(part in ("", ".", "..") or "\\" in part or "/" in part for part in parts):
        raise ResourceError(parts, "is not a list of plain names, one a folder and the last the file,")
    found = files(__name__).joinpath(*parts)
    if not (found.is_file() or found.is_dir()):
        raise ResourceError(parts, "is missing")
    return found
