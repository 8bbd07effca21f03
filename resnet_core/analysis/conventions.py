"""Names the conventions by which papers and tools count a network, each as what it takes for every kind of term."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from resnet_core.analysis.counted_terms import Basis, Term, natural_basis
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

ConventionId = Literal[
    "macs", "paper_2015", "flop_counter", "fvcore", "timm", "torchinfo", "ptflops", "thop", "pytorchcv", "custom"
]
Unit = Literal["MACs", "FLOPs", "operations"]

#: The terms that consist of multiply-adds; tools that look at modules do not see the last, which is a function.
MULTIPLYING: Final[tuple[Term, ...]] = ("conv", "linear", "channel_conv", "blur_pool")
_BY_MODULE: Final[tuple[Term, ...]] = MULTIPLYING[:-1]


class Rule(NamedTuple):
    """How one term is counted: `coefficient` for each element of `basis`."""

    basis: Basis
    coefficient: Fraction


class Convention(NamedTuple):
    """A way to count a network for one image, in evaluation mode.

    A term without a rule is left out. `unit` is what the total is called: a tool that adds operations of other layers
    to multiply-adds counts "operations". `stride_2015` counts the network with the stride in the first convolution of
    each branch, `option_a` one of Basic blocks with zero-padded shortcuts instead of projections.
    """

    id: ConventionId
    name: str
    source: str
    unit: Unit
    rules: Mapping[Term, Rule]
    stride_2015: bool = False
    option_a: bool = False

    def coefficient(self, term: Term) -> Fraction:
        """Return what one element of `term` counts; 0 where it is left out."""
        rule = self.rules.get(term)
        return rule.coefficient if rule is not None else Fraction(0)

    def basis(self, term: Term) -> Basis:
        """Return what `term` is counted by, or measured in where it is left out."""
        rule = self.rules.get(term)
        return rule.basis if rule is not None else natural_basis(term)


def rules(
    macs: int = 1, of: tuple[Term, ...] = MULTIPLYING, **others: tuple[Basis, int | Fraction]
) -> Mapping[Term, Rule]:
    """Return rules: `macs` for each multiply-add of the terms `of`, and the others as (basis, coefficient)."""
    found: dict[str, Rule] = {term: Rule("macs", Fraction(macs)) for term in of}
    found.update({term: Rule(basis, Fraction(coefficient)) for term, (basis, coefficient) in others.items()})
    return MappingProxyType(found)  # type: ignore[arg-type]  # the keywords are terms, which a test holds


MULTIPLY_ADDS = Convention(
    "macs",
    N_("Convention", "Multiply-adds"),
    N_("Convention", "Skipscope, torchvision's metadata, Xie et al. 2016, He T. et al. 2018"),
    "MACs",
    rules(),
)
PAPER_2015 = Convention(
    "paper_2015",
    N_("Convention", "He et al. 2015"),
    N_(
        "Convention", "Table 1, counted on the released Caffe networks: stride in the first 1×1, option A for 18 and 34"
    ),
    "MACs",
    rules(),
    stride_2015=True,
    option_a=True,
)
FLOP_COUNTER = Convention(
    "flop_counter",
    N_("Convention", "torch FlopCounterMode"),
    N_("Convention", "read in torch.utils.flop_counter, torch 2.14"),
    "FLOPs",
    rules(2),
)
FVCORE = Convention(
    "fvcore",
    N_("Convention", "fvcore"),
    N_("Convention", "its FlopCountAnalysis in evaluation mode, read in its handles, version 0.1.5"),
    "operations",
    rules(
        batch_norm=("outputs", 2),
        group_norm=("outputs", 5),
        layer_norm=("outputs", 5),
        average_pool=("inputs", 1),
        gate_pool=("inputs", 1),
    ),
)
TIMM = Convention(
    "timm",
    N_("Convention", "timm's tables (GMACs)"),
    N_(
        "Convention",
        "what fvcore counts on timm's models, whose attention takes a plain mean",
    ),
    "operations",
    rules(
        batch_norm=("outputs", 2),
        group_norm=("outputs", 5),
        layer_norm=("outputs", 5),
        average_pool=("inputs", 1),
        weight_standardization=("weights", 4),
    ),
)
TORCHINFO = Convention(
    "torchinfo",
    N_("Convention", "torchinfo"),
    N_("Convention", "its total_mult_adds, read in layer_info, version 1.8.0"),
    "operations",
    rules(
        of=("conv", "linear"),
        channel_conv=("parameters", 1),
        bias=("outputs", 1),
        batch_norm=("parameters", 1),
        group_norm=("parameters", 1),
        layer_norm=("parameters", 1),
        scale=("parameters", 1),
        scalar_bias=("parameters", 1),
    ),
)
PTFLOPS = Convention(
    "ptflops",
    N_("Convention", "ptflops"),
    N_("Convention", "on torch's own layers, run and read in version 0.6.9; 0.7 adds functional operations"),
    "operations",
    rules(
        of=_BY_MODULE,
        bias=("outputs", 1),
        batch_norm=("outputs", 2),
        group_norm=("outputs", 2),
        relu=("outputs", 1),
        leaky_relu=("outputs", 1),
        gelu=("outputs", 1),
        elu=("outputs", 1),
        max_pool=("inputs", 1),
        local_average_pool=("inputs", 1),
        average_pool=("inputs", 1),
        gate_pool=("inputs", 1),
        global_max_pool=("inputs", 1),
    ),
)
THOP = Convention(
    "thop",
    N_("Convention", "thop"),
    N_("Convention", "on torch's own layers, run and read in version 0.1.1: BatchNorm is doubled twice"),
    "operations",
    rules(
        of=_BY_MODULE,
        batch_norm=("outputs", 4),
        layer_norm=("outputs", 4),
        local_average_pool=("outputs", 1),
        average_pool=("ends", 1),
        gate_pool=("ends", 1),
    ),
)
PYTORCHCV = Convention(
    "pytorchcv",
    N_("Convention", "pytorchcv (FLOPs/2)"),
    N_("Convention", "half the FLOPs in the tables of imgclsmob; the first product of a k×k sum is not added"),
    "operations",
    rules(
        first_sum=("filters", Fraction(-1, 2)),
        batch_norm=("outputs", 2),
        relu=("outputs", Fraction(1, 2)),
        sigmoid=("outputs", 2),
        max_pool=("windows", Fraction(1, 2)),
        average_pool=("inputs", Fraction(1, 2)),
    ),
)

CONVENTIONS: Final[tuple[Convention, ...]] = (
    MULTIPLY_ADDS, PAPER_2015, FLOP_COUNTER, FVCORE, TIMM, TORCHINFO, PTFLOPS, THOP, PYTORCHCV,
)  # fmt: skip


def convention(name: str) -> Convention:
    """Return the convention whose id or name is `name`, case aside; raises KeyError, which lists the ids."""
    wanted = name.strip().casefold().replace("-", "_")
    for found in CONVENTIONS:
        if wanted in (found.id, found.name.casefold()):
            return found
    raise KeyError(f"{name}: no such convention; take {', '.join(found.id for found in CONVENTIONS)}")
