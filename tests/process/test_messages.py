"""Holds the messages to their lines of JSON, and bad lines to one clear error."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet_core.process.messages import (
    Build,
    Check,
    ContinueTraining,
    DeviceFacts,
    Downward,
    Hello,
    JobDone,
    JobFailed,
    LineRefused,
    MeasureLatency,
    MessageError,
    Notice,
    PauseTraining,
    Ping,
    Pong,
    Probe,
    Progress,
    Resume,
    StatusReported,
    StopJob,
    Study,
    Train,
    Upward,
    WorkerDied,
    WriteCheckpoint,
    decode_downward,
    decode_upward,
    encode,
)

DOWNWARD: tuple[Downward, ...] = (
    Train("schema_version = 1\n[architecture]\nname = 'é\u2028'", "/runs/größe", "a run"),
    Resume("C:\\runs\\one"),
    Probe("x", data="digits", batch=8, seed=3, device="cpu"),
    Check("x"),
    Build("x", device="cuda:0"),
    MeasureLatency("x", device="cpu", batch=4, repeats=7, threads=2, training=True),
    Study("lesion", run_folder="/runs/one", device="cpu"),
    Study("learning_rate", "[architecture]", options={"steps": 20}),
    PauseTraining(),
    ContinueTraining(),
    StopJob(),
    WriteCheckpoint(),
    Ping(),
)
UPWARD: tuple[Upward, ...] = (
    Hello((DeviceFacts("cpu", "CPU", None, ("float32",)),), {"torch": "2"}, 17),
    Pong(),
    StatusReported("/runs/one", "running", 3),
    Progress("training", 3, 10, 1.5, "text"),
    Notice("a line"),
    LineRefused("a line"),
    JobDone("probe", {"norms": [1.0, None], "deep": {"a": []}}),
    JobFailed("a line", "Traceback ...", True),
    WorkerDied("a line", -9, "tail"),
)


@pytest.mark.parametrize("message", DOWNWARD, ids=lambda message: message.type)
def test_that_what_goes_down_comes_back_from_its_line(message: Downward) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_downward(line) == message


@pytest.mark.parametrize("message", UPWARD, ids=lambda message: message.type)
def test_that_what_comes_up_comes_back_from_its_line(message: Upward) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_upward(line) == message


def test_that_numbers_that_are_none_become_null() -> None:
    line = encode(JobDone("probe", {"norms": [math.nan, math.inf, 1.0]}))
    assert decode_upward(line) == JobDone("probe", {"norms": [None, None, 1.0]})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"", "no message"),
        (b"Epoch 1: loss 2.3", "'Epoch 1: loss 2.3' is no message"),
        (b"[]", "no message"),
        (b"{}", "type"),
        (b'{"type": "dance"}', "'dance'"),
        (b'{"type": "train"}', "config_toml"),
        (b'{"type": "stop", "now": true}', "now"),
        (b'{"type": "probe", "config_toml": "", "batch": "many"}', "batch"),
        (b"\xff\xfe\x00", "no message"),
        (b"[" * 100_000, "no message"),
        (b"1" * 5_000, "no message"),
    ],
)
def test_that_a_line_that_is_no_message_gives_one_short_error(line: bytes, expected: str) -> None:
    with pytest.raises(MessageError) as caught:
        decode_downward(line)
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 500


@given(st.binary(max_size=200))
def test_that_no_line_raises_anything_but_a_message_error(line: bytes) -> None:
    for decode in (decode_downward, decode_upward):
        with suppress(MessageError):
            decode(line)


def test_that_a_worker_cannot_be_told_what_only_it_may_say() -> None:
    with pytest.raises(MessageError):
        decode_downward(encode(Pong()))
    with pytest.raises(MessageError):
        decode_upward(encode(StopJob()))


def test_that_reports_read_as_lines_of_a_terminal() -> None:
    assert str(Progress("training", 12, 160, 41.4)) == "training 12 of 160, 41 s left"
    assert str(Progress("preparing")) == "preparing"
    assert str(StatusReported("/r", "stopped", 3, "interrupted")) == "stopped after 3 steps: interrupted"
