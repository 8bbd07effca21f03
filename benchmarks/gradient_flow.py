"""Measures what must hold of gradients at initialisation and in the first steps, and says whether it does.

    python -m benchmarks.gradient_flow [--seeds 0 1 2 3 4] [--only plain56 resnet56 ...] [--threads 1]

He fan-in initialisation, random-normal input, float32, mean cross-entropy in train mode on a batch of 64 (of 8 for
Plain-1202). Prints a Markdown table, medians over the seeds with the least and the most; `docs/gradient-flow.md` keeps
it. Exit status 1 if a median lies outside its bounds, or a single value where "each" is said.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch loads

import argparse
import math
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from resnet_core.analysis.flow_verdict import VerdictKind, flow_verdict
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.fitting import fit_to_data
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.model.resnet import build_model
from resnet_core.process.jobs import run_probe_job
from resnet_core.runs.run_events import GradientCaptured
from resnet_core.training.control import TrainingControl
from resnet_core.training.datasets import load_data_set
from resnet_core.training.loop import train

BATCH = 64
FIRST_STAGE = slice(0, 10)
"""Boundaries of the first stage of a CIFAR network of 56 layers: nine blocks of two layers."""


class Row(NamedTuple):
    """A quantity of a network, its bounds, and its values, one a seed; with `each` no value may lie outside."""

    network: str
    quantity: str
    least: float
    most: float
    values: tuple[float, ...]
    each: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is within its bounds; what is not a number is not."""
        judged = self.values if self.each else (statistics.median(self.values),)
        return all(self.least <= value <= self.most for value in judged)


Seeds = Sequence[int]
Probed = Mapping[str, Any]


