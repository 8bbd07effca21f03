"""Holds what a lesion study found, block by block, and its JSON document, without torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median
from typing import Any, Literal, NamedTuple

LesionQuantity = Literal["accuracy", "loss", "accuracy_lost"]


class StudiedNetwork(NamedTuple):
    """What was studied: the run by its folder's name, its architecture, the data and the checkpoint's step."""

    run: str
    architecture: str
    data: str
    step: int


class BlockLesion(NamedTuple):
    """The test without the block `id`: accuracy from 0 to 1 and mean cross-entropy, nan where it is not finite.

    Both are nan too where the block is not `removable`, and `reason` says in a sentence why.
    """

    id: str
    accuracy: float
    loss: float
    removable: bool = True
    reason: str = ""


class LesionStudy(NamedTuple):
    """The test of the whole network on `images` images, and without each of its blocks, first to last."""

    accuracy: float
    loss: float
    images: int
    device: str
    blocks: tuple[BlockLesion, ...]

    def values(self, quantity: LesionQuantity) -> dict[str, float]:
        """Return a quantity by block id, nan where the block cannot be removed.

        `accuracy_lost` is what the whole network has more; it is below 0 where it tests better without the block.
        """
        if quantity == "accuracy_lost":
            return {block.id: self.accuracy - block.accuracy for block in self.blocks}
        return {block.id: getattr(block, quantity) for block in self.blocks}

    @property
    def median_accuracy(self) -> float:
        """The median of the accuracies with one block removed; nan where none can be."""
        found = [block.accuracy for block in self.blocks if block.removable]
        return median(found) if found else math.nan


def lesion_document(network: StudiedNetwork, study: LesionStudy) -> dict[str, Any]:
    """Return the JSON document of a study; what is not a finite number becomes null."""
    return {
        **network._asdict(),
        "device": study.device,
        "images": study.images,
        "accuracy": _number(study.accuracy),
        "loss": _number(study.loss),
        "median_accuracy": _number(study.median_accuracy),
        "blocks": [
            {**block._asdict(), "accuracy": _number(block.accuracy), "loss": _number(block.loss)}
            for block in study.blocks
        ],
    }


def read_lesion(document: Mapping[str, Any]) -> tuple[StudiedNetwork, LesionStudy]:
    """Return what `lesion_document` wrote; raises ValueError for a document of something else."""
    try:
        network = StudiedNetwork(*(document[field] for field in StudiedNetwork._fields))
        blocks = tuple(
            BlockLesion(row["id"], _value(row["accuracy"]), _value(row["loss"]), row["removable"], row["reason"])
            for row in document["blocks"]
        )
        accuracy, loss = _value(document["accuracy"]), _value(document["loss"])
        return network, LesionStudy(accuracy, loss, document["images"], document["device"], blocks)
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no document of a lesion study: {error!r}") from None


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _value(number: float | None) -> float:
    return math.nan if number is None else float(number)
