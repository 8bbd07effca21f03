"""Declares a configuration field once: label, help, unit, bounds, choices and default stand on the field itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP

__all__ = ["QT_TRANSLATE_NOOP", "FieldFacts", "FrozenConfig", "chosen", "field_facts", "listed", "setting"]


class FrozenConfig(BaseModel):
    """An immutable value that is valid as soon as it exists; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants", defer_build=True)


class FieldFacts(NamedTuple):
    """What a form, a check or a page of documentation needs to know about one field."""

    name: str
    label: str
    help: str
    unit: str
    formula: str
    minimum: float | None
    maximum: float | None
    choices: Mapping[str, str]
    default: Any
    type: Any


def setting(  # one argument a fact; they are named at every call
    default: Any = ...,
    *,
    label: str,
    help: str,
    unit: str = "",
    formula: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """Declare a number, switch or text; numbers are taken as they are, never parsed from a text.

    `formula` says in symbols what `help` says in words.
    """
    return Field(
        default,
        title=label,
        description=help,
        ge=minimum,
        le=maximum,
        strict=True,
        json_schema_extra={"unit": unit, "formula": formula},
    )


def chosen(default: Any = ..., *, label: str, help: str, choices: Mapping[str, str], formula: str = "") -> Any:
    """Declare a field that takes one of the `choices` (value: label)."""
    extra: dict[str, Any] = {"choices": dict(choices), "formula": formula}
    return Field(default, title=label, description=help, json_schema_extra=extra)


def listed(default: Any = ..., *, label: str, help: str, most: int, formula: str = "") -> Any:
    """Declare a field that takes a list of at most `most` values, each checked by its own annotation."""
    return Field(
        default, title=label, description=help, max_length=most, json_schema_extra={"formula": formula}
    )


def field_facts(model: type[BaseModel], name: str) -> FieldFacts:
    """Return the facts declared on field `name` of `model`.

    Raises KeyError where the model has no such field.
    """
    field = model.model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    choices = extra.get("choices", {})
    return FieldFacts(
        name=name,
        label=field.title or name,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        formula=str(extra.get("formula", "")),
        minimum=_bound(field, Ge, "ge"),
        maximum=_bound(field, Le, "le"),
        choices={value: str(text) for value, text in choices.items()} if isinstance(choices, dict) else {},
        default=None if field.is_required() else field.get_default(call_default_factory=True),
        type=field.annotation,
    )


def _bound(field: FieldInfo, kind: type, attribute: str) -> float | None:
    for constraint in field.metadata:
        if isinstance(constraint, kind):
            return float(getattr(constraint, attribute))
    return None


def literal_values(annotation: Any) -> tuple[str, ...]:
    """Return the values a `Literal` (or `Literal | None`) annotation admits."""
    return tuple(value for value in _flatten(annotation) if isinstance(value, str))


def _flatten(annotation: Any) -> list[Any]:
    arguments = get_args(annotation)
    if not arguments:
        return [annotation]
    return [leaf for argument in arguments for leaf in _flatten(argument)]
