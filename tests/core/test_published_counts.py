"""Recomputes counts that others published: torchvision, five papers, three counters, autograd."""

from __future__ import annotations

from functools import lru_cache

import pytest

from resnet_core.analysis.cost_report import CostReport, cost_report
from resnet_core.analysis.layer_cost import buffers_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.verification import fvcore_witness, torchinfo_witness
from tests.reference_tables import Row, paper_config, paper_preset, reference_rows, torchvision_config

TORCHVISION = {row["name"]: row for row in reference_rows("torchvision")}
PAPERS = reference_rows("papers")


def paper_id(row: Row) -> str:
    return f"{row['arxiv']} {row['model']} {row['dataset']}"


def report_of(row: Row) -> CostReport:
    return cost_report(build_graph(torchvision_config(row)))


@lru_cache
def preset_report(name: str) -> CostReport:
    """The report of a preset, which several tests look at."""
    return cost_report(build_graph(preset(name)))


@pytest.mark.parametrize("name", TORCHVISION)
def test_that_the_counts_are_torchvisions(name: str) -> None:
    row, report = TORCHVISION[name], report_of(TORCHVISION[name])
    assert report.total.parameters == int(row["params_exact"]) == int(row["meta_num_params"])
    assert report.total.macs == int(row["macs_conv_linear_exact"])
    # torchvision rounds to three decimals, and says "Ops" of multiply-adds.
    assert f"{report.total.macs / 1e9:.3f}" == f"{float(row['meta_ops_G']):.3f}"


@pytest.mark.parametrize("name", TORCHVISION)
def test_that_parameters_and_buffers_are_torchvisions_by_kind(name: str) -> None:
    row, graph = TORCHVISION[name], build_graph(torchvision_config(TORCHVISION[name]))
    layers = cost_report(graph).layers
    by_kind = {kind: [layer for layer in layers if layer.kind == kind] for kind in ("conv", "batch_norm", "linear")}
    assert len(by_kind["conv"]) == int(row["n_conv"])
    assert len(by_kind["batch_norm"]) == int(row["n_bn"])
    assert sum(layer.parameters for layer in by_kind["conv"]) == int(row["conv_weight_params"])
    assert sum(layer.parameters for layer in by_kind["batch_norm"]) == int(row["bn_affine_params"])
    assert sum(layer.parameters for layer in by_kind["linear"]) == int(row["fc_params"])
    assert int(row["n_buffer_tensors"]) == 3 * sum(buffers_of(node) > 0 for node in graph.nodes)


@pytest.mark.parametrize("name", TORCHVISION)
def test_that_torchvisions_names_lead_to_the_preset(name: str) -> None:
    config = preset(name)
    assert torchvision_config(TORCHVISION[name]).model_copy(update={"name": config.name}) == config


@pytest.mark.parametrize("row", PAPERS, ids=paper_id)
def test_that_the_counts_are_the_papers_and_the_depth_is_the_one_in_the_name(row: Row) -> None:
    report = cost_report(build_graph(paper_config(row)))
    assert report.total.parameters == int(row["computed_params_exact"])
    assert report.total.macs == int(row["computed_macs_exact"])
    depth = report.depth
    if row["model"].startswith("WRN-") and row["dataset"] == "CIFAR-10":
        # 6n + 4: three projections are counted instead of the linear layer, also where factor 1 needs only two.
        depth = report.depth_with_projections + (row["widen_k"] == "1")
    assert depth == int(row["depth_printed"])


@pytest.mark.parametrize("row", PAPERS, ids=paper_id)
def test_that_each_network_of_the_papers_is_a_preset(row: Row) -> None:
    config = preset(paper_preset(row))
    config = config.model_copy(update={"head": config.head.model_copy(update={"classes": int(row["num_classes"])})})
    total = cost_report(build_graph(config)).total
    assert total.parameters == int(row["computed_params_exact"])
    assert total.macs == int(row["computed_macs_exact"])


def test_that_all_rows_of_the_papers_are_tested() -> None:
    assert len(PAPERS) == 54


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("ResNet-18", 11_689_512, 1_814_073_344),
        ("ResNet-34", 21_797_672, 3_663_761_408),
        ("ResNet-50", 25_557_032, 4_089_184_256),
        ("ResNet-101", 44_549_160, 7_801_405_440),
        ("ResNet-152", 60_192_808, 11_513_626_624),
        ("ResNet-20", 269_722, 40_551_040),
        ("ResNet-56", 853_018, 125_485_696),
        ("ResNet-110", 1_727_962, 252_887_680),
        ("ResNet-1202", 19_421_274, 2_829_238_912),
        ("PreResNet-110", 1_727_962, 252_887_680),
        ("PreResNet-164", 1_703_258, 244_500_992),
        ("WRN-28-10", 36_479_194, 5_243_328_768),
        ("ResNeXt-50-32x4d", 25_028_904, 4_230_479_872),
        ("Wide-ResNet-50-2", 68_883_240, 11_398_021_120),
    ],
)
def test_that_a_preset_has_its_published_counts(name: str, parameters: int, macs: int) -> None:
    total = preset_report(name).total
    assert (total.parameters, total.macs, total.flops) == (parameters, macs, 2 * macs)


@pytest.mark.parametrize("name", [name for name in preset_names() if name.startswith("Plain-")])
def test_that_a_plain_twin_lacks_only_projections(name: str) -> None:
    plain, residual = (preset_report(n) for n in (name, name.replace("Plain", "ResNet")))
    projections = [layer for layer in residual.layers if ".downsample." in layer.id]
    assert residual.total.parameters - plain.total.parameters == sum(row.parameters for row in projections)
    assert residual.total.macs - plain.total.macs == sum(row.macs for row in projections)
    assert plain.depth == residual.depth
    assert not [layer for layer in plain.layers if layer.kind in ("add", "zero_pad")]


@pytest.mark.parametrize("row", reference_rows("counters"), ids=lambda row: row["model"])
def test_that_other_counters_are_explained_to_the_unit(row: Row) -> None:
    graph = build_graph(torchvision_config(TORCHVISION[row["model"]]))
    total = cost_report(graph).total
    assert 2 * total.macs == int(row["flopcounter_flops_raw"])
    norms, pools = fvcore_witness.items(graph)
    assert norms.amount == int(row["fvcore_batch_norm"])
    assert pools.amount == int(row["fvcore_adaptive_avg_pool2d"])
    assert total.macs + norms.amount + pools.amount == int(row["fvcore_total"])
    assert total.activations == int(row["fvcore_activations"])
    more = sum(item.amount for item in torchinfo_witness.items(graph))
    assert more == int(row["torchinfo_minus_exact"])
    assert total.macs + more == int(row["torchinfo_total_mult_adds"])


@pytest.mark.parametrize("row", reference_rows("memory"), ids=lambda row: row["model"])
def test_that_training_keeps_what_autograd_kept(row: Row) -> None:
    report = report_of(TORCHVISION[row["model"]])
    assert report.memory.saved_bytes == int(row["saved_for_backward_bytes_train"])
    assert report.memory.parameter_bytes == int(row["params_bytes"])
    assert report.total.activations == int(row["conv_fc_outputs_elems"])
    assert report.layers[0].saved_bytes == int(row["input_bytes"])
