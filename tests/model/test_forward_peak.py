"""Holds the forecast peak of a forward pass against the tensors that are really alive, byte for byte."""

from __future__ import annotations

from contextlib import nullcontext
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.analysis.forward_peak import forward_peak, forward_timeline
from resnet_core.analysis.memory import Precision
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset
from tests.model.live_tensors import LiveTensors
from tests.model.test_saved_tensors import SAMPLE, empty_model, images_for, small
from tests.reference_tables import Row, reference_rows
from tests.strategies import architectures, examples


def measured_peak(config: ArchitectureConfig, batch: int, precision: Precision) -> int:
    model = empty_model(config, "cpu", precision).eval()
    images = images_for(config, batch)
    images = images.to(torch.bfloat16) if precision == "bfloat16" else images
    autocast = torch.autocast("cpu", torch.bfloat16) if precision == "mixed" else nullcontext()
    watch = LiveTensors((*model.parameters(), *model.buffers()), (images,))
    with torch.no_grad(), watch, autocast:
        model(images)
    return watch.peak_bytes


@pytest.mark.parametrize("precision", get_args(Precision))
@pytest.mark.parametrize("name", SAMPLE)
def test_that_the_forward_peak_is_what_is_alive_when_it_is_a_preset(name: str, precision: Precision) -> None:
    config = small(name)
    assert forward_peak(build_graph(config), 3, precision=precision).bytes == measured_peak(config, 3, precision)


@pytest.mark.parametrize("precision", get_args(Precision))
@settings(max_examples=examples(25))
@given(config=architectures(), batch=st.integers(1, 3))
def test_that_the_forward_peak_is_what_is_alive_when_the_network_is_random(
    precision: Precision, config: ArchitectureConfig, batch: int
) -> None:
    expected = measured_peak(config, batch, precision)
    assert forward_peak(build_graph(config), batch, precision=precision).bytes == expected


@pytest.mark.parametrize("row", reference_rows("memory"), ids=lambda row: row["model"])
def test_that_the_forward_peak_is_the_reference_when_torchvision_works_in_place(row: Row) -> None:
    graph = build_graph(preset(row["model"]))
    assert forward_peak(graph, 1, in_place=True).bytes == int(row["fwd_peak_live_bytes_eval_nograd"])


@settings(max_examples=examples(25))
@given(config=architectures())
def test_that_working_in_place_needs_no_more(config: ArchitectureConfig) -> None:
    graph = build_graph(config)
    assert forward_peak(graph, 8, in_place=True).bytes <= forward_peak(graph, 8).bytes


@pytest.mark.parametrize("name", ["ResNet-18", "BiT-R50x1"])
def test_that_the_largest_batch_fits_and_one_more_does_not(name: str) -> None:
    timeline = forward_timeline(build_graph(preset(name)))
    limit = 3_000_000_000
    batch = timeline.largest_batch(limit)
    assert timeline.peak(batch).bytes <= limit < timeline.peak(batch + 1).bytes
    assert timeline.largest_batch(1000) == 0
