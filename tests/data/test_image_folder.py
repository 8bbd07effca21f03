"""Checks image folders of real files: both layouts, split, decoding, and what is said of a bad folder."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_core.configuration.data_catalog import DataSetError, DataSetFacts, find_data_set
from resnet_core.configuration.image_folder import list_image_folder
from resnet_core.training.datasets import load_data_set
from resnet_core.training.image_files import read_image

COLOURS = {"blue": (10, 20, 250), "red": (240, 30, 20)}


def _write_class(folder: Path, colour: tuple[int, int, int], count: int) -> None:
    folder.mkdir(parents=True)
    for index in range(count):
        Image.new("RGB", (20, 14), colour).save(folder / f"{index:03}.png")


@pytest.fixture
def flat(tmp_path) -> Path:
    """A folder CLASS/IMAGE with 10 blue and 15 red images."""
    _write_class(tmp_path / "set" / "blue", COLOURS["blue"], 10)
    _write_class(tmp_path / "set" / "red", COLOURS["red"], 15)
    return tmp_path / "set"


@pytest.fixture
def divided(tmp_path) -> Path:
    """A folder train|test/CLASS/IMAGE with 3 and 2 images a class."""
    for name, colour in COLOURS.items():
        _write_class(tmp_path / "set" / "train" / name, colour, 3)
        _write_class(tmp_path / "set" / "test" / name, colour, 2)
    return tmp_path / "set"


def test_that_the_facts_of_a_folder_are_counted_and_find_it_again(divided) -> None:
    facts = find_data_set(str(divided), 24)
    assert facts == DataSetFacts(
        str(divided), "folder", "set", 3, 24, 24, 2, 6, 4, ("blue", "red"), str(divided)
    )
    assert find_data_set(facts.name, 24) == facts


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_that_other_names_of_the_test_folder_are_known(divided, name) -> None:
    (divided / "test").rename(divided / name)
    assert find_data_set(str(divided)).test_count == 4


def test_that_a_folder_without_split_is_divided_by_class_without_overlap_and_always_alike(flat) -> None:
    listing = list_image_folder(flat)
    assert [file.label for file in listing.train].count(0) == 8
    assert [file.label for file in listing.train].count(1) == 12
    assert [file.label for file in listing.test].count(0) == 2
    assert [file.label for file in listing.test].count(1) == 3
    paths = [file.path for file in (*listing.train, *listing.test)]
    assert len(set(paths)) == len(paths) == 25
    assert all(
        file.path.parent.name == listing.class_names[file.label] for file in (*listing.train, *listing.test)
    )
    assert list_image_folder(flat) == listing


def test_that_another_class_leaves_the_division_of_the_others_as_it_was(flat) -> None:
    before = {file.path for file in list_image_folder(flat).test}
    _write_class(flat / "green", (0, 255, 0), 10)
    after = {file.path for file in list_image_folder(flat).test if file.path.parent.name != "green"}
    assert after == before


def test_that_a_train_folder_alone_is_divided(divided) -> None:
    for path in (divided / "test").rglob("*.png"):
        path.unlink()
    for name in COLOURS:
        (divided / "test" / name).rmdir()
    (divided / "test").rmdir()
    facts = find_data_set(str(divided))
    assert (facts.train_count, facts.test_count) == (4, 2)


def test_that_hidden_files_and_files_of_other_kinds_are_passed_over(flat) -> None:
    (flat / ".hidden").mkdir()
    (flat / "__MACOSX").mkdir()
    (flat / "README.txt").write_text("about")
    (flat / "blue" / "Thumbs.db").write_bytes(b"x")
    (flat / "blue" / "._000.png").write_bytes(b"x")
    assert find_data_set(str(flat)).class_names == ("blue", "red")
    assert find_data_set(str(flat)).train_count == 20


def test_that_a_folder_is_found_below_the_data_folder_and_in_the_home_folder(flat, monkeypatch) -> None:
    assert find_data_set("set", data_folder=flat.parent).location == str(flat)
    monkeypatch.setenv("SKIPSCOPE_DATA", str(flat.parent))
    assert find_data_set("set").location == str(flat)
    monkeypatch.setenv("HOME", str(flat.parent))
    monkeypatch.setenv("USERPROFILE", str(flat.parent))
    assert find_data_set("~/set").location == str(flat)


def test_that_images_are_loaded_with_their_labels_and_standardised(divided) -> None:
    told: list[tuple[int, int]] = []
    data = load_data_set(find_data_set(str(divided), 8), progress=lambda *counts: told.append(counts))
    assert told == [(count, 10) for count in range(1, 11)]
    assert data.train_images_NCHW.shape == (6, 3, 8, 8)
    assert data.test_images_NCHW.shape == (4, 3, 8, 8)
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.test_labels.tolist() == [0, 0, 1, 1]
    for channel in range(3):
        values = [COLOURS[name][channel] / 255 for name in ("blue", "red")]
        assert data.mean[channel] == pytest.approx(sum(values) / 2)
        assert data.std[channel] == pytest.approx(abs(values[0] - values[1]) / 2)
    assert torch.allclose(data.test_images_NCHW[0, 2], torch.ones(8, 8))
    assert torch.allclose(
        data.background, torch.tensor([-m / s for m, s in zip(data.mean, data.std, strict=True)])
    )


def test_that_a_channel_without_variation_becomes_zero(tmp_path) -> None:
    for name in ("a", "b"):
        _write_class(tmp_path / "set" / name, (7, 7, 7), 3)
    data = load_data_set(find_data_set(str(tmp_path / "set"), 8))
    assert torch.allclose(data.train_images_NCHW, torch.zeros(4, 3, 8, 8), atol=1e-6)


def test_that_an_image_keeps_its_proportions_and_is_cut_at_the_centre(tmp_path) -> None:
    pixels = np.zeros((8, 24, 3), np.uint8)
    pixels[:, 8:16] = 255
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    assert torch.equal(read_image(tmp_path / "wide.png", 8, 8), torch.full((3, 8, 8), 255, dtype=torch.uint8))


def test_that_every_mode_becomes_rgb(tmp_path) -> None:
    Image.new("L", (4, 4), 90).save(tmp_path / "grey.png")
    assert read_image(tmp_path / "grey.png", 2, 2).unique().tolist() == [90]
    Image.fromarray(np.full((4, 4), 0x5A00, np.uint16)).save(tmp_path / "grey16.png")
    assert read_image(tmp_path / "grey16.png", 2, 2).unique().tolist() == [90]
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png", 2, 2).unique().tolist() == [0]
    palette = Image.new("RGB", (4, 4), (255, 0, 0)).quantize(4)
    palette.save(tmp_path / "palette.png", transparency=b"\xff\xff\xff\xff")
    assert read_image(tmp_path / "palette.png", 2, 2)[:, 0, 0].tolist() == [255, 0, 0]


def test_that_a_photograph_taken_sideways_is_turned_upright(tmp_path) -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, :8] = (
        255  # left half bright; orientation 6 is turned a quarter clockwise, so the top becomes bright
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "photo.png", exif=exif)
    image = read_image(tmp_path / "photo.png", 16, 16)
    assert image[:, 0].min() == 255
    assert image[:, 15].max() == 0


@pytest.mark.parametrize("content", [b"", b"no image at all", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_that_a_broken_image_is_named(divided, content) -> None:
    broken = divided / "train" / "red" / "001.png"
    broken.write_bytes(content)
    with pytest.raises(DataSetError) as caught:
        load_data_set(find_data_set(str(divided), 8))
    assert str(caught.value).startswith(f"{broken}: is not an image that can be decoded (")
    assert str(caught.value).endswith("); replace or remove it")


def test_that_a_truncated_image_is_named(divided) -> None:
    path = divided / "train" / "red" / "001.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DataSetError, match=r"001\.png: is not an image that can be decoded \(.*truncated"):
        load_data_set(find_data_set(str(divided), 8))


def test_that_a_folder_that_changed_since_it_was_counted_is_refused(divided) -> None:
    facts = find_data_set(str(divided), 8)
    (divided / "train" / "red" / "001.png").unlink()
    with pytest.raises(
        DataSetError, match="has other images now than when it was listed; choose the data set again"
    ):
        load_data_set(facts)


def _refusal(folder: Path) -> str:
    with pytest.raises(DataSetError) as caught:
        find_data_set(str(folder))
    return str(caught.value)


def test_that_a_missing_folder_is_refused(tmp_path) -> None:
    missing = tmp_path / "gone"
    assert _refusal(missing) == f"{missing}: there is no such folder; check the path, or take digits, cifar10"


def test_that_a_file_is_refused(tmp_path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"x")
    assert _refusal(path).startswith(
        f"{path}: is a file, not a folder; give the folder that holds train/CLASS"
    )


def test_that_a_folder_without_classes_is_refused(tmp_path) -> None:
    assert "holds no folders of classes; lay the images out as CLASS/IMAGE.png" in _refusal(tmp_path)


def test_that_a_single_class_is_refused(flat) -> None:
    for path in (flat / "red").iterdir():
        path.unlink()
    (flat / "red").rmdir()
    assert "holds only the class blue; a classifier needs two" in _refusal(flat)


def test_that_an_empty_class_is_refused_in_either_part(divided) -> None:
    (divided / "train" / "green").mkdir()
    (divided / "test" / "green").mkdir()
    assert _refusal(divided).startswith(f"{divided / 'train' / 'green'}: holds no image (.png, .jpg")
    _write_class(divided / "train" / "green2", (0, 255, 0), 1)
    (divided / "train" / "green2" / "000.png").rename(divided / "train" / "green" / "000.png")
    (divided / "train" / "green2").rmdir()
    assert _refusal(divided).startswith(f"{divided / 'test' / 'green'}: holds no image")


def test_that_an_empty_class_is_refused_where_the_folder_is_to_be_divided(flat) -> None:
    (flat / "green").mkdir()
    assert _refusal(flat).startswith(f"{flat / 'green'}: holds no image")


def test_that_a_class_of_one_image_cannot_be_divided(flat) -> None:
    _write_class(flat / "green", (0, 255, 0), 1)
    assert _refusal(flat).startswith(f"{flat / 'green'}: holds one image, which cannot be divided")


def test_that_a_test_folder_without_training_folder_is_refused(divided) -> None:
    (divided / "train").rename(divided / "training")
    assert _refusal(divided) == f"{divided}: has a folder test but no train; add train/CLASS/IMAGE.png"


def test_that_both_parts_must_have_the_same_classes(divided) -> None:
    _write_class(divided / "test" / "green", (0, 255, 0), 1)
    text = _refusal(divided)
    assert text.startswith(f"{divided / 'test' / 'green'}: is not among the classes of the training folder")
    assert f"add {divided / 'train' / 'green'}" in text
    (divided / "test" / "green").rename(divided / "train" / "green")
    assert _refusal(divided).startswith(
        f"{divided / 'test' / 'green'}: is missing; every class of the training folder"
    )