def main() -> int:
    """Measure what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(description="What must hold of gradients at initialisation.")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--only", nargs="+", choices=list(MEASUREMENTS), default=list(MEASUREMENTS))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"seeds {' '.join(map(str, options.seeds))}, torch {torch.__version__}, {options.threads} threads\n")
    print("| network | quantity | expected | median | least to most | holds |\n|---|---|---|---|---|---|")
    good = True
    for name in options.only:
        for row in MEASUREMENTS[name](options.seeds):
            print(_line(row), flush=True)
            good &= row.holds
    return 0 if good else 1


def architecture(name: str, **changes: Mapping[str, object]) -> ArchitectureConfig:
    """Return a preset with He fan-in initialisation, and with fields of its parts changed."""
    data = preset(name).model_dump(mode="json")
    data["initialization"]["scheme"] = "kaiming_fan_in"
    for part, fields in changes.items():
        data[part].update(fields)
    return validated(ArchitectureConfig, data)


def probed(config: ArchitectureConfig, seed: int, batch: int = BATCH) -> Probed:
    """Return the probe of a network on a batch of noise."""
    training = TrainingConfig(data="random", batch_size=batch, seed=seed, device="cpu")
    return run_probe_job(RunConfig(architecture=config, training=training))


def plain56(seeds: Seeds) -> Iterator[Row]:
    """The gradient of a plain network grows towards the input, as mean-field theory says."""
    found = [norms(probed(architecture("Plain-56"), seed)) for seed in seeds]
    yield Row("Plain-56", "boundary 0 over N", 0.6e4, 3.2e4, tuple(n[0] / n[-1] for n in found))
    growth = (n[FIRST_STAGE] for n in found)
    rates = tuple((n[0] / n[-1]) ** (2 / (2 * (len(n) - 1))) for n in growth)
    yield Row("Plain-56", "squared growth a layer, first stage", 1.41, 1.51, rates)


def resnet56(seeds: Seeds) -> Iterator[Row]:
    """With shortcuts it hardly does."""
    found = [norms(probed(architecture("ResNet-56"), seed)) for seed in seeds]
    yield Row("ResNet-56, option A", "boundary 0 over N", 20, 60, tuple(n[0] / n[-1] for n in found))


def zero_init(seeds: Seeds) -> Iterator[Row]:
    """With branches that begin at zero it does not at all, and nothing goes through them."""
    name = "ResNet-56, option A, zero-init"
    config = architecture("ResNet-56", initialization={"zero_init_residual": True})
    documents = [probed(config, seed) for seed in seeds]
    ratios = [[one / other for one, other in pairwise(norms(found)[:-1])] for found in documents]
    yield Row(name, "neighbours but the last, least", 0.999, 1.001, tuple(map(min, ratios)), each=True)
    yield Row(name, "neighbours but the last, most", 0.999, 1.001, tuple(map(max, ratios)), each=True)
    gradients = tuple(largest_branch_gradient(config, seed) for seed in seeds)
    yield Row(name, "largest gradient of a branch's convolution", 0, 0, gradients, each=True)
    depths = tuple(found["effective_depth"] for found in documents)
    yield Row(name, "effective depth", 0, 0, depths, each=True)


def pre_activation(seeds: Seeds) -> Iterator[Row]:
    """The stream of a pre-activation network gains a branch a block; a transition begins anew."""
    name = "ResNet-56, pre-activation, width 32, convolution shortcuts without norm"
    variances = [np.array(column(probed(wide_pre_activation(), seed), "stream_variance")) for seed in seeds]
    stages = [np.split(found, 3) for found in variances]
    gains = [np.concatenate([np.diff(stage) for stage in found]) for found in stages]
    means = tuple(float(np.mean(found)) for found in gains)
    yield Row(name, "variance gained a block within a stage, mean", 0.61, 0.71, means)
    for number in (1, 2):
        resets = tuple(float(found[number][0]) for found in stages)
        yield Row(name, f"variance after transition {number}", 1.23, 1.43, resets)


def effective_depth(seeds: Seeds) -> Iterator[Row]:
    """A pre-activation network is much shallower than its 27 blocks."""
    config = architecture("ResNet-56", block={"activation_order": "pre"})
    depths = tuple(probed(config, seed)["effective_depth"] for seed in seeds)
    yield Row("ResNet-56, pre-activation, option A, width 16", "effective depth", 6.7, 8.7, depths)
    silent = architecture("ResNet-56", block={"activation_order": "pre"}, initialization={"zero_init_residual": True})
    depths = tuple(probed(silent, seed)["effective_depth"] for seed in seeds)
    yield Row("the same, zero-init", "effective depth", 0, 0, depths, each=True)


def digits(seeds: Seeds) -> Iterator[Row]:
    """A plain network's explosion is over within a few updates."""
    found = [digits_ratios(seed) for seed in seeds]
    name = "Plain-56 on digits, rate 0.1 throughout"
    yield Row(name, "boundary 0 over N, step 0", 3e3, math.inf, tuple(ratios[0] for ratios in found))
    yield Row(name, "boundary 0 over N, step 5", 0, 20, tuple(ratios[5] for ratios in found))


def plain1202(seeds: Seeds) -> Iterator[Row]:
    """In a plain network of 1202 layers the gradient leaves float32, upwards."""
    boundaries = []
    for seed in seeds:
        verdict = judged(probed(architecture("Plain-1202"), seed, batch=8), normalized=True)
        left = verdict.kind == "overflow" and verdict.boundary is not None
        boundaries.append(float(verdict.boundary) if left else math.nan)
    yield Row(
        "Plain-1202, batch 8", "boundary (of 0 to 600) at which it overflows", 1, 599, tuple(boundaries), each=True
    )


def without_norms(seeds: Seeds) -> Iterator[Row]:
    """Without norms and with small weights the gradient vanishes; with norms it never does."""
    small = architecture("Plain-56", norm={"kind": "none"}, initialization={"scheme": "xavier"})
    name, quantity = "Plain-56 without norms, Xavier", "boundary 0 over N"
    found = [probed(small, seed) for seed in seeds]
    yield Row(name, quantity, 0, 1e-3, tuple(norms(one)[0] / norms(one)[-1] for one in found), each=True)
    yield _kinds(name, "vanishes", found, normalized=False)
    yield _kinds("Plain-56", "grows", [probed(architecture("Plain-56"), seed) for seed in seeds], normalized=True)


