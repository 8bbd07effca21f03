"""Holds the parent's side: a warm spare, commands that work, deaths that are told, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.presets import preset
from resnet_core.process.messages import (
    Build,
    ContinueTraining,
    Hello,
    JobDone,
    JobFailed,
    PauseTraining,
    Ping,
    Pong,
    Probe,
    Progress,
    Resume,
    StopJob,
    WorkerDied,
    WriteCheckpoint,
)
from resnet_core.process.worker_client import WorkerPool
from resnet_core.process.worker_process import death_line
from resnet_core.runs.run_reader import RunReader
from resnet_core.training.checkpoint import load_checkpoint
from tests.process.worker_talk import Mailbox, await_that, train_request
from tests.training.tiny_runs import tiny_architecture

pytestmark = pytest.mark.slow
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")


def build_request() -> Build:
    return Build(config_to_toml(tiny_architecture()), "cpu")


def ready_pool(pool: WorkerPool) -> Hello:
    """Wait for the spare to have torch loaded."""
    await_that(lambda: pool.hello is not None, "the spare's greeting")
    assert pool.hello is not None
    return pool.hello


def steps_of(folder: Path) -> int:
    return len(RunReader(folder).scalars(["train_loss"]).get("train_loss", ((), ()))[0])


def test_that_the_warm_spare_takes_the_job_and_is_replaced_by_another() -> None:
    with WorkerPool() as pool:
        mail = Mailbox(pool)
        hello = ready_pool(pool)
        assert hello.devices[-1].id == "cpu"
        assert "torch" in hello.versions
        job = pool.submit(build_request())
        assert pool.pid_of(job) == hello.pid
        assert pool.jobs == (job,)
        assert mail.await_message(job, JobDone).document["agrees"] is True
        await_that(lambda: pool.jobs == (), "the worker's end")
        second = pool.submit(Probe(config_to_toml(tiny_architecture()), batch=4, device="cpu"))
        document = mail.await_message(second, JobDone).document
        assert (document["batch"], len(document["boundary_norms"])) == (4, 4)


def test_that_a_training_can_be_paused_saved_continued_and_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with WorkerPool(keep_spare=False) as pool:
        mail = Mailbox(pool)
        job = pool.submit(train_request(folder))
        mail.await_message(job, Progress, lambda report: report.done > 2)
        assert pool.send(job, PauseTraining())
        paused = mail.await_status(job, "paused")
        assert RunReader(folder).summary().status == "paused"
        assert steps_of(folder) == paused.step
        pool.send(job, WriteCheckpoint())
        await_that(lambda: RunReader(folder).latest_checkpoint() is not None, "the checkpoint")
        time.sleep(0.3)
        assert steps_of(folder) == paused.step
        pool.send(job, Ping())
        mail.await_message(job, Pong)
        pool.send(job, ContinueTraining())
        mail.await_status(job, "running")
        await_that(lambda: steps_of(folder) > paused.step, "more steps")
        pool.send(job, StopJob())
        stopped = mail.await_status(job, "stopped")
        mail.await_message(job, JobDone)
        await_that(lambda: pool.jobs == (), "the worker's end")
        assert not pool.send(job, Ping())
    reader = RunReader(folder)
    latest = reader.latest_checkpoint()
    assert latest is not None
    assert load_checkpoint(latest).facts.step == stopped.step == reader.summary().step
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == [
        f"step-{paused.step:08d}", f"step-{stopped.step:08d}"
    ]  # fmt: skip


@posix_only
def test_that_a_killed_worker_is_told_and_its_run_stays_readable_and_can_be_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with WorkerPool(keep_spare=False) as pool:
        mail = Mailbox(pool)
        job = pool.submit(train_request(folder, steps=3000))
        mail.await_message(job, Progress, lambda report: report.done > 2)
        pool.send(job, WriteCheckpoint())
        await_that(lambda: RunReader(folder).latest_checkpoint() is not None, "the checkpoint")
        pid = pool.pid_of(job)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        died = mail.await_message(job, WorkerDied)
        assert died.exit_code == -signal.SIGKILL
        assert died.message == (
            "the engine was ended by SIGKILL; the system does so when memory runs out; what it recorded is kept"
        )
        assert RunReader(folder).summary().status == "crashed"
        recorded = steps_of(folder)
        assert recorded > 2
        again = pool.submit(Resume(str(folder)))
        mail.await_status(again, "running")
        pool.cancel(again)
        mail.await_message(again, JobDone)
    assert RunReader(folder).summary().status == "stopped"


@posix_only
def test_that_a_job_finds_another_worker_when_the_spare_was_killed() -> None:
    with WorkerPool() as pool:
        mail = Mailbox(pool)
        os.kill(ready_pool(pool).pid, signal.SIGKILL)
        job = pool.submit(build_request())
        if job == 1:  # it was dying when it took the job: that is told, and the next one finds a living worker
            mail.await_message(job, WorkerDied)
            job = pool.submit(build_request())
        assert mail.await_message(job, JobDone).document["agrees"] is True


def test_that_closing_the_pool_saves_a_training_and_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    pool = WorkerPool()
    pool.start()
    mail = Mailbox(pool)
    job = pool.submit(train_request(folder))
    mail.await_message(job, Progress, lambda report: report.done > 2)
    pids = [pid for number in range(5) if (pid := pool.pid_of(number)) is not None]
    assert len(pids) == 2, "the training and the spare that follows it"
    pool.close()
    assert pool.jobs == ()
    assert all(not Path(f"/proc/{pid}").exists() for pid in pids)
    assert not [message for message in mail.rest() if isinstance(message, WorkerDied)]
    summary = RunReader(folder).summary()
    assert summary.status == "stopped"
    assert RunReader(folder).latest_checkpoint() is not None
    with pytest.raises(ValueError, match="closed"):
        pool.submit(build_request())


@posix_only
def test_that_closing_ends_a_worker_that_does_not_listen(tmp_path: Path) -> None:
    pool = WorkerPool(keep_spare=False)
    mail = Mailbox(pool)
    job = pool.submit(train_request(tmp_path / "run"))
    mail.await_status(job, "running")
    pid = pool.pid_of(job)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    pool.close(timeout_s=0.2)
    assert pool.jobs == ()


def test_that_a_job_that_trains_nothing_is_cancelled_at_once() -> None:
    with WorkerPool(keep_spare=False) as pool:
        mail = Mailbox(pool)
        job = pool.submit(Probe(config_to_toml(preset("ResNet-152")), batch=16, device="cpu"))
        mail.await_message(job, Progress)
        pool.cancel(job)
        await_that(lambda: pool.jobs == (), "the worker's end")
        assert not [message for message in mail.rest() if not isinstance(message, Progress)]


def test_that_a_listener_is_told_that_messages_wait() -> None:
    told = threading.Event()
    with WorkerPool(told.set) as pool:
        assert told.wait(120)
        assert isinstance(pool.poll()[0].message, Hello)
        assert pool.poll() == []


def test_that_files_in_the_working_directory_are_not_taken_for_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("torch.py", "json.py", "resnet_core.py"):
        (tmp_path / name).write_text("raise RuntimeError('the wrong module')")
    monkeypatch.chdir(tmp_path)
    with WorkerPool(keep_spare=False) as pool:
        mail = Mailbox(pool)
        mail.await_message(pool.submit(build_request()), JobDone)


def test_that_an_engine_that_cannot_load_torch_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.setattr(
        "resnet_core.process.worker_process.worker_environment",
        lambda: {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])},
    )
    with WorkerPool(keep_spare=False) as pool:
        mail = Mailbox(pool)
        job = pool.submit(build_request())
        failed = mail.await_message(job, JobFailed)
    assert failed.message == "ImportError: libgomp.so.1: cannot open shared object file"
    assert not failed.bad_input


def test_that_neither_torch_nor_qt_is_loaded_with_the_client() -> None:
    program = (
        "import resnet_core.process.worker_client, sys;"
        "print([name for name in ('torch', 'PySide6', 'numpy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("code", "expected"), [(1, "exit code 1"), (-11, "SIGSEGV"), (-9, "memory runs out"), (-99, "signal 99")]
)
def test_that_a_death_is_told_in_words(code: int, expected: str) -> None:
    assert expected in death_line(code)
