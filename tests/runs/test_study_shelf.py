"""Tests that what studies found is kept with a run, read again, and goes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from resnet_core.runs.study_shelf import FOLDER_NAME, store_study, stored_studies


def test_that_documents_come_back_the_newest_last(tmp_path: Path) -> None:
    first, second = {"study": "lesion", "step": 5, "x": 1}, {"study": "cka", "step": 5}
    store_study(tmp_path, first)
    store_study(tmp_path, second)
    assert {document["study"] for document in stored_studies(tmp_path)} == {"lesion", "cka"}
    store_study(tmp_path, {**first, "x": 2})
    assert stored_studies(tmp_path)[-1] == {**first, "x": 2}
    assert len(list((tmp_path / FOLDER_NAME).iterdir())) == 2


def test_that_a_run_without_studies_has_none(tmp_path: Path) -> None:
    assert stored_studies(tmp_path) == ()


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000])
def test_that_a_damaged_file_is_passed_over(text: str, tmp_path: Path) -> None:
    store_study(tmp_path, {"study": "cka", "step": 1})
    (tmp_path / FOLDER_NAME / "lesion-1.json").write_text(text, encoding="utf-8")
    assert stored_studies(tmp_path) == ({"study": "cka", "step": 1},)


def test_that_no_path_is_made_of_a_document(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        store_study(tmp_path, {"study": "../escape", "step": 1})
    with pytest.raises(ValueError, match="invalid literal"):
        store_study(tmp_path, {"study": "cka", "step": "../1"})
    assert list(tmp_path.iterdir()) == []
