"""Switches single parts of a convention: MACs or FLOPs, a group of terms in or out, the network of 2015."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from resnet_core.analysis.conventions import CONVENTIONS, MULTIPLYING, Convention, Rule, Unit, convention
from resnet_core.analysis.counted_terms import TERMS, Term, natural_basis
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_

Switch = Literal["flops", "bias", "norm", "activation", "pooling", "addition", "product", "stride_2015", "option_a"]
State = Literal["on", "off", "partly"]

#: What a switch is called; the window translates these under the context "Switch".
SWITCH_NAMES: Final[Mapping[Switch, str]] = MappingProxyType(
    {
        "flops": N_("Switch", "FLOPs (2 per multiply-add)"),
        "bias": N_("Switch", "biases"),
        "norm": N_("Switch", "norms"),
        "activation": N_("Switch", "activations"),
        "pooling": N_("Switch", "pooling"),
        "addition": N_("Switch", "additions"),
        "product": N_("Switch", "products with attention weights and scales"),
        "stride_2015": N_("Switch", "stride in the first 1×1 (2015)"),
        "option_a": N_("Switch", "zero-padded shortcuts (option A)"),
    }
)
#: The terms that a switch takes in or leaves out.
GROUPS: Final[Mapping[Switch, tuple[Term, ...]]] = MappingProxyType(
    {
        "bias": ("bias", "scalar_bias"),
        "norm": ("batch_norm", "group_norm", "layer_norm"),
        "activation": ("relu", "leaky_relu", "gelu", "silu", "elu", "sigmoid"),
        "pooling": (
            "max_pool", "local_average_pool", "average_pool", "gate_pool", "global_max_pool", "mean", "sum_rows",
            "channel_mean", "channel_max",
        ),
        "addition": ("add",),
        "product": ("multiply", "scale"),
    }
)  # fmt: skip
#: What an element counts where a switch takes its term in: BatchNorm folds into one multiplication and one addition;
#: the others need their statistics at inference too (fvcore's 5). All other terms: 1.
_USUAL: Final[Mapping[Term, int]] = MappingProxyType({"batch_norm": 2, "group_norm": 5, "layer_norm": 5})


def switch_state(chosen: Convention, switch: Switch, among: Collection[Term] = TERMS) -> State:
    """Return whether a switch is on; `partly` where a group of the terms `among` is counted in part."""
    if switch == "stride_2015":
        return "on" if chosen.stride_2015 else "off"
    if switch == "option_a":
        return "on" if chosen.option_a else "off"
    if switch == "flops":
        return "on" if chosen.coefficient("conv") == 2 else "off"
    counted = [bool(chosen.coefficient(term)) for term in GROUPS[switch] if term in among]
    if not any(counted):
        return "off"
    return "on" if all(counted) else "partly"


def switched(chosen: Convention, switch: Switch, on: bool) -> Convention:
    """Return `chosen` with one switch on or off: a term that is counted already keeps its rule.

    The result is a named convention where it is one, else it is called one's own choice.
    """
    if switch == "stride_2015":
        return _named(chosen._replace(stride_2015=on))
    if switch == "option_a":
        return _named(chosen._replace(option_a=on))
    if switch == "flops":
        factor = Fraction(2 if on else 1)
        changes = {term: Rule("macs", factor) for term in MULTIPLYING if chosen.basis(term) == "macs"}
        counted: dict[Term, Rule | None] = {term: rule for term, rule in changes.items() if chosen.coefficient(term)}
        return _named(_with(chosen, counted))
    if not on:
        return _named(_with(chosen, dict.fromkeys(GROUPS[switch])))
    missing = [term for term in GROUPS[switch] if not chosen.coefficient(term)]
    return _named(_with(chosen, {term: usual_rule(term) for term in missing}))


def with_rule(chosen: Convention, term: Term, rule: Rule | None) -> Convention:
    """Return `chosen` with one term counted by `rule`, or left out where it is None."""
    return _named(_with(chosen, {term: rule}))


def usual_rule(term: Term) -> Rule:
    """Return how a term is counted where nothing else is said."""
    return Rule(natural_basis(term), Fraction(_USUAL.get(term, 1)))


def rules_of(term: Term) -> tuple[Rule, ...]:
    """Return the ways to count `term` that there are: the usual one, then those of the named conventions."""
    found = [usual_rule(term), *(named.rules[term] for named in CONVENTIONS if term in named.rules)]
    return tuple(dict.fromkeys(found))


def read_convention(text: str) -> Convention:
    """Return a convention with switches, as "macs", "fvcore+addition" or "macs+norm+activation-bias".

    Raises KeyError with one line that lists what there is.
    """
    name, *changes = re.split(r"([+-])", text) if "+" in text or text.casefold() not in _hyphenated() else [text]
    chosen = convention(name)
    for sign, change in zip(changes[::2], changes[1::2], strict=True):
        found = next((known for known in SWITCH_NAMES if known == change.strip()), None)
        if found is None:
            raise KeyError(f"{change}: no such switch; take {', '.join(SWITCH_NAMES)}")
        chosen = switched(chosen, found, sign == "+")
    return chosen


def _hyphenated() -> set[str]:
    """Return the ids with hyphens, which are no signs of switches."""
    return {named.id.replace("_", "-") for named in CONVENTIONS}


def _with(chosen: Convention, changes: Mapping[Term, Rule | None]) -> Convention:
    rules = {**chosen.rules, **changes}
    return chosen._replace(rules=MappingProxyType({term: rule for term, rule in rules.items() if rule is not None}))


def _named(chosen: Convention) -> Convention:
    """Return the named convention that `chosen` equals, or `chosen` under no name."""
    for named in CONVENTIONS:
        if _key(named) == _key(chosen):
            return named
    name = N_("Convention", "Own choice")
    only = {rule.basis for rule in chosen.rules.values() if rule.coefficient} == {"macs"}
    unit: Unit = "operations" if not only else "FLOPs" if chosen.coefficient("conv") == 2 else "MACs"
    return Convention("custom", name, "", unit, chosen.rules, chosen.stride_2015, chosen.option_a)


def _key(chosen: Convention) -> tuple[dict[Term, Rule], bool, bool]:
    return dict(chosen.rules), chosen.stride_2015, chosen.option_a
