"""Names what can be wrong with a data set: a message id with parameters and a place, as one exception."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

#: What a DataSetError may say: what is wrong, then how to mend it. The window translates it, then fills it.
DATA_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "unknown": N_(
            "DataSet", "there is no data set of this name; take {known}, or the path of a folder of images"
        ),
        "unknown_near": N_("DataSet", "there is no data set of this name; did you mean {near}?"),
        "missing_folder": N_("DataSet", "there is no such folder; check the path, or take {known}"),
        "not_a_folder": N_(
            "DataSet", "is a file, not a folder; give the folder that holds train/CLASS/IMAGE or CLASS/IMAGE"
        ),
        "size": N_("DataSet", "cannot be shown at {size} px; take a size of at least 1"),
        "unreadable": N_("DataSet", "cannot be read ({reason}); check the path and its permissions"),
        "cifar_missing": N_(
            "DataSet",
            "CIFAR-10 needs this file; download the binary version from {url} and unpack it in {folder} (no "
            "other place is searched; the variable {variable} names another folder)",
        ),
        "cifar_python": N_(
            "DataSet",
            "CIFAR-10 needs this file; {found} is the Python version, a pickle, which can run any code and "
            "is not read: download the binary version from {url} and unpack it in {folder}",
        ),
        "cifar_size": N_(
            "DataSet",
            "has {bytes} bytes where CIFAR-10 has {expected}; download {url} again and unpack it",
        ),
        "cifar_label": N_(
            "DataSet",
            "record {record} has the label {label}, but CIFAR-10 has 0 to 9; download {url} again and "
            "unpack it",
        ),
        "no_classes": N_(
            "DataSet",
            "holds no folders of classes; lay the images out as CLASS/IMAGE.png or train/CLASS/IMAGE.png",
        ),
        "one_class": N_(
            "DataSet", "holds only the class {name}; a classifier needs two, each in a folder of its own"
        ),
        "no_train": N_("DataSet", "has a folder {found} but no train; add train/CLASS/IMAGE.png"),
        "empty_class": N_("DataSet", "holds no image ({suffixes}); add some or remove the folder"),
        "unsplittable_class": N_(
            "DataSet",
            "holds one image, which cannot be divided into training and test; add one, or lay the images out "
            "as train/CLASS/IMAGE.png and test/CLASS/IMAGE.png",
        ),
        "extra_class": N_(
            "DataSet", "is not among the classes of the training folder; add {expected} or remove this folder"
        ),
        "absent_class": N_(
            "DataSet", "is missing; every class of the training folder needs test images there as well"
        ),
        "broken_image": N_("DataSet", "is not an image that can be decoded ({reason}); replace or remove it"),
        "changed": N_("DataSet", "has other images now than when it was listed; choose the data set again"),
        "too_large": N_(
            "DataSet",
            "would take {needed_gib} GiB of memory at {size} px, and at most {limit_gib} GiB are used; take "
            "a smaller image size or fewer images",
        ),
    }
)


class DataSetError(ValueError):
    """A data set that cannot be used.

    `place` says where, `message` (a key of DATA_MESSAGES) with `parameters` what is wrong and how to mend it.
    """

    def __init__(
        self, place: str, message: str, parameters: Mapping[str, str | int | float] | None = None
    ) -> None:
        self.place = place
        self.message = message
        self.parameters = MappingProxyType(dict(parameters or {}))
        super().__init__(f"{place}: {DATA_MESSAGES[message].format(**self.parameters)}")
