"""Checks the embedded digits against what is published of them, and the split that is kept beside them."""

import csv
import gzip
import hashlib
import runpy
from collections import Counter

import pytest
import torch
import torch.nn.functional as F

from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.training.datasets import load_data_set
from resources import resource_bytes, resource_path, resource_text

# The test half, as UCI's optdigits.names counts it.
PUBLISHED_COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.fixture(scope="module")
def rows() -> list[list[int]]:
    lines = gzip.decompress(resource_bytes("digits", "digits.csv.gz")).decode("ascii").splitlines()
    return [[int(value) for value in line.split(",")] for line in lines[1:]]


@pytest.fixture(scope="module")
def parts() -> list[str]:
    table = list(csv.DictReader(resource_text("digits", "split.csv").splitlines()))
    assert [int(row["row"]) for row in table] == list(range(len(table)))
    return [row["part"] for row in table]


def test_that_the_digits_are_the_published_ones(rows) -> None:
    assert len(rows) == 1797
    assert {len(row) for row in rows} == {65}
    assert {value for row in rows for value in row[:64]} == set(range(17))
    counts = Counter(row[64] for row in rows)
    assert [counts[digit] for digit in range(10)] == PUBLISHED_COUNTS
    # The first line of optdigits.tes, a zero.
    first = "0,0,5,13,9,1,0,0,0,0,13,15,10,15,5,0,0,3,15,2,0,11,8,0,0,4,12,0,0,8,8,0"
    assert ",".join(map(str, rows[0][:32])) == first
    assert rows[0][64] == 0


def test_that_the_content_has_not_changed_since_it_was_prepared() -> None:
    content = gzip.decompress(resource_bytes("digits", "digits.csv.gz"))
    assert (
        hashlib.sha256(content).hexdigest()
        == "592cc047d0a1cc7fdef9fd724514209dcb45a80aa147dc3ab375e3e1a9a380f4"
    )
    split = hashlib.sha256(resource_bytes("digits", "split.csv")).hexdigest()
    assert split == "befdd179624e9250ca2c15870235a7a2de9d7230254842a9d85a114bf54358a4"


def test_that_the_archive_carries_neither_a_time_nor_a_name() -> None:
    header = resource_bytes("digits", "digits.csv.gz")[:10]
    flags, time = header[3], header[4:8]
    assert flags == 0
    assert time == b"\0\0\0\0"


def test_that_the_split_has_1437_and_360_rows_and_each_class_its_share(rows, parts) -> None:
    assert Counter(parts) == {"train": 1437, "test": 360}
    test_counts = Counter(row[64] for row, part in zip(rows, parts, strict=True) if part == "test")
    for digit, count in enumerate(PUBLISHED_COUNTS):
        assert abs(test_counts[digit] - count * 360 / 1797) < 1
    assert sum(test_counts.values()) / len(test_counts) == 36


def test_that_preparing_gives_the_same_split(rows, parts) -> None:
    prepare = runpy.run_path(str(resource_path("digits", "prepare.py")))
    chosen = prepare["test_rows"]([row[64] for row in rows])
    assert chosen == {row for row, part in enumerate(parts) if part == "test"}


def test_that_preparing_refuses_other_data(tmp_path) -> None:
    prepare = runpy.run_path(str(resource_path("digits", "prepare.py")))
    source = tmp_path / "digits.csv.gz"
    for line, complaint in [("1,2,3", "65 whole numbers"), (",".join(["17"] * 64 + ["1"]), r"0\.\.16")]:
        source.write_bytes(gzip.compress(line.encode()))
        with pytest.raises(SystemExit, match=complaint):
            prepare["rows_of"](source)
    source.write_bytes(gzip.compress(",".join(["0"] * 65).encode()))
    with pytest.raises(SystemExit, match="the classes have"):
        prepare["rows_of"](source)


def test_that_source_and_licence_lie_beside_the_data() -> None:
    text = resource_text("digits", "SOURCE.md")
    for fact in ("E. Alpaydin", "C. Kaynak", "10.24432/C50P49", "CC BY 4.0", "What was changed"):
        assert fact in text


@pytest.mark.parametrize("size", [8, 16, 32])
def test_that_the_loaded_digits_have_shape_type_and_training_statistics(size) -> None:
    data = load_data_set(find_data_set("digits", size))
    assert data.train_images_NCHW.shape == (1437, 1, size, size)
    assert data.test_images_NCHW.shape == (360, 1, size, size)
    assert data.train_images_NCHW.dtype == torch.float32
    assert data.train_labels.dtype == torch.int64
    assert data.train_labels.shape == (1437,)
    assert data.test_labels.shape == (360,)
    assert data.class_names == tuple("0123456789")
    assert data.train_images_NCHW.double().mean().abs() < 1e-6
    assert abs(data.train_images_NCHW.double().std(correction=0) - 1) < 1e-6
    # The test part is standardised by the training part's numbers: near 0 and 1, and not exactly there.
    assert 1e-6 < data.test_images_NCHW.double().mean().abs() < 0.05


def test_that_every_digit_is_in_exactly_one_part_with_its_own_label(rows) -> None:
    data = load_data_set(find_data_set("digits", 8))
    found: Counter[tuple[int, ...]] = Counter()
    for images, labels in [
        (data.train_images_NCHW, data.train_labels),
        (data.test_images_NCHW, data.test_labels),
    ]:
        ink = ((images * data.std[0] + data.mean[0]) * 16).round().int().reshape(-1, 64)
        pairs = zip(ink.tolist(), labels.tolist(), strict=True)
        found.update((*pixels, label) for pixels, label in pairs)
    assert found == Counter(tuple(row) for row in rows)
    assert set(found.values()) == {1}


def test_that_digits_are_scaled_bilinearly_and_their_background_is_no_ink(rows, parts) -> None:
    data = load_data_set(find_data_set("digits", 16))
    row = next(index for index, part in enumerate(parts) if part == "train")
    ink = torch.tensor(rows[row][:64]).reshape(1, 1, 8, 8) / 16
    expected = F.interpolate(ink, (16, 16), mode="bilinear", align_corners=False)[0]
    assert torch.allclose(data.train_images_NCHW[0] * data.std[0] + data.mean[0], expected, atol=1e-6)
    assert torch.allclose(data.background, torch.tensor([-data.mean[0] / data.std[0]]))
    assert torch.equal(data.train_images_NCHW.min(), data.background[0])


def test_that_a_size_given_to_the_loader_wins() -> None:
    facts = find_data_set("digits", 16)
    assert load_data_set(facts, 32).train_images_NCHW.shape[2:] == (32, 32)


def test_that_loading_twice_gives_the_same_bits() -> None:
    facts = find_data_set("digits")
    first, second = load_data_set(facts), load_data_set(facts)
    assert torch.equal(first.train_images_NCHW, second.train_images_NCHW)
    assert torch.equal(first.test_images_NCHW, second.test_images_NCHW)
