"""Reads from a field's type what a person may leave out, and what it holds a list of."""

from __future__ import annotations

from types import UnionType
from typing import Any, Union, get_args, get_origin

from PySide6.QtCore import QCoreApplication

from resnet_core.configuration.fields import FieldFacts


def is_optional(facts: FieldFacts) -> bool:
    """Return whether the field may be None, which means: as the whole has it."""
    return type(None) in get_args(facts.type)


def holds(facts: FieldFacts, kind: type) -> bool:
    """Return whether the field takes a `kind`, be it optional or not."""
    return kind in _alternatives(facts.type)


def holds_sizes(facts: FieldFacts) -> bool:
    """Return whether the field takes a list of whole numbers, as the sizes of a block's kernels are."""
    return any(get_origin(one) is tuple and int in _leaves(one) for one in _alternatives(facts.type))


def inherited() -> str:
    """Return what an optional field shows that is left as the whole has it."""
    return QCoreApplication.translate("ArchitectureForm", "inherited")


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _leaves(annotation: Any) -> list[Any]:
    """Return everything plain within an annotation, such as [int, ...] of `tuple[Annotated[int, ...], ...]`."""
    inner = get_args(annotation)
    return [leaf for one in inner for leaf in _leaves(one)] if inner else [annotation]
