"""Tells which data sets there are, with the facts an architecture is fitted to, without opening an image."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Literal, NamedTuple

from resnet_core import folders
from resnet_core.configuration.data_errors import DataSetError
from resnet_core.configuration.image_folder import ImageFolderListing, list_image_folder
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

__all__ = [
    "CIFAR10_FILE_BYTES",
    "CIFAR10_TEST_FILE",
    "CIFAR10_TRAIN_FILES",
    "DATA_FOLDER_VARIABLE",
    "DataSetError",
    "DataSetFacts",
    "default_data_folder",
    "find_data_set",
    "image_folder_listing",
    "known_data_sets",
]

DataSetKind = Literal["digits", "cifar10", "random", "folder"]

DATA_FOLDER_VARIABLE = "SKIPSCOPE_DATA"
DEFAULT_SIZE_PX = 16

# The binary release of CIFAR-10, as described at https://www.cs.toronto.edu/~kriz/cifar.html.
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
CIFAR10_FOLDER = "cifar-10-batches-bin"
CIFAR10_PYTHON_FOLDER = "cifar-10-batches-py"
CIFAR10_TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
CIFAR10_TEST_FILE = "test_batch.bin"
CIFAR10_RECORDS_PER_FILE = 10_000
CIFAR10_RECORD_BYTES = 1 + 3 * 32 * 32  # the label, then the red, green and blue planes, each row by row
CIFAR10_FILE_BYTES = CIFAR10_RECORDS_PER_FILE * CIFAR10_RECORD_BYTES
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class DataSetFacts(NamedTuple):
    """What is known of a data set before its images are read.

    `name` finds the same data set again (find_data_set). `height` and `width` are those the images are
    shown at, in pixels. `location` is the folder that is read; it is empty where the images are embedded
    or drawn.
    """

    name: str
    kind: DataSetKind
    label: str
    channels: int
    height: int
    width: int
    classes: int
    train_count: int
    test_count: int
    class_names: tuple[str, ...]
    location: str


def known_data_sets(
    size: int = DEFAULT_SIZE_PX, data_folder: str | Path | None = None
) -> tuple[DataSetFacts, ...]:
    """Return the data sets that can be trained on by name; whether their files are there is not looked at."""
    return (_digits(size), _cifar10(size, _data_folder(data_folder)))


def find_data_set(
    name: str, size: int = DEFAULT_SIZE_PX, data_folder: str | Path | None = None
) -> DataSetFacts:
    """Return the facts of `digits`, `cifar10`, `random` (noise, for a probe) or of the image folder `name`.

    `size` is the side, in pixels, that the images will be shown at. `data_folder` holds CIFAR-10, and is
    searched for an image folder that is not found from the working directory; None takes
    default_data_folder(). A folder called like a data set is reached as `./digits`.

    Raises DataSetError where the name is unknown, or files are missing, incomplete or laid out in another
    way.
    """
    if size < 1:
        raise DataSetError(name, "size", {"size": size})
    folder = _data_folder(data_folder)
    match name.strip().lower():
        case "digits":
            return _digits(size)
        case "cifar10" | "cifar-10":
            facts = _cifar10(size, folder)
            _check_cifar10(Path(facts.location))
            return facts
        case "random":
            return _random(size)
    return _image_folder(_existing_folder(name.strip(), folder), size)


def default_data_folder() -> Path:
    """Return where data sets are looked for: SKIPSCOPE_DATA if set, else `data` in the user's data folder."""
    return folders.data_folder()


def image_folder_listing(facts: DataSetFacts) -> ImageFolderListing:
    """Return the files of an image folder, which must be those that `facts` were counted from.

    Raises DataSetError where the folder has changed since.
    """
    listing = list_image_folder(Path(facts.location))
    if listing.class_names != facts.class_names or _counts(listing) != (facts.train_count, facts.test_count):
        raise DataSetError(facts.location, "changed")
    return listing


def _data_folder(given: str | Path | None) -> Path:
    return Path(given).expanduser() if given is not None else default_data_folder()


def _digits(size: int) -> DataSetFacts:
    label = N_("DataSet", "Handwritten digits (UCI, embedded)")
    names = tuple(str(digit) for digit in range(10))
    return DataSetFacts("digits", "digits", label, 1, size, size, 10, 1437, 360, names, "")


def _cifar10(size: int, data_folder: Path) -> DataSetFacts:
    label = N_("DataSet", "CIFAR-10")
    location = str(data_folder / CIFAR10_FOLDER)
    test = CIFAR10_RECORDS_PER_FILE
    train = test * len(CIFAR10_TRAIN_FILES)
    return DataSetFacts(
        "cifar10", "cifar10", label, 3, size, size, 10, train, test, CIFAR10_CLASSES, location
    )


def _random(size: int) -> DataSetFacts:
    """Return facts of noise; a caller puts in the channels, size, classes and counts its network takes."""
    label = N_("DataSet", "Random noise")
    names = tuple(str(number) for number in range(10))
    return DataSetFacts("random", "random", label, 3, size, size, 10, 256, 64, names, "")


def _check_cifar10(location: Path) -> None:
    for file in (*CIFAR10_TRAIN_FILES, CIFAR10_TEST_FILE):
        path = location / file
        parameters: dict[str, str | int | float] = {"url": CIFAR10_URL, "folder": str(location.parent)}
        if not path.is_file():
            python_version = location.with_name(CIFAR10_PYTHON_FOLDER)
            if python_version.is_dir():
                raise DataSetError(str(path), "cifar_python", parameters | {"found": str(python_version)})
            raise DataSetError(str(path), "cifar_missing", parameters | {"variable": DATA_FOLDER_VARIABLE})
        found_bytes = path.stat().st_size
        if found_bytes != CIFAR10_FILE_BYTES:
            sizes = {"bytes": f"{found_bytes:,}", "expected": f"{CIFAR10_FILE_BYTES:,}"}
            raise DataSetError(str(path), "cifar_size", parameters | sizes)


def _existing_folder(name: str, data_folder: Path) -> Path:
    known = [facts.name for facts in known_data_sets()]
    if not name:
        raise DataSetError("(no name)", "unknown", {"known": ", ".join(known)})
    for candidate in (Path(os.path.expanduser(name)), data_folder / name):
        try:
            if candidate.is_dir():
                return candidate.resolve()
            if candidate.is_file():
                raise DataSetError(str(candidate), "not_a_folder")
        except OSError as error:  # no permission on the way there, or a name no file system takes
            raise DataSetError(name, "unreadable", {"reason": error.strerror or str(error)}) from None
    if any(mark in name for mark in ("/", "\\", "~", ".")):
        raise DataSetError(name, "missing_folder", {"known": ", ".join(known)})
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        raise DataSetError(name, "unknown_near", {"near": near[0]})
    raise DataSetError(name, "unknown", {"known": ", ".join(known)})


def _image_folder(folder: Path, size: int) -> DataSetFacts:
    listing = list_image_folder(folder)
    name, (train, test), classes = str(folder), _counts(listing), listing.class_names
    return DataSetFacts(
        name, "folder", folder.name, 3, size, size, len(classes), train, test, classes, location=name
    )


def _counts(listing: ImageFolderListing) -> tuple[int, int]:
    return len(listing.train), len(listing.test)
