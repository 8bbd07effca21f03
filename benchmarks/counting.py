"""Compares counting a configuration without torch with building the network and asking torchinfo or fvcore."""

from __future__ import annotations

import copy
import logging
import statistics
import warnings

import torch
from measuring import print_rows, seconds

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from resnet_core.model.resnet import build_model

ROUNDS = 7


def main() -> None:
    """Print the ratios the project promises: 100x (torchinfo), 300x (fvcore), 3x (per layer, 152 against 50)."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    config = preset("ResNet-50")
    times: dict[str, list[float]] = {"ours": [], "torchinfo": [], "fvcore": []}
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine falls on all of them
        times["ours"] += seconds(lambda: count(config), 20)
        times["torchinfo"] += seconds(lambda: count_with_torchinfo(config), 1)
        times["fvcore"] += seconds(lambda: count_with_fvcore(config), 1)
    ours, by_torchinfo, by_fvcore = (statistics.median(found) for found in times.values())
    print_rows(
        "ResNet-50, from its configuration to its counts",
        ("", "ms", "ratio", "promised"),
        [
            ("graph and counts, no torch", f"{1e3 * ours:.2f}", "", ""),
            (
                "built on meta + torchinfo",
                f"{1e3 * by_torchinfo:.1f}",
                f"{by_torchinfo / ours:.0f}x",
                ">= 100x",
            ),
            ("built + fvcore", f"{1e3 * by_fvcore:.1f}", f"{by_fvcore / ours:.0f}x", ">= 300x"),
        ],
    )
    print_rows(
        "analysis alone, graph and counts (promised: ResNet-50 under 2 ms, ResNet-1202 under 50 ms, on an idle core)",
        ("", "layers", "ms", "promised"),
        [analysis_row("ResNet-50", "< 2"), analysis_row("ResNet-1202", "< 50")],
    )
    rows = [per_layer_row(name) for name in ("ResNet-18", "ResNet-50", "ResNet-152", "ResNet-1202")]
    base = rows[1][1]
    print_rows(
        "time per layer (promised: ResNet-152 within 3x of ResNet-50)",
        ("", "layers", "us per layer", "ratio to ResNet-50"),
        [(name, str(layers), f"{1e6 * each:.2f}", f"{each / base:.2f}") for name, each, layers in rows],
    )


def count(config: ArchitectureConfig) -> CostReport:
    """Count from a fresh configuration, as after an edit: validation, graph, costs."""
    fresh = ArchitectureConfig.model_validate(config.model_dump())
    return cost_report(build_graph(fresh))


def count_with_torchinfo(config: ArchitectureConfig) -> int:
    """Build the network on the meta device and let torchinfo count it."""
    import torchinfo

    with torch.device("meta"):
        model = build_model(config).eval()
    size = (1, config.input.channels, config.input.height, config.input.width)
    return int(torchinfo.summary(model, input_size=size, verbose=0, device="meta").total_mult_adds)


def count_with_fvcore(config: ArchitectureConfig) -> float:
    """Build the network on the CPU (fvcore cannot trace on meta) and let fvcore count a copy."""
    from fvcore.nn import FlopCountAnalysis

    model = copy.deepcopy(build_model(config)).eval()
    image = torch.zeros(1, config.input.channels, config.input.height, config.input.width)
    return float(FlopCountAnalysis(model, image).unsupported_ops_warnings(False).total())


def analysis_row(name: str, promised: str) -> tuple[str, str, str, str]:
    """Return (name, layers, milliseconds, promised) of graph and counts of a preset, as often seen after an edit."""
    config = preset(name)
    layers = len(build_graph(config).nodes)
    median = statistics.median(seconds(lambda: cost_report(build_graph(config)), 25))
    return name, str(layers), f"{1e3 * median:.2f}", promised


def per_layer_row(name: str) -> tuple[str, float, int]:
    """Return (name, seconds a layer, layers) of counting a preset."""
    config = preset(name)
    layers = len(build_graph(config).nodes)
    return name, statistics.median(seconds(lambda: count(config), 15)) / layers, layers


if __name__ == "__main__":
    main()
