"""Reads from the configuration's declarations which fields a form has, in which groups and tables."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, get_args

from annotated_types import MaxLen, MinLen
from pydantic.fields import FieldInfo

from app.state.architecture_document import FieldPath
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.fields import FieldFacts, FrozenConfig, field_facts
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

_TITLES = (
    ("", N_("FormGroup", "Architecture")),
    ("input", N_("FormGroup", "Input")),
    ("stem", N_("FormGroup", "Stem")),
    ("stages", N_("FormGroup", "Stages")),
    ("block", N_("FormGroup", "Block")),
    ("shortcut", N_("FormGroup", "Shortcut")),
    ("norm", N_("FormGroup", "Norm")),
    ("activation", N_("FormGroup", "Activation")),
    ("attention", N_("FormGroup", "Attention")),
    ("anti_aliasing", N_("FormGroup", "Anti-aliasing")),
    ("regularization", N_("FormGroup", "Regularisation")),
    ("head", N_("FormGroup", "Head")),
    ("initialization", N_("FormGroup", "Initialisation")),
    ("overrides", N_("FormGroup", "Single blocks")),
)
_USUAL_COLUMNS = ("block", "blocks", "width", "stride", "kind", "shortcut")
"""The columns a table always has; the others come in sight where an entry has something of its own there."""


class FormField(NamedTuple):
    """One field of the form: where it stands in the configuration, and what is declared on it."""

    path: FieldPath
    facts: FieldFacts

    @property
    def name(self) -> str:
        """What its editor is called."""
        return "field_" + "_".join(str(part) for part in self.path)


class FormGroup(NamedTuple):
    """Fields under one heading; `name` is the configuration's field that holds them, `title` an untranslated text."""

    name: str
    title: str
    fields: tuple[FormField, ...]

    @property
    def leads(self) -> bool:
        """Whether the first field says what the group is, so that its label is the heading: Norm, Attention."""
        return bool(self.fields[0].facts.choices) or len(self.fields) == 1


class FormTable(NamedTuple):
    """A list of equal entries, such as the stages: one row an entry, one column a field of `columns`."""

    name: str
    title: str
    columns: tuple[FieldFacts, ...]
    fewest: int
    most: int

    @property
    def details(self) -> tuple[FieldFacts, ...]:
        """The fields that stand under the table too, for the current entry."""
        return tuple(facts for facts in self.columns if facts.name not in _USUAL_COLUMNS)

    def is_usual(self, facts: FieldFacts) -> bool:
        """Return whether a field has its column always."""
        return facts.name in _USUAL_COLUMNS


def form_parts() -> tuple[FormGroup | FormTable, ...]:
    """Return every part of the architecture's form in the order of its declaration."""
    own = tuple(
        FormField((name,), field_facts(ArchitectureConfig, name))
        for name, field in ArchitectureConfig.model_fields.items()
        if _model_in(field.annotation) is None
    )
    parts: list[FormGroup | FormTable] = [FormGroup("", title_of(""), own)]
    for name, field in ArchitectureConfig.model_fields.items():
        model = _model_in(field.annotation)
        if model is None:
            continue
        facts = tuple(field_facts(model, member) for member in model.model_fields)
        if field.annotation is model:
            fields = tuple(FormField((name, one.name), one) for one in facts)
            parts.append(FormGroup(name, title_of(name), fields))
        else:
            parts.append(FormTable(name, title_of(name), facts, *_lengths(field)))
    return tuple(parts)


def field_at(path: FieldPath) -> FormField | None:
    """Return the field that stands at `path`, or None where the path leads to no single field."""
    model: type[FrozenConfig] | None = ArchitectureConfig
    for part in path[:-1]:
        if model is None:
            return None
        if isinstance(part, str):
            field = model.model_fields.get(part)
            model = _model_in(field.annotation) if field else None
    name = path[-1] if path else 0
    if model is None or not isinstance(name, str) or name not in model.model_fields:
        return None
    return None if _model_in(model.model_fields[name].annotation) else FormField(path, field_facts(model, name))


def title_of(name: str) -> str:
    """Return the untranslated heading of a part; one that has none yet is called by its field's name."""
    return dict(_TITLES).get(name, name.replace("_", " ").capitalize())


def value_at(config: ArchitectureConfig, path: FieldPath) -> Any:
    """Return what stands at `path`. Raises LookupError or AttributeError where the path leads nowhere."""
    value: Any = config
    for part in path:
        value = value[part] if isinstance(part, int) else getattr(value, part)
    return value


def _lengths(field: FieldInfo) -> tuple[int, int]:
    """Return how few and how many entries a list may have."""
    fewest = next((one.min_length for one in field.metadata if isinstance(one, MinLen)), 0)
    return fewest, next((one.max_length for one in field.metadata if isinstance(one, MaxLen)), sys.maxsize)


def _model_in(annotation: Any) -> type[FrozenConfig] | None:
    if isinstance(annotation, type) and issubclass(annotation, FrozenConfig):
        return annotation
    for argument in get_args(annotation):
        if (inner := _model_in(argument)) is not None:
            return inner
    return None
