"""Checks what every test stands on: folders of its own, a screen that nobody sees, and no warning overheard."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from tests.source_tree import ROOT


def run_with_project_settings(pytester: pytest.Pytester) -> pytest.RunResult:
    """Runs the small tests that `pytester` has written, as pyproject.toml says."""
    settings = ("-c", str(ROOT / "pyproject.toml"), f"--rootdir={pytester.path}")
    return pytester.runpytest_subprocess(*settings, str(pytester.path))


def test_that_runs_data_and_settings_lie_in_a_folder_of_the_test(private_folders: Path) -> None:
    for name in ("SKIPSCOPE_RUNS", "SKIPSCOPE_DATA", "SKIPSCOPE_SETTINGS"):
        assert Path(os.environ[name]).parent == private_folders
    assert not private_folders.exists()


def test_that_home_is_not_the_home_of_the_developer(private_home: Path) -> None:
    assert Path.home() == private_home


def test_that_an_unexpected_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="unexpected"):
        warnings.warn("unexpected", stacklevel=1)


def test_that_a_test_fails_when_qt_warns(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile(
        """
        from PySide6.QtCore import qDebug, qWarning

        def test_that_warns():
            qWarning("something is wrong")

        def test_that_is_quiet():
            qDebug("nothing is wrong")
        """
    )
    result = run_with_project_settings(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*something is wrong*"])


@pytest.mark.slow
def test_that_a_test_is_skipped_when_it_needs_a_gpu_and_there_is_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    pytester.makeconftest(
        "from tests.conftest import *\nimport torch\ntorch.backends.mps.is_available = lambda: False"
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.gpu
        def test_that_needs_a_gpu():
            raise AssertionError

        def test_that_needs_none():
            pass
        """
    )
    result = run_with_project_settings(pytester)
    result.assert_outcomes(passed=1, skipped=1)
