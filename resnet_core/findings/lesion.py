"""What the lesion study finds: the test without each block, as Veit et al. 2016 (arXiv 1605.06431) made it."""

from __future__ import annotations

import math
from statistics import median
from typing import Literal

from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.say import Say
from resnet_core.export.table_text import TextTable
from resnet_core.findings.figures import Axis, BarFigure, Figure
from resnet_core.findings.study import Findings, Number, Study, StudyWords
from resnet_core.number_text import exact, percent

LesionQuantity = Literal["accuracy", "loss", "accuracy_lost"]


class BlockLesion(Findings):
    """The test without the block `id`: accuracy from 0 to 1 and mean cross-entropy, nan where it is not finite.

    Both are nan too where the block is not `removable`, and `reason` says in a sentence why.
    """

    id: str
    accuracy: Number
    loss: Number
    removable: bool = True
    reason: str = ""


class LesionFindings(Findings):
    """The test of the whole network on `images` images, and without each of its blocks, first to last."""

    accuracy: Number
    loss: Number
    images: int
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


class LesionStudy(Study[LesionFindings]):
    """What each block of a trained network is worth."""

    name = "lesion"
    title = N_("Study", "Blocks removed")
    words = StudyWords(
        shows=N_("Study", "The accuracy on the test images with each block removed in turn; nothing is trained again."),
        healthy=N_("Study",
            "A residual network hardly notices: half of its paths go round any block. Blocks that change width or "
            "stride cost most."
        ),
        unhealthy=N_("Study",
            "A plain network falls to guessing, as its only path is cut. A residual one that does so leans on a few "
            "blocks."
        ),
        source="Veit et al. 2016, arXiv 1605.06431",
    )  # fmt: skip
    subjects = frozenset({"trained"})
    needs_tests = True
    findings = LesionFindings

    def headline(self, found: LesionFindings, say: Say) -> str:
        """Say what the median block is worth."""
        if math.isnan(found.median_accuracy):
            return say("Study", N_("Study", "No block of this network can be removed."))
        text = N_("Study", "Without one block {median} of the test images are right (median), with all {whole}.")
        return say("Study", text).format(median=percent(found.median_accuracy), whole=percent(found.accuracy))

    def figures(self, found: LesionFindings) -> tuple[Figure, ...]:
        """Return the accuracy and the loss by block, the whole network's as guides."""
        blocks = tuple(block.id for block in found.blocks)
        percents = tuple(100 * block.accuracy for block in found.blocks)
        losses = tuple(block.loss for block in found.blocks)
        of_accuracy, of_loss = N_("Study", "Accuracy without each block"), N_("Study", "Loss without each block")
        return (
            BarFigure("accuracy", of_accuracy, _ACCURACY, blocks, percents, 100 * found.accuracy, _WHOLE),
            BarFigure("loss", of_loss, _LOSS, blocks, losses, found.loss, _WHOLE),
        )

    def table(self, found: LesionFindings) -> TextTable:
        """Return a row a block, the whole network first."""
        whole = ("none", percent(found.accuracy), _loss_text(found.loss), exact(found.images) + " images")
        rows = (
            (block.id, percent(block.accuracy), _loss_text(block.loss), "")
            if block.removable
            else (block.id, "", "", "cannot be removed: " + block.reason)
            for block in found.blocks
        )
        return TextTable(("removed", "accuracy", "loss", "note"), (whole, *rows))


_ACCURACY = Axis(N_("Study", "test accuracy"), unit="%")
_LOSS = Axis(N_("Study", "test loss"))
_WHOLE = N_("Study", "with all blocks")


def _loss_text(loss: float) -> str:
    return f"{loss:.4g}" if math.isfinite(loss) else ""
