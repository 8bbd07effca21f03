"""Reads from the configuration's declarations which fields a form has, in which groups and tables."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

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
    ("head", N_("FormGroup", "Head")),
    ("initialization", N_("FormGroup", "Initialization")),
    ("overrides", N_("FormGroup", "Single blocks")),
)


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


class FormTable(NamedTuple):
    """A list of equal entries, such as the stages: one row an entry, one column a field of `columns`."""

    name: str
    title: str
    columns: tuple[FieldFacts, ...]


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
            parts.append(FormTable(name, title_of(name), facts))
    return tuple(parts)


def title_of(name: str) -> str:
    """Return the untranslated heading of a part; one that has none yet is called by its field's name."""
    return dict(_TITLES).get(name, name.replace("_", " ").capitalize())


def value_at(config: ArchitectureConfig, path: FieldPath) -> Any:
    """Return what stands at `path`. Raises LookupError or AttributeError where the path leads nowhere."""
    value: Any = config
    for part in path:
        value = value[part] if isinstance(part, int) else getattr(value, part)
    return value


def _model_in(annotation: Any) -> type[FrozenConfig] | None:
    if isinstance(annotation, type) and issubclass(annotation, FrozenConfig):
        return annotation
    for argument in get_args(annotation):
        if (inner := _model_in(argument)) is not None:
            return inner
    return None
