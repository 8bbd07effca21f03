"""Checks where the words of the command line lead: to a command, to the window, or to one line of mending."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.launch import COMMANDS, main
from resnet_core import cli


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("trian", "did you mean `skipscope train`?"),
        ("no-such-file.toml", "skipscope --help"),
        ("/no/such/folder", "neither a command nor an existing file or folder"),
    ],
)
def test_that_one_line_names_the_word_when_it_cannot_be_opened(
    word: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"skipscope: {word} ")
    assert printed.err.count("\n") == 1
    assert expected in printed.err


def test_that_a_folder_without_a_run_is_not_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "run.db" in capsys.readouterr().err


def test_that_two_files_are_not_opened_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path)]) == 2
    assert "one file or run folder" in capsys.readouterr().err


def test_that_both_entries_know_the_same_commands() -> None:
    assert COMMANDS == cli.COMMANDS


@pytest.mark.parametrize("command", [*COMMANDS, "--help"])
def test_that_every_command_answers_for_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [command] if command == "--help" else [command, "--help"]
    assert main(words) == 0
    assert "usage" in capsys.readouterr().out.lower()
