"""Turns a folder of images, one folder a class, into the list of its training and test files."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

from resnet_core.configuration.data_errors import DataSetError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
TEST_FOLDERS = ("test", "val", "valid", "validation")
TEST_SHARE = 0.2
SPLIT_SEED = 0


class LabelledFile(NamedTuple):
    """One image file and the number of its class."""

    path: Path
    label: int


class ImageFolderListing(NamedTuple):
    """The files of an image folder, by class and name; a label is a place in `class_names`."""

    class_names: tuple[str, ...]
    train: tuple[LabelledFile, ...]
    test: tuple[LabelledFile, ...]


def list_image_folder(folder: Path) -> ImageFolderListing:
    """Return the images of `folder`, found by suffix and not opened.

    Two layouts are known. `train/CLASS/*` with `test/CLASS/*` (or val, valid, validation; the first that
    exists) is taken as it stands. Without a test folder, `train/CLASS/*` or `CLASS/*` is divided: a fifth
    of each class, at least one image, goes to the test; the same files always give the same division.

    Raises DataSetError with the offending folder.
    """
    try:
        return _listed(folder)
    except OSError as error:
        place = str(error.filename or folder)
        raise DataSetError(place, "unreadable", {"reason": error.strerror or str(error)}) from None


def _listed(folder: Path) -> ImageFolderListing:
    test_root = next((folder / name for name in TEST_FOLDERS if (folder / name).is_dir()), None)
    train_root = folder / "train"
    if not train_root.is_dir():
        if test_root is not None and not _images_in(test_root) and _class_folders(test_root):
            raise DataSetError(str(folder), "no_train", {"found": test_root.name})
        train_root, test_root = folder, None
    classes = _classes_of(train_root)
    if test_root is None:
        return _divided(classes)
    _check_same_classes(classes, test_root)
    return ImageFolderListing(
        tuple(path.name for path in classes),
        tuple(file for label, path in enumerate(classes) for file in _labelled(path, label)),
        tuple(file for label, path in enumerate(classes) for file in _labelled(test_root / path.name, label)),
    )


def _classes_of(root: Path) -> list[Path]:
    classes = _class_folders(root)
    if not classes:
        raise DataSetError(str(root), "no_classes")
    if len(classes) == 1:
        raise DataSetError(str(root), "one_class", {"name": classes[0].name})
    return classes


def _check_same_classes(classes: list[Path], test_root: Path) -> None:
    names = {path.name for path in classes}
    for path in _class_folders(test_root):
        if path.name not in names:
            raise DataSetError(str(path), "extra_class", {"expected": str(classes[0].parent / path.name)})
    for name in sorted(names):
        if not (test_root / name).is_dir():
            raise DataSetError(str(test_root / name), "absent_class")


def _divided(classes: list[Path]) -> ImageFolderListing:
    train: list[LabelledFile] = []
    test: list[LabelledFile] = []
    for label, path in enumerate(classes):
        files = _labelled(path, label)
        if len(files) < 2:
            raise DataSetError(str(path), "unsplittable_class")
        # A seed a class: a class that is added or removed leaves the division of the others as it was.
        source = random.Random(f"{SPLIT_SEED}:{path.name}")
        draws = {file: source.random() for file in files}
        chosen = set(sorted(files, key=draws.__getitem__)[: max(1, round(len(files) * TEST_SHARE))])
        test += [file for file in files if file in chosen]
        train += [file for file in files if file not in chosen]
    return ImageFolderListing(tuple(path.name for path in classes), tuple(train), tuple(test))


def _labelled(class_folder: Path, label: int) -> list[LabelledFile]:
    images = _images_in(class_folder)
    if not images:
        raise DataSetError(str(class_folder), "empty_class", {"suffixes": ", ".join(IMAGE_SUFFIXES)})
    return [LabelledFile(path, label) for path in images]


def _class_folders(root: Path) -> list[Path]:
    return [path for path in _entries(root) if path.is_dir() and not path.name.startswith("__")]


def _images_in(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]


def _entries(folder: Path) -> list[Path]:
    """Return what lies in `folder`, hidden files left out, in an order that no file system decides."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
