"""What every study of a network has: a name, words, options, a form for what it finds, and figures of it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError

from resnet_core.configuration.fields import FrozenConfig
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.figures import Figure

SubjectKind = Literal["initial", "trained"]
"""A network before any training, or that of a run's newest checkpoint."""


def _from_json(value: object) -> object:
    return math.nan if value is None else value


def _to_json(value: float) -> float | None:
    return value if math.isfinite(value) else None


Number = Annotated[float, BeforeValidator(_from_json), PlainSerializer(_to_json, when_used="json")]
"""A number of what was found; what is not finite is null in JSON and nan when it is read."""


class NoOptions(FrozenConfig):
    """The options of a study that has none."""


class Findings(BaseModel):
    """What a study found, as plain values; tuples of `Number` and ids."""

    # Built when the first document is made or read: the window lists the studies before it is painted.
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False, defer_build=True)


class StudiedNetwork(NamedTuple):
    """What was studied: a run by its folder's name (empty: no run), its architecture, the data, how many updates it had
    had, its seed, and the device it was studied on.
    """

    run: str
    architecture: str
    data: str
    step: int
    seed: int
    device: str


class StudyWords(NamedTuple):
    """Marked sentences: what a study shows, what is healthy, what is not, and where it comes from."""

    shows: str
    healthy: str
    unhealthy: str
    source: str


F = TypeVar("F", bound=Findings)


class Study(ABC, Generic[F]):
    """What can be asked of a network on demand; it is conducted in `resnet_core.studies`, with torch."""

    name: ClassVar[str]
    """As on the command line and in file names: lower case with underscores."""
    title: ClassVar[str]
    """Marked for translation, as all texts, in the context "Study"."""
    words: ClassVar[StudyWords]
    subjects: ClassVar[frozenset[SubjectKind]] = frozenset({"initial", "trained"})
    options: ClassVar[type[FrozenConfig]] = NoOptions
    trains: ClassVar[bool] = False
    """Whether an initial network begins as a run would, with the recipe's zero-init, or as its architecture says."""
    needs_tests: ClassVar[bool] = False
    """Whether the data must have a test split."""
    findings: type[F]

    @abstractmethod
    def headline(self, found: F, say: Say) -> str:
        """Return in a sentence what was found."""

    @abstractmethod
    def figures(self, found: F) -> tuple[Figure, ...]:
        """Return what was found as pictures, the most telling first."""

    def offers(self, found: F) -> Mapping[str, float]:
        """Return fields of the recipe, with values that what was found speaks for; most studies have none."""
        del found
        return {}

    @abstractmethod
    def table(self, found: F) -> TextTable:
        """Return what was found as a table, for terminals and for copying."""


class StudyReport(NamedTuple, Generic[F]):
    """One study that was made."""

    study: Study[F]
    network: StudiedNetwork
    options: FrozenConfig
    found: F

    def as_document(self) -> dict[str, Any]:
        """Return the JSON document; `read_report` of the catalog turns it back."""
        return {
            "study": self.study.name,
            **self.network._asdict(),
            "options": self.options.model_dump(mode="json"),
            "findings": self.found.model_dump(mode="json"),
        }


def report_of(study: Study[F], document: Mapping[str, Any]) -> StudyReport[F]:
    """Return the report in a document of `study`; raises ValueError where it is none."""
    try:
        network = StudiedNetwork(*(document[field] for field in StudiedNetwork._fields))
        options = study.options.model_validate(document["options"])
        return StudyReport(study, network, options, study.findings.model_validate(document["findings"]))
    except (KeyError, TypeError, ValidationError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"this is no document of the study {study.name}: {reason}") from None
