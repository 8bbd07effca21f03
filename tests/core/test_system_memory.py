"""Tests what the operating system is asked about main memory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from resnet_core.system_memory import available_memory_bytes, kibibyte_lines, physical_memory_bytes


def test_that_the_lines_of_proc_are_read_as_bytes(tmp_path: Path) -> None:
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:       24684104 kB\nHugePages_Total:       0\nMemAvailable:    2000 kB\n")
    assert kibibyte_lines(file) == {"MemTotal": 24684104 * 1024, "MemAvailable": 2000 * 1024}


@pytest.mark.skipif(sys.platform not in ("linux", "win32", "darwin"), reason="unknown what the system tells")
def test_that_no_more_is_available_than_there_is() -> None:
    available, physical = available_memory_bytes(), physical_memory_bytes()
    assert available is not None
    assert physical is not None
    assert 0 < available <= physical
