"""Checks that a living writer is told from a dead one, here and on another host."""

from __future__ import annotations

import subprocess
import sys
import time

from resnet_core.runs.writer_process import (
    HEARTBEAT_STALE_S,
    current_writer,
    process_start_token,
    writer_is_alive,
)


def test_that_this_process_is_alive_however_old_its_heartbeat() -> None:
    assert writer_is_alive(current_writer())
    assert writer_is_alive(current_writer()._replace(heartbeat_at=0.0))


def test_that_a_process_that_ended_is_dead_however_fresh_its_heartbeat() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    writer = current_writer()._replace(pid=process.pid, start_token=process_start_token(process.pid) or "")
    assert writer_is_alive(writer)
    process.communicate(b"\n")
    assert not writer_is_alive(writer._replace(heartbeat_at=time.time()))


def test_that_a_reused_process_id_is_another_process() -> None:
    assert not writer_is_alive(current_writer()._replace(start_token="an earlier one", heartbeat_at=0.0))


def test_that_a_writer_on_another_host_is_judged_by_its_heartbeat() -> None:
    far = current_writer()._replace(host="another-host", pid=1)
    assert writer_is_alive(far)
    assert not writer_is_alive(far._replace(heartbeat_at=time.time() - HEARTBEAT_STALE_S - 1))
