"""Checks which data sets are known, what is said of an unknown one, and that the catalog needs no torch."""

import string
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
import torch

from resnet_core.configuration.data_catalog import (
    DataSetError,
    default_data_folder,
    find_data_set,
    known_data_sets,
)
from resnet_core.configuration.data_errors import DATA_MESSAGES
from resnet_core.training.datasets import load_data_set

ROOT = Path(__file__).parents[2]
UNKNOWN = "there is no data set of this name; take digits, cifar10, or the path of a folder of images"


def test_that_the_known_sets_are_listed_whether_or_not_their_files_are_there(tmp_path) -> None:
    digits, cifar10 = known_data_sets(16, tmp_path)
    assert digits == find_data_set("digits")
    assert (digits.channels, digits.height, digits.width) == (1, 16, 16)
    assert (digits.classes, digits.train_count, digits.test_count) == (10, 1437, 360)
    assert cifar10.name == "cifar10"
    assert cifar10.location == str(tmp_path / "cifar-10-batches-bin")
    assert all(len(facts.class_names) == facts.classes for facts in (digits, cifar10))


def test_that_the_size_asked_for_is_the_size_in_the_facts() -> None:
    facts = find_data_set("Digits", 32)
    assert (facts.name, facts.height, facts.width) == ("digits", 32, 32)


def test_that_facts_agree_with_what_is_loaded() -> None:
    for name in ("digits", "random"):
        facts = find_data_set(name)
        data = load_data_set(facts)
        assert data.train_images_NCHW.shape == (facts.train_count, facts.channels, facts.height, facts.width)
        assert data.test_images_NCHW.shape == (facts.test_count, facts.channels, facts.height, facts.width)
        assert data.class_names == facts.class_names


def test_that_the_data_folder_is_the_users_unless_the_variable_names_another(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("SKIPSCOPE_DATA", raising=False)
    assert default_data_folder() == Path(platformdirs.user_data_dir("skipscope")) / "data"
    monkeypatch.setenv("SKIPSCOPE_DATA", str(tmp_path))
    assert default_data_folder() == tmp_path
    assert known_data_sets()[1].location == str(tmp_path / "cifar-10-batches-bin")


def test_that_noise_takes_the_shape_a_network_needs_and_follows_from_its_seed() -> None:
    facts = find_data_set("random", 24)._replace(
        channels=2, height=12, classes=3, train_count=40, test_count=4
    )
    first, again, other = (load_data_set(facts, seed=seed) for seed in (5, 5, 6))
    assert first.train_images_NCHW.shape == (40, 2, 12, 24)
    assert set(first.train_labels.tolist()) == {0, 1, 2}
    assert torch.equal(first.train_images_NCHW, again.train_images_NCHW)
    assert not torch.equal(first.train_images_NCHW, other.train_images_NCHW)
    assert abs(first.train_images_NCHW.std() - 1) < 0.05
    assert torch.equal(first.background, torch.zeros(2))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digit", "digit: there is no data set of this name; did you mean digits?"),
        (
            "flowers",
            f"flowers: {UNKNOWN}",
        ),
        (
            " ",
            f"(no name): {UNKNOWN}",
        ),
        ("no/such", "no/such: there is no such folder; check the path, or take digits, cifar10"),
        (
            "~nobody-here/x",
            "~nobody-here/x: there is no such folder; check the path, or take digits, cifar10",
        ),
    ],
)
def test_that_an_unknown_name_says_what_would_work(name, message, tmp_path) -> None:
    with pytest.raises(DataSetError) as caught:
        find_data_set(name, data_folder=tmp_path)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_that_a_name_no_file_system_takes_is_refused_like_any_other(name, tmp_path) -> None:
    with pytest.raises(DataSetError):
        find_data_set(name, data_folder=tmp_path)


def test_that_a_size_below_one_is_refused() -> None:
    with pytest.raises(DataSetError, match="digits: cannot be shown at 0 px; take a size of at least 1"):
        find_data_set("digits", 0)


def test_that_a_set_too_large_for_memory_is_refused_before_anything_is_read(tmp_path) -> None:
    cifar10 = known_data_sets(512, tmp_path)[1]
    with pytest.raises(
        DataSetError, match=r"would take 175\.8 GiB of memory at 512 px, and at most 8 GiB are used"
    ):
        load_data_set(cifar10)


def test_that_the_error_keeps_its_parts_for_translation() -> None:
    error = DataSetError("photos", "one_class", {"name": "cat"})
    assert (error.place, error.message, dict(error.parameters)) == ("photos", "one_class", {"name": "cat"})
    assert (
        str(error) == "photos: holds only the class cat; a classifier needs two, each in a folder of its own"
    )


def test_that_every_message_says_what_is_wrong_and_how_to_mend_it() -> None:
    for text in DATA_MESSAGES.values():
        assert ";" in text or ":" in text
        assert all(field is None or field.isidentifier() for _, field, _, _ in string.Formatter().parse(text))


def test_that_the_catalog_lists_a_folder_without_torch_numpy_or_pillow(tmp_path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(2):
            (tmp_path / name / f"{index}.png").write_bytes(b"never opened")
    code = (
        "import sys; from resnet_core.configuration.data_catalog import find_data_set;"
        f"assert find_data_set({str(tmp_path)!r}).classes == 2; find_data_set('digits');"
        "print(*({'torch', 'numpy', 'PIL', 'torchvision'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""
