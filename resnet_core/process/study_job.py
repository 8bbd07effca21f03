"""Makes a study that was asked for, in whatever process calls it, and keeps what it found with the run it is of."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.config_file import parse_run_config, validated
from resnet_core.configuration.data_catalog import DataSetFacts
from resnet_core.configuration.fields import FrozenConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.catalog import study_named
from resnet_core.findings.study import Findings, StudyReport
from resnet_core.findings.study import Study as StudyKind
from resnet_core.process.jobs import MeasurementStopped, OnProgress, listener, loaded
from resnet_core.process.messages import Study
from resnet_core.process.progress_pace import ProgressPace
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.study_shelf import store_study
from resnet_core.studies.conduct import conduct
from resnet_core.studies.study_threads import fitting_threads
from resnet_core.studies.subject import StudySubject, initial_subject, trained_subject
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import TensorDataSet
from resnet_core.verification.memory_refusal import refuse_step


def run_study_job(
    request: Study, control: TrainingControl | None = None, *, on_progress: OnProgress = None
) -> dict[str, Any]:
    """Make the study and return its document; that of a run is kept in the run's folder, where that can be written.

    Raises ConfigurationError, RunFolderError or DataSetError for what cannot be studied, and MeasurementStopped where
    `control` was asked to stop.
    """
    study = study_named(request.study)
    options = validated(study.options, request.options)
    subject = _subject(study, request, on_progress)
    found = _found(study.name, subject, options, control or TrainingControl(), on_progress)
    document = StudyReport(study, subject.network, options, found).as_document()
    if request.run_folder:
        with suppress(OSError):  # a run that was copied onto what cannot be written can still be studied
            store_study(Path(request.run_folder), document)
    return document


def _found(
    name: str, subject: StudySubject, options: FrozenConfig, control: TrainingControl, on_progress: OnProgress
) -> Findings:
    """Conduct the study to its end, telling how far it is; raises MeasurementStopped where `control` was stopped."""
    pace = ProgressPace(listener(on_progress))
    with fitting_threads(subject, lambda: control.stopped):
        for state in conduct(name, subject, options):
            if isinstance(state, Findings):
                return state
            if control.stopped:
                break
            pace.note(state.done, state.total, state.part)
    raise MeasurementStopped("the study was stopped before its end")


def _subject(study: StudyKind[Any], request: Study, on_progress: OnProgress) -> StudySubject:
    """Return the network to study; raises ConfigurationError where it is not of the study's kind or does not fit."""

    def load(facts: DataSetFacts) -> TensorDataSet:
        if study.needs_tests and not facts.test_count:
            raise _refusal("this study tests the network, and the data has no test images; take data that has")
        return loaded(facts, on_progress)

    if request.run_folder:
        if "trained" not in study.subjects:
            raise _refusal(f"{study.name} is a study of a network before training; give it a configuration")
        subject = trained_subject(RunReader(Path(request.run_folder)), request.device, load)
    else:
        if "initial" not in study.subjects:
            raise _refusal(f"{study.name} is a study of a trained network; give it the folder of a run")
        run = parse_run_config(request.config_toml, "the request's configuration")
        subject = initial_subject(run, load, trains=study.trains)
    recipe = MemoryRecipe(subject.run.training.batch_size, "sgd")
    refuse_step(build_graph(subject.run.architecture), recipe, subject.device)
    return subject


def _refusal(text: str) -> ConfigurationError:
    return ConfigurationError([Problem(("study",), "other", {"text": text})])
