"""Turns an exception into the one line that a person is told, and says whose fault it is."""

from __future__ import annotations

from resnet_core.configuration.config_file import ConfigFileError
from resnet_core.configuration.data_errors import DataSetError
from resnet_core.configuration.presets import UnknownPresetError
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.runs.run_records import RunFolderError

BAD_INPUT = (ConfigFileError, ConfigurationError, DataSetError, RunFolderError, UnknownPresetError)
"""What the request itself can be blamed for; their texts say what, where and how to mend it."""


def is_bad_input(error: BaseException) -> bool:
    """Return whether the request is at fault, and not the program or the machine."""
    return isinstance(error, BAD_INPUT)


def one_line(error: BaseException) -> str:
    """Return what is wrong in one line: the text of an error that is ours, else its type before its first line."""
    text = " ".join(str(error).split())
    if is_bad_input(error):
        return text
    if "out of memory" in text or isinstance(error, MemoryError):
        return f"the device's memory is full; take a smaller batch or a smaller network ({text[:160]})"
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
