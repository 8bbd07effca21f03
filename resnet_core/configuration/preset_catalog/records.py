"""Declares what is known about a published network: how it is built, its paper, and the figures printed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.preset_catalog.exact_counts import EXACT_COUNTS
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

Measure = Literal["top-1 error", "top-5 error", "top-1 accuracy", "top-5 accuracy", "error"]
DataSet = Literal["ImageNet", "CIFAR-10", "CIFAR-100"]
Quantity = Literal["parameters", "macs"]
Agreement = Literal[
    "rounds", "truncates", "approximate", "without_norm", "without_head", "binary", "doubled", "stride_2015", "slip"
]

#: What is measured; the window translates these under the context "Measure".
MEASURES: Final[Mapping[Measure, str]] = MappingProxyType(
    {
        "top-1 error": N_("Measure", "top-1 error"),
        "top-5 error": N_("Measure", "top-5 error"),
        "top-1 accuracy": N_("Measure", "top-1 accuracy"),
        "top-5 accuracy": N_("Measure", "top-5 accuracy"),
        "error": N_("Measure", "error"),
    }
)

#: How a printed count follows from the exact one; the window translates these under the context "Printed".
AGREEMENTS: Final[Mapping[Agreement, str]] = MappingProxyType(
    {
        "rounds": N_("Printed", "the exact count, rounded"),
        "truncates": N_("Printed", "the exact count, cut off"),
        "approximate": N_("Printed", "a target that several networks were sized by, not a count"),
        "without_norm": N_("Printed", "without the scales and shifts of the norms"),
        "without_head": N_("Printed", "without the last linear layer"),
        "binary": N_("Printed", "in units of 2²⁰ instead of 10⁶"),
        "doubled": N_("Printed", "a multiply-add counted as two operations"),
        "stride_2015": N_("Printed", "with the stride in the first 1×1 convolution, as the 2015 paper has it"),
        "slip": N_("Printed", "the figure of another network, cited by mistake"),
    }
)


class Paper(NamedTuple):
    """Where a network was published: `Paper("He et al.", 2015, "arXiv 1512.03385", "Deep Residual Learning ...")`."""

    authors: str
    year: int
    locator: str
    title: str

    @property
    def source(self) -> str:
        """The citation in one line: "He et al. 2015, arXiv 1512.03385"."""
        return f"{self.authors} {self.year}, {self.locator}"


class Accuracy(NamedTuple):
    """One published result in per cent: what was measured, on which data, how, and the table it stands in."""

    value: float
    measure: Measure
    data: DataSet
    source: str
    protocol: str = ""


class PrintedCount(NamedTuple):
    """One published count as it is printed ("25.5", in millions; "3.8", in thousands of millions), and how it agrees.

    `printed` has the digits of the source; parameters are in millions, multiply-adds in thousands of millions.
    """

    quantity: Quantity
    printed: str
    source: str
    agreement: Agreement = "rounds"

    @property
    def explanation(self) -> str:
        """How the figure follows from the exact count, in a sentence to be translated."""
        return AGREEMENTS[self.agreement]


class ExactCounts(NamedTuple):
    """What we count of a preset: parameters, multiply-adds of one image of the preset's own size, and depth."""

    parameters: int
    macs: int
    depth: int


class Preset(NamedTuple):
    """A published network: its name, the family it is listed under, its paper, and other names it answers to.

    `accuracies` and `printed` hold what was published of it, empty where its paper prints nothing.
    """

    name: str
    family: str
    paper: Paper
    build: Callable[[], ArchitectureConfig]
    aliases: tuple[str, ...] = ()
    accuracies: tuple[Accuracy, ...] = ()
    printed: tuple[PrintedCount, ...] = ()

    @property
    def source(self) -> str:
        """The paper in one line."""
        return self.paper.source

    @property
    def year(self) -> int:
        """The year of the paper."""
        return self.paper.year

    @property
    def counts(self) -> ExactCounts:
        """The exact counts, known without building the network."""
        return ExactCounts(*EXACT_COUNTS[self.name])
