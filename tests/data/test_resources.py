"""Checks that resources are found by name, from everywhere, and that a missing one is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from resources import ResourceError, resource_bytes, resource_names, resource_path, resource_text

ROOT = Path(__file__).parents[2]


def test_that_a_resource_is_read_as_bytes_text_and_path_alike() -> None:
    content = resource_bytes("digits", "split.csv")
    assert content.startswith(b"row,part\n")
    assert resource_text("digits", "split.csv").encode() == content
    assert resource_path("digits", "split.csv").read_bytes() == content


def test_that_a_folder_of_resources_is_listed_in_order_without_hidden_files() -> None:
    names = resource_names("digits")
    assert list(names) == sorted(names)
    assert {"SOURCE.md", "digits.csv.gz", "split.csv"} <= set(names)
    assert "__pycache__" not in names


@pytest.mark.parametrize("read", [resource_bytes, resource_text, resource_path, resource_names])
def test_that_a_missing_resource_is_named_with_its_mend(read) -> None:
    with pytest.raises(
        ResourceError, match=r"resource icons/no-such\.svg is missing in .*; install Skipscope again"
    ):
        read("icons", "no-such.svg")


def test_that_a_folder_is_no_file_and_a_file_no_folder() -> None:
    with pytest.raises(ResourceError, match="resource digits is not a file"):
        resource_bytes("digits")
    with pytest.raises(ResourceError, match=r"resource digits/split\.csv is not a folder"):
        resource_names("digits", "split.csv")


@pytest.mark.parametrize(
    "parts", [("..", "pyproject.toml"), ("digits/split.csv",), ("digits", ""), ("C:\\x",)]
)
def test_that_a_name_cannot_lead_out_of_the_resources(parts) -> None:
    with pytest.raises(ResourceError, match="plain names"):
        resource_bytes(*parts)


def test_that_resources_are_found_from_another_working_directory(tmp_path) -> None:
    code = "from resources import resource_bytes; print(len(resource_bytes('digits', 'split.csv')))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert int(result.stdout) == len(resource_bytes("digits", "split.csv"))
