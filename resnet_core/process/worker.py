"""The worker's program: greets once torch is loaded, does the one job it is given, and ends.

`python -m resnet_core.process.worker`, with messages (see `messages`) as lines of JSON on its standard streams.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import sys
import threading
import traceback
from pathlib import Path

from resnet_core.process.channel import Channel
from resnet_core.process.failures import is_bad_input, one_line
from resnet_core.process.messages import (
    Build,
    Check,
    ContinueTraining,
    DeviceFacts,
    Hello,
    JobDone,
    JobFailed,
    LineRefused,
    MeasureLatency,
    MessageError,
    PauseTraining,
    Ping,
    Pong,
    Probe,
    Request,
    Resume,
    StopJob,
    Study,
    Train,
    WriteCheckpoint,
    decode_downward,
)
from resnet_core.training.control import TrainingControl

_SOURCE = "the request's configuration"


def main() -> int:
    """Run a worker on this process's standard streams; return its exit status."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch loads: spinning threads starve few cores
    channel = Channel.over_standard_streams()
    faulthandler.enable()
    return Worker(channel).run()


class Worker:
    """One job from greeting to end. A thread of its own reads what comes in, so that a command is heard at any time."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._control = TrainingControl()
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._has_request = False

    def run(self) -> int:
        """Greet, wait for the request, do it; return 0 if it went well, else 1."""
        threading.Thread(target=self._listen, name="worker-commands", daemon=True).start()
        try:
            self._greet()
            _rehearse()
            self._channel.send(self._do(self._requests.get()))
        except BaseException as error:  # the last guard: whatever happens is told
            self._channel.send(_failure(error))
            return 1
        return 0

    def _listen(self) -> None:
        """Take in requests and commands; when the parent is gone, let a training write its checkpoint and end."""
        for line in self._channel.lines():
            try:
                self._hear(line)
            except MessageError as error:
                self._channel.send(LineRefused(str(error)))
        if not self._has_request:
            os._exit(0)  # there is nothing to lose, and torch may still be loading
        self._control.stop("the program that started it is gone")

    def _hear(self, line: bytes) -> None:
        match decode_downward(line):
            case Ping():
                self._channel.send(Pong())
            case PauseTraining():
                self._control.pause()
            case ContinueTraining():
                self._control.resume()
            case StopJob():
                self._control.stop()
            case WriteCheckpoint():
                self._control.checkpoint()
            case request if self._has_request:
                raise MessageError(f"a worker does one job, and {request.type} came second; take another worker")
            case request:
                self._has_request = True
                self._requests.put(request)

    def _greet(self) -> None:
        from resnet_core.training.devices import library_versions, list_devices

        devices = tuple(DeviceFacts(*device) for device in list_devices())
        self._channel.send(Hello(devices, library_versions(), os.getpid()))

    def _do(self, request: Request) -> JobDone:
        from resnet_core.configuration.config_file import parse_run_config
        from resnet_core.process import jobs

        tell = self._channel.send
        match request:
            case Train(config_toml=toml, run_folder=folder, name=name):
                run = parse_run_config(toml, _SOURCE)
                jobs.run_train_job(run, Path(folder), control=self._control, on_progress=tell, name=name)
                return JobDone("train", {})
            case Resume(run_folder=folder):
                jobs.run_resume_job(Path(folder), control=self._control, on_progress=tell)
                return JobDone("resume", {})
            case Probe():
                return JobDone("probe", jobs.run_probe_job(jobs.probe_config(request), on_progress=tell))
            case Check(config_toml=toml, device=device):
                config = parse_run_config(toml, _SOURCE).architecture
                return JobDone("check", jobs.run_check_job(config, device, on_progress=tell))
            case Build(config_toml=toml, device=device):
                config = parse_run_config(toml, _SOURCE).architecture
                return JobDone("build", jobs.run_build_job(config, device, on_progress=tell))
            case MeasureLatency(config_toml=toml):
                config, wanted = parse_run_config(toml, _SOURCE).architecture, jobs.latency_request(request)
                return JobDone("latency", jobs.run_latency_job(config, wanted, self._control, on_progress=tell))
            case Study():
                from resnet_core.process.study_job import run_study_job

                return JobDone("study", run_study_job(request, self._control, on_progress=tell))


def _rehearse() -> None:
    """Make one tiny update, so that what torch loads at the first use of each part is there when the job comes."""
    from resnet_core.process.rehearsal import rehearse

    rehearse()


def _failure(error: BaseException) -> JobFailed:
    """Return what a person is told of `error`: one line, and the details that can be copied."""
    details = "".join(traceback.format_exception(error))
    return JobFailed(one_line(error), details, is_bad_input(error))


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # nothing is left to tidy up, and torch takes a second to
