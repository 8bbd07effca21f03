"""Names the conditions a network is studied under: which images it is shown, and what BatchNorm divides by."""

from __future__ import annotations

from typing import Final, Literal

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

StatisticsSource = Literal["batch", "averages", "none"]
"""Of one batch of images, the running averages of training, or nowhere, as there is no BatchNorm."""

STATISTICS_TEXTS: Final[dict[StatisticsSource, str]] = {
    "batch": N_("Study", "BatchNorm holds the statistics of one batch"),
    "averages": N_("Study", "BatchNorm holds the averages of training"),
    "none": N_("Study", "without BatchNorm"),
}
"""For a person, marked for translation."""

ImageSplit = Literal["test", "training"]
"""Which part of the data is shown to the network."""

SPLIT_TEXTS: Final[dict[ImageSplit, str]] = {
    "test": N_("Study", "test images"),
    "training": N_("Study", "training images"),
}
"""For a person, marked for translation."""
