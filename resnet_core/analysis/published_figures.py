"""Gathers the multiply-add figures that were published of a network, and says whether a count agrees with one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, NamedTuple

from resnet_core.analysis.conventions import ConventionId
from resnet_core.analysis.ledger import Amount
from resnet_core.analysis.tool_counts import COUNTED, COUNTERS, PRINTED_BY_PYTORCHCV, PRINTED_BY_TIMM
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import Preset, PrintedCount, find_preset, preset

Match = Literal["equal", "rounds", "truncates", "differs"]

GIGA: Final = 10**9
MEGA: Final = 10**6
_FIRST_TABLE: Final = "He et al. 2015, Table 1"


class Figure(NamedTuple):
    """A published count: as it is printed, in units of `scale` (1: to the unit), by whom, and in which convention.

    `note` says in a sentence, to be translated, how it follows from the exact count where it does not simply.
    """

    printed: str
    scale: int
    source: str
    convention: ConventionId
    note: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether every unit is given."""
        return self.scale == 1

    def match(self, total: Amount) -> Match:
        """Return whether a count is the figure: to the unit, rounded, or cut off, to the digits that are printed."""
        printed = Decimal(self.printed)
        exact = Decimal(total.numerator) / total.denominator / self.scale
        if exact == printed:
            return "equal"
        if self.is_exact:
            return "differs"
        digit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
        if abs(exact - printed) <= digit / 2:
            return "rounds"
        return "truncates" if 0 < exact - printed < digit else "differs"


def published_figures(config: ArchitectureConfig) -> tuple[Figure, ...]:
    """Return what was published of `config`, papers first; empty where it is not a published network as it stands."""
    entry = find_preset(config.name)
    if entry is None or preset(entry.name) != config:
        return ()
    return (*_papers(entry), *_tools(entry.name))


def _papers(entry: Preset) -> list[Figure]:
    macs = [count for count in entry.printed if count.quantity == "macs"]
    return [
        Figure(
            count.printed,
            GIGA,
            count.source,
            _convention(entry, count),
            count.explanation if count.agreement == "approximate" else "",
        )
        for count in macs
    ]


def _convention(entry: Preset, count: PrintedCount) -> ConventionId:
    if count.agreement == "doubled":
        return "flop_counter"
    # The print of 34 layers (3.6) is that of option A; with projections it would round to 3.7.
    old = count.agreement == "stride_2015" or (count.source == _FIRST_TABLE and entry.name.startswith("ResNet-"))
    return "paper_2015" if old else "macs"


def _tools(name: str) -> list[Figure]:
    found = [
        Figure(str(count), 1, source, id) for (id, source), count in zip(COUNTERS, COUNTED.get(name, ()), strict=False)
    ]
    if name in PRINTED_BY_TIMM:
        found.append(Figure(PRINTED_BY_TIMM[name], GIGA, "timm", "timm"))
    if name in PRINTED_BY_PYTORCHCV:
        found.append(Figure(PRINTED_BY_PYTORCHCV[name], MEGA, "osmr/imgclsmob", "pytorchcv"))
    return found
