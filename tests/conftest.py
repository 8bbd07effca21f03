"""Gives every test a quiet screen, folders of its own and a check that it leaves nothing behind."""

from __future__ import annotations

import os

# Before Qt is loaded; a desktop's own setting must not make the tests open windows on it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Before torch is loaded, here and in the worker processes: the networks of the tests are small, and threads that wait
# for each other while another test's do the same take five times the processor's time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import settings

from tests.leak_detection import Origins, left_behind, recorded, recorded_starts, what_is_alive

# A slow machine is no failure; a failure must come back the next time, on every machine.
settings.register_profile("skipscope", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("skipscope")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what needs a GPU where there is none; torch is imported for such a test alone."""
    if item.get_closest_marker("gpu"):
        import torch

        if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
            pytest.skip("needs a CUDA or MPS device")


@pytest.fixture(scope="session", autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder for this session, so that no test reads or writes the developer's own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        patch.delenv("SKIPSCOPE_QUIT_AFTER_FIRST_PAINT", raising=False)
        yield home


@pytest.fixture(autouse=True)
def private_folders(
    private_home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A place of its own, not yet made, for the runs, data and settings of each test."""
    folder = private_home / f"test-{crc32(request.node.nodeid.encode()):08x}"
    for name in ("runs", "data", "settings"):
        monkeypatch.setenv(f"SKIPSCOPE_{name.upper()}", str(folder / name))
    return folder


@pytest.fixture(scope="session", autouse=True)
def origins(private_home: Path) -> Iterator[Origins]:
    """Who started what in this session; at its end nothing may be left of it."""
    origins = Origins()
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in recorded_starts():
            patch.setattr(owner, name, recorded(getattr(owner, name), origins))
        before = {thing.key for thing in what_is_alive(origins)}
        yield origins
        leftovers = left_behind(before, origins)
    if leftovers:
        pytest.fail("the session left behind:\n  " + "\n  ".join(leftovers), pytrace=False)


@pytest.fixture(autouse=True)
def nothing_left_behind(origins: Origins, private_folders: Path) -> Iterator[None]:
    """Fails a test that leaves a widget, a ticking timer, a thread or a process behind."""
    before = {thing.key for thing in what_is_alive(origins)}
    yield
    leftovers = left_behind(before, origins)
    if leftovers:
        pytest.fail("the test left behind:\n  " + "\n  ".join(leftovers), pytrace=False)
