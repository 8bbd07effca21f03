"""What is remembered of studies: by network and step, in this session and in the folders of runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.state.runs_state import RunsState
from app.state.study_state import StudyState
from app.state.study_subjects import Subject, checkpoint_step, chosen_subject, result_of, subjects_of
from resnet_core.configuration.presets import preset
from resnet_core.findings.catalog import study_named
from resnet_core.runs.run_records import RunSummary
from resnet_core.runs.study_shelf import store_study
from tests.app.study_documents import TINY, lesion_document, rates_document


def stored_run(folder: Path, *steps: int, made: int = 60) -> RunSummary:
    """A run that made so many steps, with a checkpoint after each of `steps`."""
    for step in steps:
        (folder / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    return RunSummary(folder.name, folder, folder.name, "stopped", made, architecture_name="Tiny")


def test_that_a_result_replaces_that_of_the_same_network_and_no_other(qtbot: QtBot) -> None:
    studies = StudyState()
    for seed, suggested in ((0, 0.01), (1, 0.02), (0, 0.03)):
        with qtbot.waitSignal(studies.changed):
            studies.record(rates_document(seed=seed, suggested=suggested), TINY)
    found = [result.report.found.suggested for result in studies.results("learning_rate")]
    assert found == [0.02, 0.03]
    newest = studies.newest_of_architecture("learning_rate", TINY.model_copy(update={"name": "Another name"}))
    assert newest is not None and newest.report.found.suggested == 0.03
    assert studies.newest_of_architecture("learning_rate", preset("ResNet-18")) is None


def test_that_what_a_run_keeps_is_read_and_what_is_no_study_passed_over(tmp_path: Path) -> None:
    store_study(tmp_path, lesion_document(TINY, tmp_path.name, 60))
    (tmp_path / "studies" / "unknown-60.json").write_text(json.dumps({"study": "unknown"}))
    (tmp_path / "studies" / "broken-60.json").write_text("{")
    studies = StudyState()
    studies.record(lesion_document(TINY, tmp_path.name, 80), TINY)
    studies.read_shelf(tmp_path)
    assert [result.key.step for result in studies.results("lesion")] == [80, 60]
    subject = Subject("trained", tmp_path.name, "Tiny", 80, tmp_path)
    found = result_of(studies, "lesion", subject, TINY)
    assert found is not None and found.key.step == 80
    store_study(tmp_path, rates_document(run=tmp_path.name))  # as the command line does meanwhile
    studies.read_shelf(tmp_path)
    assert studies.newest_of_run("learning_rate", tmp_path.name) is not None


def test_that_only_runs_with_a_checkpoint_can_be_studied(tmp_path: Path) -> None:
    runs = RunsState()
    stored, bare = stored_run(tmp_path / "stored", 20, 40, 90), stored_run(tmp_path / "bare")
    # Step 90 was left behind by a run that was resumed from step 40 and has made 60 so far.
    assert checkpoint_step(stored) == 40 and checkpoint_step(bare) is None
    runs.set_library((stored, bare, bare._replace(status="unreadable")))
    kinds = [(subject.kind, subject.run) for subject in subjects_of(study_named("learning_rate"), TINY, runs)]
    assert kinds == [("initial", ""), ("trained", "stored")]
    assert [subject.run for subject in subjects_of(study_named("lesion"), TINY, runs)] == ["stored"]


def test_that_the_wish_comes_before_the_run_that_is_looked_at(tmp_path: Path) -> None:
    subjects = (Subject("initial"), Subject("trained", "a"), Subject("trained", "b"))
    for wished, current, chosen in (
        (None, "", ""),
        (None, "a", "a"),
        ("b", "a", "b"),
        ("", "a", ""),
        ("gone", "a", "a"),
    ):
        found = chosen_subject(subjects, wished, current)
        assert found is not None and found.run == chosen
    assert chosen_subject((), "a", "a") is None


def test_that_options_are_kept_as_entered_and_told_apart_from_those_that_can_be() -> None:
    studies = StudyState()
    studies.set_option("learning_rate", "steps", 5)
    assert studies.draft("learning_rate")["steps"] == 5
    (problem,) = studies.problems("learning_rate")
    assert problem.path == ("steps",)
    studies.reset_options("learning_rate")
    assert not studies.problems("learning_rate") and studies.draft("learning_rate")["steps"] == 100


def test_that_a_result_can_be_looked_at_until_another_network_is_chosen() -> None:
    studies = StudyState()
    studies.choose("lesion")
    assert studies.chosen == "lesion"
    result = studies.record(lesion_document(TINY, "run-1"), TINY)
    assert studies.looked_at is None
    studies.look_at(result.key)
    assert studies.looked_at is result
    studies.wish_run("run-2")
    assert studies.looked_at is None


def test_that_a_study_of_another_version_leads_to_the_first_there_is() -> None:
    studies = StudyState()
    assert (studies.chosen, studies.wished_study) == ("learning_rate", "")
    studies.choose("nothing of the kind")
    assert studies.chosen == "learning_rate"


def test_that_what_is_no_document_is_refused() -> None:
    with pytest.raises(ValueError, match="no document"):
        StudyState().record({"study": "lesion"}, TINY)
