"""Checks the reading of CIFAR-10's binary release from files of its exact format, and of bad ones."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_core.configuration.data_catalog import (
    CIFAR10_FILE_BYTES,
    CIFAR10_TEST_FILE,
    CIFAR10_TRAIN_FILES,
    DataSetError,
    find_data_set,
)
from resnet_core.training.cifar_files import read_records
from resnet_core.training.datasets import load_data_set

FILES = (*CIFAR10_TRAIN_FILES, CIFAR10_TEST_FILE)


def _folder_of_empty_records(root: Path) -> Path:
    """Write all six files at their full size, sparse, with every label and pixel 0."""
    folder = root / "cifar-10-batches-bin"
    folder.mkdir(parents=True)
    for name in FILES:
        with (folder / name).open("wb") as file:
            file.truncate(CIFAR10_FILE_BYTES)
    return folder


def test_that_a_record_is_a_label_and_three_planes_row_by_row(tmp_path) -> None:
    red, green, blue = (np.zeros((32, 32), np.uint8) for _ in range(3))
    red[0, 1], green[2, 0], blue[31, 31] = 11, 22, 33
    record = bytes([7]) + red.tobytes() + green.tobytes() + blue.tobytes()
    assert len(record) == 3073
    path = tmp_path / "two.bin"
    path.write_bytes(record + bytes([9]) + bytes(range(256)) * 12)
    images, labels = read_records(path, 2)
    assert labels.tolist() == [7, 9]
    assert images.shape == (2, 3, 32, 32)
    assert images.dtype == torch.uint8
    assert images[0].nonzero().tolist() == [[0, 0, 1], [1, 2, 0], [2, 31, 31]]
    assert [int(images[0, 0, 0, 1]), int(images[0, 1, 2, 0]), int(images[0, 2, 31, 31])] == [11, 22, 33]
    assert images[1, 0, 1, :3].tolist() == [32, 33, 34]


def test_that_a_label_beyond_9_is_refused_with_its_record(tmp_path) -> None:
    path = tmp_path / "bad.bin"
    path.write_bytes(bytes(3073) + bytes([10]) + bytes(3072))
    with pytest.raises(
        DataSetError, match=r"bad\.bin: record 1 has the label 10, but CIFAR-10 has 0 to 9; download "
    ):
        read_records(path, 2)


def test_that_a_file_of_another_size_is_refused_by_the_reader(tmp_path) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(bytes(3072))
    with pytest.raises(DataSetError, match=r"short\.bin: has 3,072 bytes where CIFAR-10 has 3,073"):
        read_records(path, 1)
    with pytest.raises(DataSetError, match=r"gone\.bin: cannot be read \(No such file"):
        read_records(tmp_path / "gone.bin", 1)


def test_that_the_facts_stand_once_all_files_are_there(tmp_path) -> None:
    folder = _folder_of_empty_records(tmp_path)
    facts = find_data_set("CIFAR10", 32, tmp_path)
    assert facts == find_data_set("cifar-10", 32, tmp_path)
    assert (facts.name, facts.channels, facts.height, facts.width) == ("cifar10", 3, 32, 32)
    assert (facts.classes, facts.train_count, facts.test_count) == (10, 50_000, 10_000)
    assert facts.class_names[0] == "airplane"
    assert facts.class_names[9] == "truck"
    assert facts.location == str(folder)


def test_that_a_missing_file_is_named_with_where_it_belongs_and_where_one_gets_it(tmp_path) -> None:
    with pytest.raises(DataSetError) as caught:
        find_data_set("cifar10", data_folder=tmp_path / "nowhere")
    text = str(caught.value)
    assert text.startswith(str(tmp_path / "nowhere" / "cifar-10-batches-bin" / "data_batch_1.bin") + ": ")
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz" in text
    assert f"unpack it in {tmp_path / 'nowhere'} " in text
    assert "SKIPSCOPE_DATA" in text
    assert caught.value.message == "cifar_missing"


def test_that_each_of_the_six_files_is_looked_for(tmp_path) -> None:
    folder = _folder_of_empty_records(tmp_path)
    for name in FILES:
        (folder / name).rename(folder / "aside")
        with pytest.raises(DataSetError, match=name):
            find_data_set("cifar10", data_folder=tmp_path)
        (folder / "aside").rename(folder / name)


def test_that_the_pickled_version_is_refused_by_name(tmp_path) -> None:
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(
        DataSetError, match=r"cifar-10-batches-py is the Python version, a pickle, .* is not read"
    ):
        find_data_set("cifar10", data_folder=tmp_path)


def test_that_an_incomplete_download_is_seen_before_it_is_read(tmp_path) -> None:
    folder = _folder_of_empty_records(tmp_path)
    with (folder / "data_batch_3.bin").open("wb") as file:
        file.truncate(1000)
    with pytest.raises(
        DataSetError, match=r"data_batch_3\.bin: has 1,000 bytes where CIFAR-10 has 30,730,000"
    ):
        find_data_set("cifar10", data_folder=tmp_path)


@pytest.mark.slow
def test_that_the_whole_set_is_read_in_order_and_standardised_a_channel(tmp_path) -> None:
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    source = np.random.default_rng(0)
    written = []
    for name in FILES:
        records = source.integers(0, 256, (10_000, 3073), dtype=np.uint8)
        records[:, 0] %= 10
        records[:, 1:1025] //= 2  # the red plane is darker, so that the channels' statistics differ
        (folder / name).write_bytes(records.tobytes())
        written.append(records)
    told: list[tuple[int, int]] = []
    data = load_data_set(
        find_data_set("cifar10", 32, tmp_path), progress=lambda done, total: told.append((done, total))
    )
    assert told == [(count, 60_000) for count in range(10_000, 60_001, 10_000)]
    train = np.concatenate(written[:5])
    assert data.train_labels.tolist() == train[:, 0].tolist()
    assert data.test_labels.tolist() == written[5][:, 0].tolist()
    planes = train[:, 1:].reshape(-1, 3, 1024)
    for channel in range(3):
        assert data.mean[channel] == pytest.approx(planes[:, channel].mean() / 255, abs=1e-6)
        assert data.std[channel] == pytest.approx(planes[:, channel].std() / 255, abs=1e-6)
    pixels = torch.from_numpy(written[5][17, 1:].reshape(3, 32, 32)) / 255
    expected = (pixels - torch.tensor(data.mean)[:, None, None]) / torch.tensor(data.std)[:, None, None]
    assert torch.allclose(data.test_images_NCHW[17], expected, atol=1e-5)

    small = load_data_set(find_data_set("cifar10", 16, tmp_path))
    assert small.train_images_NCHW.shape == (50_000, 3, 16, 16)
    assert small.train_images_NCHW.mean().abs() < 1e-4
