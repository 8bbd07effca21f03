"""Writes a unit as a class of torch: its modules in `__init__`, its statements in `forward`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from resnet_core.configuration.block_plan import BlockPlan
from resnet_core.export.torch_modules import Numbers, chain_members, parts_of, written_module
from resnet_core.export.torch_numbers import PARAMETERS, Value
from resnet_core.export.torch_parts import part_imports, part_sources
from resnet_core.export.torch_steps import Step

LINE = 100
_CLASS_NAMES = {"basic": "BasicBlock", "bottleneck": "Bottleneck"}
_PREFIXES = {"identity": "", "projection": "Projection", "zero_pad": "Padded", "none": "Plain"}


def class_name(plan: BlockPlan) -> str:
    """Return what the class of a block is called: `Bottleneck`, `ProjectionBottleneck`, `PlainBasicBlock`."""
    return f"{_PREFIXES[plan.shortcut]}{_CLASS_NAMES[plan.kind]}"


def written_class(name: str, about: str, signature: str, modules: Sequence[str], forward: Sequence[str]) -> str:
    """Return the source of an `nn.Module`; `modules` and `forward` are the lines of its two methods."""
    lines = [
        f"class {name}(nn.Module):",
        f'    """{about}"""',
        "",
        *_init_lines(signature),
        "        super().__init__()",
        *(f"        {line}" for line in modules),
        "",
        *forward,
    ]
    return "\n".join(lines)


def forward_method(lines: Iterable[str], returns: str = "torch.Tensor") -> list[str]:
    """Return a `forward` of these statements."""
    return [f"    def forward(self, x: torch.Tensor) -> {returns}:", *(f"        {line}" for line in lines)]


def module_lines(steps: Sequence[Step], numbers: Numbers) -> list[str]:
    """Return the lines that build the modules of `steps`, each under its name."""
    lines = []
    for step in steps:
        if step.is_chain:
            lines += sequential_lines(step.name, chain_members(step, numbers))
        elif not step.is_arithmetic:
            lines += folded(f"self.{step.name} = ", written_module(step, numbers))
    return lines


def sequential_lines(name: str, members: Sequence[str]) -> list[str]:
    """Return the lines that build a chain of modules."""
    return [f"self.{name} = nn.Sequential(", *(line for member in members for line in _member_lines(member)), ")"]


def signature_of(parameters: Mapping[str, Value]) -> str:
    """Return the parameters of an `__init__` after `self`."""
    return "".join(f", {name}: {type(value).__name__}{_default(name)}" for name, value in parameters.items())


def written_call(name: str, values: Mapping[str, Value]) -> str:
    """Return the call that builds a block: its channels by place, the others by name, what is usual left out."""
    words = []
    for parameter, value in values.items():
        if PARAMETERS.get(parameter) is None or value != PARAMETERS[parameter]:
            by_place = parameter in ("channels", "in_channels", "width", "out_channels")
            words.append(repr(value) if by_place else f"{parameter}={value!r}")
    return f"{name}({', '.join(words)})"


def written_file(
    about: str,
    classes: Sequence[str],
    steps: Iterable[Step],
    extra_imports: Iterable[str] = (),
    *,
    parts_last: bool = False,
) -> str:
    """Return a program: what it is, the imports it needs, the layers torch lacks, and its classes (or these first)."""
    keys = {key for step in steps for key in parts_of(step)}
    plain = sorted({"import torch", *(line for line in extra_imports if line.startswith("import"))})
    named = sorted({"from torch import nn", *part_imports(keys)})
    head = [f'"""{about}"""', "", *_standard_first(plain), *named]
    parts = part_sources(keys)
    body = [*classes, *parts] if parts_last else [*parts, *classes]
    return "\n\n\n".join(["\n".join(head), *body]) + "\n"


def folded(start: str, call: str) -> list[str]:
    """Return `start` and `call` on one line, or the arguments of the call on lines of their own where that is long."""
    if len(start) + len(call) + 8 <= LINE:
        return [start + call]
    opening, _, rest = call.partition("(")
    return [f"{start}{opening}(", *(f"    {line}" for line in _filled(rest.removesuffix(")"), 12)), ")"]


def _filled(arguments: str, indent: int) -> list[str]:
    """Return arguments on as few lines as they need, none of them broken."""
    lines = [""]
    for word in arguments.split(", "):
        if lines[-1] and len(lines[-1]) + len(word) + indent + 3 > LINE:
            lines.append("")
        lines[-1] += f"{word}, " if word else ""
    return [line.strip() for line in lines[:-1]] + [lines[-1].strip(", ")]


def _init_lines(signature: str) -> list[str]:
    line = f"    def __init__(self{signature}) -> None:"
    if len(line) <= LINE:
        return [line]
    return ["    def __init__(", *(f"        {line}" for line in _filled(f"self{signature}", 8)), "    ) -> None:"]


def _member_lines(member: str) -> list[str]:
    *first, last = folded("    ", member)
    return [*(f"    {line}" if place else line for place, line in enumerate(first)), _last_member(last, bool(first))]


def _last_member(line: str, is_folded: bool) -> str:
    return f"    {line}," if is_folded else f"{line},"


def _default(name: str) -> str:
    default = PARAMETERS.get(name)
    return "" if default is None else f" = {default!r}"


def _standard_first(lines: Sequence[str]) -> list[str]:
    """Return the plain imports: those of the standard library, a blank line, and torch."""
    standard = [line for line in lines if line != "import torch"]
    return [*standard, "", "import torch"] if standard else ["import torch"]
