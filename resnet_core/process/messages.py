"""Defines every message between a worker and its client, as frozen records and as lines of JSON.

Down go one request and any number of commands, up come a greeting, progress and replies; `WorkerDied` is the
client's own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from resnet_core.runs.run_events import RunStatus

if TYPE_CHECKING:  # the window is painted before any message is read, and need not wait for this
    from pydantic import TypeAdapter

JobKind = Literal["train", "resume", "probe", "check", "build", "latency", "study"]
JobPhase = Literal["preparing", "training", "paused", "saving", "working"]


class MessageError(ValueError):
    """A line that is no message: says what is wrong with it."""


class _Strict:
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


# Requests: what a worker is to do; it does one and ends.


@dataclass(frozen=True, slots=True)
class Train(_Strict):
    """Train the configuration (TOML, as `config_to_toml` writes it with its recipe) into a new run folder."""

    config_toml: str
    run_folder: str
    name: str = ""
    type: Literal["train"] = "train"


@dataclass(frozen=True, slots=True)
class Resume(_Strict):
    """Go on with the run in `run_folder` from its latest checkpoint."""

    run_folder: str
    type: Literal["resume"] = "resume"


@dataclass(frozen=True, slots=True)
class Probe(_Strict):
    """Measure the gradient flow at initialisation on one batch of `data` (a data set's name or path, or `random`)."""

    config_toml: str
    data: str = "random"
    batch: int = 64
    seed: int = 0
    device: str = "auto"
    type: Literal["probe"] = "probe"


@dataclass(frozen=True, slots=True)
class Check(_Strict):
    """Count the network with independent counters and compare."""

    config_toml: str
    device: str = "auto"
    type: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class Build(_Strict):
    """Build the network on `device`, and tell time, memory and whether its counts are the graph's."""

    config_toml: str
    device: str = "auto"
    type: Literal["build"] = "build"


@dataclass(frozen=True, slots=True)
class MeasureLatency(_Strict):
    """Measure how long each layer takes in a pass of `batch` images: forward, or with `training` backward too.

    With 0 `repeats` as many are made as fit into some seconds; with 0 `threads` the faster of all and one is taken.
    """

    config_toml: str
    device: str = "auto"
    batch: int = 1
    repeats: int = 0
    threads: int = 0
    training: bool = False
    type: Literal["latency"] = "latency"


@dataclass(frozen=True, slots=True)
class Study(_Strict):
    """Make a study of the catalog, with its options: of the network of a run's newest checkpoint where a `run_folder`
    is given, which keeps what is found, else of the configuration's network before any training.

    `device` is where a run's network is studied; a configuration says itself.
    """

    study: str
    config_toml: str = ""
    run_folder: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    device: str = "auto"
    type: Literal["study"] = "study"


# Commands: what a person wishes of a job that runs.


@dataclass(frozen=True, slots=True)
class PauseTraining(_Strict):
    """Halt after the step at hand."""

    type: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class ContinueTraining(_Strict):
    """End the pause."""

    type: Literal["continue"] = "continue"


@dataclass(frozen=True, slots=True)
class StopJob(_Strict):
    """End after the step at hand; a training writes a checkpoint first."""

    type: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True)
class WriteCheckpoint(_Strict):
    """Write a checkpoint after the step at hand, and go on."""

    type: Literal["checkpoint"] = "checkpoint"


@dataclass(frozen=True, slots=True)
class Ping(_Strict):
    """Ask for a sign of life."""

    type: Literal["ping"] = "ping"


# Messages up.


@dataclass(frozen=True, slots=True)
class DeviceFacts(_Strict):
    """A device: its id as torch takes it, its name, its memory (None: it does not tell) and what it computes in."""

    id: str
    name: str
    memory_bytes: int | None
    precisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hello(_Strict):
    """The worker is ready: torch is loaded. `devices` are in the order in which `auto` prefers them."""

    devices: tuple[DeviceFacts, ...]
    versions: dict[str, str]
    pid: int
    type: Literal["hello"] = "hello"


