"""Holds the worker's program to its protocol: greeting, one job, clean ends, and nothing on the pipe but messages."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from resnet_core.process.messages import (
    Build,
    JobDone,
    JobFailed,
    LineRefused,
    Ping,
    Pong,
    Progress,
    StatusReported,
    Train,
    encode,
)
from resnet_core.runs.run_reader import RunReader
from resnet_core.training.checkpoint import load_checkpoint
from tests.process.worker_talk import BareWorker, train_request
from tests.training.tiny_runs import tiny_architecture

pytestmark = pytest.mark.slow

NOISY_WORKER = """
import os, sys
from resnet_core.process import jobs, worker
build = jobs.run_build_job
def noisy_build(*arguments, **named):
    print("stray print")
    sys.stdout.write("without an end ")
    os.write(1, b"stray bytes, as a library in C writes them\\n")
    assert sys.stdin.read() == "" and os.read(0, 10) == b""
    return build(*arguments, **named)
jobs.run_build_job = noisy_build
sys.exit(worker.main())
"""


def build_line() -> bytes:
    from resnet_core.configuration.config_file import config_to_toml

    return encode(Build(config_to_toml(tiny_architecture()), "cpu"))


def test_that_bad_lines_get_an_answer_and_the_worker_goes_on() -> None:
    with BareWorker() as worker:
        for line in (b"hello?\n", b'{"type": "dance"}\n', b"\xff\xfe\n", b"{" * 1000 + b"\n"):
            worker.send(line)
            answer = worker.receive()
            assert isinstance(answer, LineRefused)
            assert "is no message" in answer.message
        worker.send(b"\n" + encode(Ping()))
        assert worker.receive() == Pong()
        worker.send(build_line())
        worker.send(build_line())
        answers = [worker.receive_until(kind) for kind in (LineRefused, JobDone)]
        assert isinstance(answers[0], LineRefused)
        assert "a worker does one job" in answers[0].message
        assert worker.wait() == 0


def test_that_what_a_job_prints_goes_to_stderr_and_not_among_the_messages() -> None:
    with BareWorker("-c", NOISY_WORKER) as worker:
        worker.send(build_line())
        kinds = set()
        while not isinstance(message := worker.receive(), JobDone):
            kinds.add(type(message))
        assert kinds == {Progress}
        assert worker.wait() == 0
    assert b"stray print" in worker.errors
    assert b"stray bytes" in worker.errors


def test_that_a_training_writes_its_checkpoint_and_stops_when_its_parent_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with BareWorker() as worker:
        worker.send(encode(train_request(folder)))
        while not (isinstance(report := worker.receive(), Progress) and report.done > 2):
            pass
        assert worker.process.stdout is not None
        worker.close_input()
        worker.process.stdout.close()
        assert worker.wait() == 0
    summary = RunReader(folder).summary()
    path = RunReader(folder).latest_checkpoint()
    assert (summary.status, summary.message) == ("stopped", "the program that started it is gone")
    assert path is not None
    assert load_checkpoint(path).facts.step == summary.step > 2
    assert not (folder / "run.db-wal").exists()


def test_that_an_idle_worker_ends_when_its_parent_is_gone() -> None:
    with BareWorker() as worker:
        worker.close_input()
        assert worker.wait() == 0


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("schema_version = [", "the request's configuration: not valid TOML"),
        ("schema_version = 1", "architecture: is missing"),
        ("schema_version = 99", "newer than this program reads"),
    ],
)
def test_that_bad_input_becomes_one_line_with_details(tmp_path: Path, toml: str, expected: str) -> None:
    with BareWorker() as worker:
        worker.send(encode(Train(toml, str(tmp_path / "run"))))
        answer = worker.receive()
        assert isinstance(answer, JobFailed)
        assert answer.bad_input
        assert expected in answer.message
        assert "\n" not in answer.message
        assert "Traceback" in answer.details
        assert worker.wait() == 1
    assert not (tmp_path / "run").exists()
    assert worker.errors == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_that_a_crash_tells_where_it_happened(tmp_path: Path) -> None:
    with BareWorker() as worker:
        worker.send(encode(train_request(tmp_path / "run")))
        while not (isinstance(report := worker.receive(), StatusReported) and report.status == "running"):
            pass
        os.kill(worker.process.pid, signal.SIGSEGV)
        assert worker.wait() == -signal.SIGSEGV
    assert b"Fatal Python error: Segmentation fault" in worker.errors
    assert RunReader(tmp_path / "run").summary().status == "crashed"
