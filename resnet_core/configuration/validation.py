"""Turns what is wrong with a configuration into problems: a place, a message id and parameters, in no language yet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP

Path = tuple[str | int, ...]
Parameter = str | int | float

#: Every message a problem may carry, with its parameters in braces; the window translates the text, then fills it in.
MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "minimum": QT_TRANSLATE_NOOP("Problem", "{value} is too small; the least is {bound}"),
        "maximum": QT_TRANSLATE_NOOP("Problem", "{value} is too large; the most is {bound}"),
        "choice": QT_TRANSLATE_NOOP("Problem", "{value} is not a choice; take one of {choices}"),
        "type": QT_TRANSLATE_NOOP("Problem", "{value} is of the wrong type; {expected} is needed"),
        "missing": QT_TRANSLATE_NOOP("Problem", "is missing; add it"),
        "unknown_key": QT_TRANSLATE_NOOP("Problem", "is not a known key; known here: {known}"),
        "unknown_key_near": QT_TRANSLATE_NOOP("Problem", "is not a known key; did you mean {near}?"),
        "count_few": QT_TRANSLATE_NOOP("Problem", "has {count} entries; at least {bound} is needed"),
        "count_many": QT_TRANSLATE_NOOP("Problem", "has {count} entries; at most {bound} are allowed"),
        "pattern": QT_TRANSLATE_NOOP("Problem", "{value} is not a block's id; write it as layer3.1"),
        "blocks_total": QT_TRANSLATE_NOOP(
            "Problem", "the stages have {count} blocks together; the most is {bound}, so take fewer blocks"
        ),
        "override_unknown_block": QT_TRANSLATE_NOOP(
            "Problem", "there is no block {block}; {stage_count} stages exist, the last block is {last}"
        ),
        "override_twice": QT_TRANSLATE_NOOP("Problem", "{block} is overridden twice; keep one entry a block"),
        "override_empty": QT_TRANSLATE_NOOP(
            "Problem", "{block} changes nothing; set kind, shortcut, kernels or attention, or remove the entry"
        ),
        "even_kernel": QT_TRANSLATE_NOOP(
            "Problem",
            "a {kernel}x{kernel} kernel has no middle, so that branch and shortcut would not meet; take odd sizes",
        ),
        "stem_width_even": QT_TRANSLATE_NOOP(
            "Problem", "{width} cannot be halved; the first convolutions of a deep stem have half its width"
        ),
        "stem_width_tiered": QT_TRANSLATE_NOOP(
            "Problem", "{width} makes no tiered stem; take an even width of at least {bound}"
        ),
        "stride_pool": QT_TRANSLATE_NOOP(
            "Problem",
            "stride in the last convolution needs a deep or tiered stem, not {kind}; take another pool or stem",
        ),
        "classes_without_pool": QT_TRANSLATE_NOOP(
            "Problem", "without pooling there is no vector to make {classes} classes of; pool, or take 0 classes"
        ),
        "fixup_norm": QT_TRANSLATE_NOOP(
            "Problem", "Fixup replaces normalisation, and there is a norm ({norm}); take no norm or another scheme"
        ),
        "fixup_order": QT_TRANSLATE_NOOP(
            "Problem", "Fixup is defined for post-activation, not for {order}; take that order or another scheme"
        ),
        "halved_groups": QT_TRANSLATE_NOOP(
            "Problem",
            "{block}: {channels} channels after the halved first convolution cannot be split into {groups} groups; "
            "do not halve it, or widen the stage",
        ),
        "norm_groups": QT_TRANSLATE_NOOP(
            "Problem", "{groups} groups cannot divide {channels} channels evenly; take fewer groups"
        ),
        "zero_pad_shrinks": QT_TRANSLATE_NOOP(
            "Problem",
            "{block} goes from {channels_in} to {channels_out} channels; zero padding (A) can only add channels, "
            "so choose a projection (B) or a larger width",
        ),
        "groups_without_bottleneck": QT_TRANSLATE_NOOP(
            "Problem",
            "{value} needs a bottleneck block; Basic blocks have none, so choose bottleneck or set it to {default}",
        ),
        "inner_width": QT_TRANSLATE_NOOP(
            "Problem",
            "{block} would have a 3x3 convolution of {channels} channels; raise the stage's width or the base width",
        ),
        "too_wide": QT_TRANSLATE_NOOP(
            "Problem",
            "{block} would have {channels} channels; the most is {bound}, so lower width, expansion or cardinality",
        ),
        "batch_norm_one_value": QT_TRANSLATE_NOOP(
            "Problem",
            "{node} would normalise a single value a channel (batch {batch} on {height}x{width} maps) and BatchNorm "
            "refuses it in training; take a batch of at least 2 or a larger input",
        ),
        "batch_exceeds_split": QT_TRANSLATE_NOOP(
            "Problem",
            "a batch of {batch} cannot be drawn from the {count} training images of {data}; take at most {count}",
        ),
        "accumulation_uneven": QT_TRANSLATE_NOOP(
            "Problem",
            "a batch of {batch} cannot be cut into {parts} equal micro-batches; take {nearest} of them, or another "
            "batch",
        ),
        "shift_beyond_image": QT_TRANSLATE_NOOP(
            "Problem", "a shift of {shift} px moves an image of {size} px out of sight; take at most {bound}"
        ),
        "memory_batch": QT_TRANSLATE_NOOP(
            "Problem",
            "a step of {batch} images needs at least {needed}, and {device} has {available}; take at most {largest}",
        ),
        "memory_network": QT_TRANSLATE_NOOP(
            "Problem",
            "a step of {batch} images needs at least {needed}, and {device} has {available}, too little for a single "
            "image; take a smaller network or input",
        ),
        "memory_pass_batch": QT_TRANSLATE_NOOP(
            "Problem",
            "a pass of {batch} images needs at least {needed}, and {device} has {available}; take at most {largest}",
        ),
        "memory_pass_network": QT_TRANSLATE_NOOP(
            "Problem",
            "a pass of {batch} images needs at least {needed}, and {device} has {available}, too little for a single "
            "image; take a smaller network or input",
        ),
        "memory_weights": QT_TRANSLATE_NOOP(
            "Problem",
            "the weights alone need {needed}, and {device} has {available}; take a smaller network",
        ),
        "memory_evaluation": QT_TRANSLATE_NOOP(
            "Problem",
            "evaluating {images} images at once needs at least {needed}, and {device} has {available}; take a smaller "
            "network or input",
        ),
        "device_absent": QT_TRANSLATE_NOOP("Problem", "there is no {value} here; take one of {choices}"),
        "precision_absent": QT_TRANSLATE_NOOP(
            "Problem", "{device} does not compute in {value}; take one of {choices}"
        ),
        "warmup": QT_TRANSLATE_NOOP("Problem", "{value} is not a share of the run; take a number from 0 to below 1"),
        "other": QT_TRANSLATE_NOOP("Problem", "{text}"),
    }
)


class Fix(NamedTuple):
    """One change that would mend a problem: set the field at `path` to `value`, a plain JSON value."""

    path: Path
    value: Any


class Problem(NamedTuple):
    """One thing that is wrong: where it stands, which message says it, and the numbers in that message.

    `fixes` are the nearest values that would be valid, each alone enough to mend it; empty where none is known.
    """

    path: Path
    message: str
    parameters: Mapping[str, Parameter]
    fixes: tuple[Fix, ...] = ()


class ConfigurationError(ValueError):
    """A configuration that cannot be: all of its problems at once, and the file they stand in if there is one."""

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__(self._text())

    def _text(self) -> str:
        place = f"{self.source}: " if self.source else ""
        return place + "; ".join(in_english(problem) for problem in self.problems)


def dotted(path: Path) -> str:
    """Return a field path as a person writes it: `stages.0.blocks`."""
    return ".".join(str(part) for part in path)


def in_english(problem: Problem) -> str:
    """Return the problem as one English sentence, its place first."""
    text = MESSAGES[problem.message].format(**problem.parameters)
    return f"{dotted(problem.path)}: {text}" if problem.path else text


def refuse(problems: list[Problem]) -> None:
    """Raise all `problems` from inside a pydantic validator; do nothing where there are none."""
    if problems:
        raise PydanticCustomError("problems", "invalid configuration", {"problems": problems})


def problems_of(error: ValidationError, model: type[BaseModel], prefix: Path = ()) -> tuple[Problem, ...]:
    """Return every problem in a pydantic error, with `prefix` put before its places."""
    found: list[Problem] = []
    for details in error.errors(include_url=False):
        if details["type"] == "problems":
            found += [_moved(problem, prefix + details["loc"]) for problem in details["ctx"]["problems"]]
        else:
            found.append(_translated(details, model, prefix))
    return tuple(problem for problem in found if not _echoes(problem, found))


def _moved(problem: Problem, prefix: Path) -> Problem:
    """Return `problem` with `prefix` put before its place and those of its fixes."""
    fixes = tuple(fix._replace(path=prefix + fix.path) for fix in problem.fixes)
    return problem._replace(path=prefix + problem.path, fixes=fixes)


def _echoes(problem: Problem, found: list[Problem]) -> bool:
    """Return whether a list counts as too short only because its entries were refused."""
    size = len(problem.path)
    return problem.message == "count_few" and any(p.path[:size] == problem.path and len(p.path) > size for p in found)


def _translated(details: ErrorDetails, model: type[BaseModel], prefix: Path) -> Problem:
    path, context = prefix + details["loc"], details.get("ctx", {})
    value = _shown(details.get("input"))
    match details["type"]:
        case "greater_than_equal" | "greater_than":
            bound = context.get("ge", context.get("gt", 0))
            return Problem(path, "minimum", {"value": value, "bound": bound}, (Fix(path, bound),))
        case "less_than_equal" | "less_than":
            bound = context.get("le", context.get("lt", 0))
            return Problem(path, "maximum", {"value": value, "bound": bound}, (Fix(path, bound),))
        case "literal_error":
            return Problem(path, "choice", {"value": value, "choices": context["expected"].replace("'", "")})
        case "missing":
            return Problem(path, "missing", {})
        case "extra_forbidden":
            return _unknown_key(path, details["loc"], model)
        case "too_short":
            return Problem(path, "count_few", {"count": context["actual_length"], "bound": context["min_length"]})
        case "too_long":
            return Problem(
                path, "count_many", {"count": context["actual_length"] or "?", "bound": context["max_length"]}
            )
        case "string_pattern_mismatch":
            return Problem(path, "pattern", {"value": value})
        case kind if kind.endswith(("_type", "_parsing", "_from_float")):
            return Problem(
                path, "type", {"value": value, "expected": _EXPECTED.get(kind.split("_")[0], "another type")}
            )
    return Problem(path, "other", {"text": details["msg"]})


_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "string": "a text in quotes",
        "tuple": "a list",
        "list": "a list",
        "model": "a table",
        "dict": "a table",
    }
)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _unknown_key(path: Path, location: Path, model: type[BaseModel]) -> Problem:
    owner = _model_at(model, location[:-1])
    return unknown_key(path, list(owner.model_fields) if owner else [])


def unknown_key(path: Path, known: Sequence[str]) -> Problem:
    """Return the problem of a key that is none of the `known` ones, with the nearest of them if one is near."""
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    if near:
        return Problem(path, "unknown_key_near", {"near": near[0]})
    return Problem(path, "unknown_key", {"known": ", ".join(known)})


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        field = current.model_fields.get(part)
        current = _model_in(field.annotation) if field else None
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if (inner := _model_in(argument)) is not None:
            return inner
    return None