@dataclass(frozen=True, slots=True)
class Pong(_Strict):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"


@dataclass(frozen=True, slots=True)
class StatusReported(_Strict):
    """The run in `run_folder` is in `status` after `step` updates; what it measured stands in the folder."""

    run_folder: str
    status: RunStatus
    step: int
    message: str = ""
    type: Literal["status"] = "status"

    def __str__(self) -> str:
        """Return the line a terminal shows."""
        return f"{self.status} after {self.step} steps" + (f": {self.message}" if self.message else "")


@dataclass(frozen=True, slots=True)
class Progress(_Strict):
    """How far the job is, at most 5 times a second; `total` is 0 and `seconds_left` None until they are known."""

    phase: JobPhase
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    text: str = ""
    type: Literal["progress"] = "progress"

    def __str__(self) -> str:
        """Return the line a terminal shows."""
        count = f" {self.done} of {self.total}" if self.total else ""
        left = "" if self.seconds_left is None else f", {self.seconds_left:.0f} s left"
        return f"{self.phase}{count}{left}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class Notice(_Strict):
    """One line that a person should see, such as that a run diverged."""

    text: str
    type: Literal["notice"] = "notice"

    def __str__(self) -> str:
        """Return the line a terminal shows."""
        return self.text


@dataclass(frozen=True, slots=True)
class JobDone(_Strict):
    """The job ended as it should; `document` is its JSON document (empty for a training, which has its folder)."""

    job: JobKind
    document: dict[str, Any]
    type: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class LineRefused(_Strict):
    """The worker was sent a line that it cannot do anything with; its job, if it has one, goes on."""

    message: str
    type: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class JobFailed(_Strict):
    """The job failed, or the worker before it had one: one line for people, and the details that can be copied.

    `bad_input` is true where the request is at fault, so that a command line ends with status 2 and not 1.
    """

    message: str
    details: str = ""
    bad_input: bool = False
    type: Literal["error"] = "error"


@dataclass(frozen=True, slots=True)
class WorkerDied(_Strict):
    """The worker's process ended before its job was done; `exit_code` is negative for a signal (-9: killed)."""

    message: str
    exit_code: int
    stderr_tail: str = ""
    type: Literal["died"] = "died"


Request = Train | Resume | Probe | Check | Build | MeasureLatency | Study
Command = PauseTraining | ContinueTraining | StopJob | WriteCheckpoint | Ping
Downward = Request | Command
Upward = Hello | Pong | StatusReported | Progress | Notice | LineRefused | JobDone | JobFailed | WorkerDied
Message = Downward | Upward


def encode(message: Message) -> bytes:
    """Return `message` as one line of JSON in ASCII, its line break included; nan and infinity become null."""
    return json.dumps(_json_safe(asdict(message)), allow_nan=False).encode("ascii") + b"\n"


def decode_downward(line: bytes) -> Downward:
    """Return the request or command in `line`; raises MessageError, never anything else."""
    message: Downward = _decoded(line, _downward())
    return message


def decode_upward(line: bytes) -> Upward:
    """Return what a worker says in `line`; raises MessageError, never anything else."""
    message: Upward = _decoded(line, _upward())
    return message


def _decoded(line: bytes, adapter: TypeAdapter[Any]) -> Any:
    from pydantic import ValidationError

    try:
        return adapter.validate_python(json.loads(line))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise MessageError(f"{_excerpt(line)} is no message: {place or 'line'}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise MessageError(f"{_excerpt(line)} is no message: {error or 'nested too deep'}") from None


def _excerpt(line: bytes) -> str:
    text = line[:80].decode("utf-8", errors="replace").strip()
    return repr(text + ("..." if len(line) > 80 else ""))


def _json_safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_safe(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(entry) for entry in value]
    return None if isinstance(value, float) and (value != value or abs(value) == float("inf")) else value


@cache
def _downward() -> TypeAdapter[Any]:
    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Downward, Field(discriminator="type")])


@cache
def _upward() -> TypeAdapter[Any]:
    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Upward, Field(discriminator="type")])