def digits_ratios(seed: int) -> list[float]:
    """Return boundary 0 over N of steps 0 to 5 of Plain-56 on the digits, at a rate of 0.1 from the first on."""
    facts = find_data_set("digits", 16)
    training = TrainingConfig(steps=100_000, warmup_share=0, threads=torch.get_num_threads(), device="cpu", seed=seed)
    config = fit_to_data(architecture("Plain-56"), facts).config
    events = train(
        RunConfig(architecture=config, training=training), load_data_set(facts, 16), control=TrainingControl()
    )
    captured = (event.boundary_norms for event in events if isinstance(event, GradientCaptured))
    return [found[0] / found[-1] for found in islice(captured, 6)]


def largest_branch_gradient(config: ArchitectureConfig, seed: int) -> float:
    """Return the largest absolute gradient of any weight of a convolution on a branch, after one batch of noise."""
    model = build_model(config, seed=seed)
    chance = torch.Generator().manual_seed(seed)
    images_NCHW = torch.randn(BATCH, 3, 32, 32, generator=chance)
    labels_N = torch.randint(10, (BATCH,), generator=chance)
    F.cross_entropy(model(images_NCHW), labels_N).backward()
    convolutions = [
        module for block in model.blocks.values() for module in block.modules() if isinstance(module, torch.nn.Conv2d)
    ]
    assert len(convolutions) == 2 * len(model.blocks)  # option A has none on its shortcuts
    return max(float(module.weight.grad.abs().max()) for module in convolutions if module.weight.grad is not None)


def wide_pre_activation() -> ArchitectureConfig:
    """Return the network whose stream is followed."""
    data = architecture(
        "ResNet-56",
        block={"activation_order": "pre"},
        shortcut={"option": "B", "projection_norm": False},
        stem={"width": 32},
    ).model_dump(mode="json")
    for stage in data["stages"]:
        stage["width"] *= 2
    return validated(ArchitectureConfig, data)


def norms(document: Probed) -> list[float]:
    """Return the norms at the boundaries; what JSON has no number for is NaN."""
    return [math.nan if norm is None else norm for norm in document["boundary_norms"]]


def column(document: Probed, name: str) -> list[float]:
    """Return a quantity of the blocks."""
    return [block[name] for block in document["blocks"]]


def judged(document: Probed, *, normalized: bool) -> Any:
    """Return the verdict on a probe."""
    return flow_verdict(norms(document), document["layers"], normalized=normalized)


def _kinds(name: str, kind: VerdictKind, documents: Sequence[Probed], *, normalized: bool) -> Row:
    said = tuple(float(judged(found, normalized=normalized).kind == kind) for found in documents)
    return Row(name, f'the verdict is "{kind}"', 1, 1, said, each=True)


def _line(row: Row) -> str:
    if row.least == row.most:
        expected = f"{row.least:g}"
    else:
        expected = f"over {row.least:g}" if row.most == math.inf else f"{row.least:g} to {row.most:g}"
    low, middle, high = min(row.values), statistics.median(row.values), max(row.values)
    cells = (row.network, row.quantity, expected + (", each" if row.each else ""), f"{middle:.4g}")
    return f"| {' | '.join(cells)} | {low:.4g} to {high:.4g} | {'yes' if row.holds else '**no**'} |"


MEASUREMENTS: Mapping[str, Callable[[Seeds], Iterator[Row]]] = MappingProxyType({
    "plain56": plain56,
    "resnet56": resnet56,
    "zero_init": zero_init,
    "pre_activation": pre_activation,
    "effective_depth": effective_depth,
    "digits": digits,
    "plain1202": plain1202,
    "without_norms": without_norms,
})  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
