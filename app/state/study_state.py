"""Remembers which study is chosen, with which options, and what studies found: in this session and in run folders.

The catalog of studies is loaded when one is first looked at: the window stands before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.state.nameless import nameless
from app.state.runs_state import ShownRun
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.fields import FrozenConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.runs.study_shelf import shelf_changed_ns, stored_studies

if TYPE_CHECKING:
    from resnet_core.findings.lesion import LesionFindings
    from resnet_core.findings.study import Study, StudyReport


class StudyKey(NamedTuple):
    """What tells a result from every other: the study, the run and its step, or an architecture before any training.

    Another result of the same key, whatever its options, replaces the one before, as in a run's folder.
    """

    study: str
    run: str
    step: int
    architecture: ArchitectureConfig | None = None
    data: str = ""
    seed: int = 0


class StudyResult(NamedTuple):
    """A study that was made, and what tells it from the others."""

    key: StudyKey
    report: StudyReport[Any]


class StudyState(QObject):
    """The studies of this session.

    `chosen_changed` tells that another study or subject is looked at, `options_changed` carries the study whose
    options were edited, `changed` tells that there are other results.
    """

    chosen_changed = Signal()
    options_changed = Signal(str)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wished_study = ""
        self._wished_run: str | None = None
        self._drafts: dict[str, dict[str, Any]] = {}
        self._results: dict[StudyKey, StudyResult] = {}
        self._looked_at: dict[str, StudyKey] = {}
        self._read: dict[Path, int] = {}

    # What is asked

    @property
    def wished_study(self) -> str:
        """The name of the study that was chosen last, as it was given; empty where none was yet."""
        return self._wished_study

    @property
    def chosen(self) -> str:
        """The name of the study that is looked at: the first one until another that there is was chosen."""
        from resnet_core.findings.catalog import study_names

        names = study_names()
        return self._wished_study if self._wished_study in names else names[0]

    def choose(self, study: str) -> None:
        """Look at a study."""
        if study != self._wished_study:
            self._wished_study = study
            self.chosen_changed.emit()

    @property
    def wished_run(self) -> str | None:
        """The run whose network a person wants studied; empty for the open architecture, None for no wish."""
        return self._wished_run

    def wish_run(self, run: str) -> None:
        """Study the network of that run, or the open architecture, where the study can."""
        if run != self._wished_run or self._looked_at:
            self._wished_run = run
            self._looked_at.clear()
            self.chosen_changed.emit()

    @property
    def looked_at(self) -> StudyResult | None:
        """The result of the chosen study that a person asked to see, whatever its subject; None for no wish."""
        key = self._looked_at.get(self.chosen)
        return self._results.get(key) if key is not None else None

    def look_at(self, key: StudyKey) -> None:
        """Show a result, until another subject is chosen."""
        if self._looked_at.get(key.study) != key:
            self._looked_at[key.study] = key
            self.chosen_changed.emit()

    def draft(self, study: str) -> Mapping[str, Any]:
        """Return the values of a study's options as they were entered last, whether they can be or not."""
        if study not in self._drafts:
            self._drafts[study] = _study(study).options().model_dump()
        return self._drafts[study]

    def set_option(self, study: str, name: str, value: object) -> None:
        """Enter one option."""
        if self.draft(study)[name] != value:
            self._drafts[study] = {**self.draft(study), name: value}
            self.options_changed.emit(study)

    def reset_options(self, study: str) -> None:
        """Take back every option that was entered."""
        if self._drafts.pop(study, None) is not None:
            self.options_changed.emit(study)

    def options(self, study: str) -> FrozenConfig:
        """Return the options that were entered; raises ConfigurationError where they cannot be."""
        return validated(_study(study).options, dict(self.draft(study)))

    def problems(self, study: str) -> tuple[Problem, ...]:
        """Return what is wrong with the options that were entered."""
        try:
            self.options(study)
        except ConfigurationError as error:
            return error.problems
        return ()

    # What was found

    def record(self, document: Mapping[str, Any], config: ArchitectureConfig) -> StudyResult:
        """Take and return what a study found just now; `config` was open when it was asked for.

        Raises ValueError where `document` is none of a study.
        """
        from resnet_core.findings.catalog import read_report

        result = _result(read_report(document), config)
        self._put(result)
        self._looked_at.pop(result.key.study, None)
        self.changed.emit()
        return result

    def read_shelf(self, run_folder: Path) -> None:
        """Read what is kept with a run, again where there is something new; what was found here is newer and stays.

        Nobody is told: whoever wants what was found of a run reads its shelf before.
        """
        changed_ns = shelf_changed_ns(run_folder)
        if self._read.get(run_folder) == changed_ns:
            return
        self._read[run_folder] = changed_ns
        found = [result for document in stored_studies(run_folder) if (result := _stored(document)) is not None]
        fresh = [result for result in found if result.key not in self._results]
        for result in fresh:
            self._put(result)

    def results(self, study: str) -> tuple[StudyResult, ...]:
        """Return every result of a study, the newest last."""
        return tuple(result for key, result in self._results.items() if key.study == study)

    def result(self, key: StudyKey) -> StudyResult | None:
        """Return the result of that key, or None."""
        return self._results.get(key)

    def newest_of_run(self, study: str, run: str) -> StudyResult | None:
        """Return what was found last of a run, at whatever step, or None."""
        return _last(result for result in self.results(study) if result.key.run == run)

    def newest_of_architecture(self, study: str, config: ArchitectureConfig) -> StudyResult | None:
        """Return what was found last of an architecture before training, whatever it is called, or None."""
        plain = nameless(config)
        return _last(result for result in self.results(study) if result.key.architecture == plain)

    def lesion_of(self, run: ShownRun | None) -> StudyReport[LesionFindings] | None:
        """Return the newest lesion study of a run, in this session or in the run's folder, or None."""
        if run is None or not run.summary.folder.name:  # a probe has no folder
            return None
        self.read_shelf(run.summary.folder)
        found = self.newest_of_run("lesion", run.key)
        return found.report if found is not None else None

    def _put(self, result: StudyResult) -> None:
        self._results.pop(result.key, None)
        self._results[result.key] = result


def _study(name: str) -> Study[Any]:
    from resnet_core.findings.catalog import study_named

    return study_named(name)


def _result(report: StudyReport[Any], config: ArchitectureConfig | None) -> StudyResult:
    network = report.network
    if network.run:
        return StudyResult(StudyKey(report.study.name, network.run, network.step), report)
    architecture = nameless(config) if config is not None else None
    return StudyResult(StudyKey(report.study.name, "", 0, architecture, network.data, network.seed), report)


def _stored(document: Mapping[str, Any]) -> StudyResult | None:
    """Return a document of a run's folder as a result; None where it is of a study that is not known here."""
    from resnet_core.findings.catalog import read_report

    try:
        return _result(read_report(document), None)
    except ValueError:
        return None


def _last(results: Iterable[StudyResult]) -> StudyResult | None:
    found = None
    for result in results:
        found = result
    return found
