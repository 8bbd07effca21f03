"""Holds what a probe concludes from one batch: growth, effective depth, lengths of paths, and what it leaves out."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from resnet_core.analysis.gradient_profile import path_length_shares
from resnet_core.analysis.layer_cost import parameters_of
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import validated
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig
from resnet_core.process.jobs import run_probe_job
from tests.training.tiny_runs import tiny_training


def probed(name: str, **changes: Any) -> dict[str, Any]:
    """The probe of a preset on one batch of noise, He fan-in unless `initialization` says otherwise."""
    data = preset(name).model_dump(mode="json")
    data["initialization"]["scheme"] = "kaiming_fan_in"
    for part, fields in changes.items():
        data[part].update(fields)
    run = RunConfig(
        architecture=validated(ArchitectureConfig, data), training=tiny_training(data="random", batch_size=32)
    )
    return run_probe_job(run)


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return probed("Plain-20")


def test_that_a_pre_activation_network_is_much_shallower_than_its_blocks() -> None:
    document = probed("ResNet-56", block={"activation_order": "pre"})
    assert document["effective_depth"] == pytest.approx(7.7, abs=1.0)
    lengths = np.array(document["path_length_shares"])
    assert lengths.shape == (28,)
    assert lengths.sum() == pytest.approx(1.0)
    assert (lengths * np.arange(28)).sum() == pytest.approx(document["effective_depth"])


def test_that_nothing_goes_through_branches_that_begin_at_zero() -> None:
    document = probed("ResNet-20", initialization={"zero_init_residual": True})
    assert document["effective_depth"] == 0
    assert document["path_length_shares"][0] == 1
    norms = document["boundary_norms"]
    ratios = [first / second for first, second in pairwise(norms[:-1])]
    assert ratios == pytest.approx([1.0] * 8, abs=1e-3)
    assert {block["branch_shortcut_cosine"] for block in document["blocks"]} == {None}


def test_that_every_way_through_a_plain_network_goes_through_all_its_blocks(plain: dict[str, Any]) -> None:
    assert plain["effective_depth"] == len(plain["blocks"]) == 9
    assert plain["path_length_shares"] == [0.0] * 9 + [1.0]


def test_that_what_a_plain_block_does_not_have_is_absent(plain: dict[str, Any]) -> None:
    there = ["id", "branch_norm", "parameter_gradient_norm", "stream_mean", "stream_variance"]
    there += ["dead_fraction", "norm_drift"]
    assert [list(block) for block in plain["blocks"]] == [there] * 9
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_that_the_stream_of_a_pre_activation_network_grows_by_a_branch_a_block() -> None:
    """A He convolution of rectified unit normals z has variance 2 Var(max(z, 0)) = 1 - 1/pi = 0.68, less at borders."""
    document = probed("ResNet-20", block={"activation_order": "pre"})
    for stage in (document["blocks"][0:3], document["blocks"][3:6], document["blocks"][6:9]):
        for block, after in pairwise(stage):
            grown = after["stream_variance"] - block["stream_variance"]
            assert grown == pytest.approx(after["branch_variance"], abs=0.1)
            assert grown == pytest.approx(0.66, abs=0.15)


def test_that_lengths_of_paths_follow_from_the_shares_of_the_branches() -> None:
    assert path_length_shares([0.5, 0.5]).tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert path_length_shares([0.2, 1.0]).tolist() == pytest.approx([0.0, 0.8, 0.2])
    assert np.isnan(path_length_shares([0.2, float("nan")])).all()


def test_that_a_probe_tells_the_gradient_of_every_layer_with_parameters(plain: dict[str, Any]) -> None:
    graph = build_graph(preset("Plain-20"))
    layers = plain["layer_gradients"]
    assert [layer["id"] for layer in layers] == [node.id for node in graph.nodes if parameters_of(node)]
    for block in plain["blocks"]:
        squares = sum(layer["gradient_norm"] ** 2 for layer in layers if layer["id"].startswith(f"{block['id']}."))
        assert math.sqrt(squares) == pytest.approx(block["parameter_gradient_norm"], rel=1e-6)


def test_that_a_probe_measures_units_and_norms_before_any_training(plain: dict[str, Any]) -> None:
    """No channel is dead where BatchNorm centres it; a fresh norm expects mean 0 and deviation 1."""
    assert {block["dead_fraction"] for block in plain["blocks"]} == {0.0}
    assert all(0.05 < block["norm_drift"] < 2 for block in plain["blocks"])


def test_that_the_branches_of_a_stage_that_begins_anew_add_one_to_their_number() -> None:
    """The l-th block adds what each one adds to l of it: ||F||^2 / ||x||^2 = 1 / l (De and Smith 2020)."""
    shortcut = {"option": "B", "projection_norm": False}
    document = probed("ResNet-20", block={"activation_order": "pre"}, shortcut=shortcut, stem={"width": 32})
    found = [block["branch_stream_ratio"] ** -2 for block in document["blocks"][3:]]
    assert found == pytest.approx([1, 2, 3, 1, 2, 3], rel=0.35)
