"""Tests the whole verification: a network built on a device, measured, and held against its graph."""

from __future__ import annotations

import json
import sys

import pytest
import torch
from torch import nn

from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig, InputConfig, StageConfig
from resnet_core.configuration.presets import preset
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.verification.graph_agreement import graph_mismatches
from resnet_core.verification.verification_report import LayerMismatch
from resnet_core.verification.verifier import verify


def mismatches_after(change: str, replacement: nn.Module) -> tuple[LayerMismatch, ...]:
    """What is found in ResNet-20 when one of its modules is another."""
    model: ResNet = build_model(preset("ResNet-20"), seed=0)
    parent, _, name = change.rpartition(".")
    setattr(model.get_submodule(parent), name, replacement)
    return graph_mismatches(model, build_graph(preset("ResNet-20")))


def test_that_a_preset_agrees_with_itself_and_is_measured() -> None:
    told: list[tuple[int, int, str]] = []
    report = verify(preset("ResNet-20"), progress=lambda *step: told.append(step), batch=3)
    assert report.agrees
    assert (report.mismatches, report.failures) == ((), ())
    assert (report.name, report.device, report.layers) == ("ResNet-20", "cpu", 71)
    assert (report.parameters, report.macs) == (269_722, 40_551_040)
    assert report.parameter_bytes == 4 * 269_722
    assert report.step is not None
    assert report.step.batch == 3
    assert min(report.build_s, report.step.forward_s, report.step.backward_s) > 0
    assert [(done, total) for done, total, _ in told] == [(done, 6) for done in range(7)]


def test_that_the_network_is_built_and_compared_alone_when_no_witness_is_asked() -> None:
    report = verify(preset("ResNet-20"), witnesses=())
    assert report.agrees
    assert report.witnesses == ()
    assert report.step is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a peak that can begin anew")
def test_that_the_memory_of_the_step_is_at_least_what_backward_needs() -> None:
    config = preset("ResNet-18").model_copy(update={"input": InputConfig(height=64, width=64)})
    report = verify(config, batch=16)
    assert report.step is not None
    memory = report.step.memory
    assert memory is not None
    assert memory.method == "resident_set"
    assert memory.peak_bytes is not None
    assert memory.peak_bytes >= max(memory.forward_bytes, memory.step_bytes)
    # The heap's own book-keeping hides or adds some percent.
    assert memory.built_bytes == pytest.approx(report.parameter_bytes, rel=0.2)
    assert memory.peak_bytes >= 0.9 * report.step.forecast_bytes


def test_that_the_document_is_json_and_absent_where_nothing_was_measured() -> None:
    report = verify(preset("ResNet-20"))
    document = json.loads(json.dumps(report.as_document(), allow_nan=False))
    assert document["agrees"] is True
    assert document["parameters"] == 269_722
    assert [line["witness"] for line in document["witnesses"]] == ["fvcore", "torchinfo", "torch FlopCounterMode / 2"]
    for line in document["witnesses"]:
        assert line["macs"] + sum(item["amount"] for item in line["items"]) == line["witness_operations"]
        assert line["unexplained"] == 0
    assert document["step"]["memory"]["method"] == "resident_set"
    assert "step" not in report._replace(step=None).as_document()
    assert report.step is not None
    assert "memory" not in report.step._replace(memory=None).as_document()


def test_that_a_convolution_of_another_size_is_found() -> None:
    found = mismatches_after("layer1.0.conv1", nn.Conv2d(16, 16, 5, padding=2, bias=False))
    assert found == (
        LayerMismatch("layer1.0.conv1", "parameters", "2304", "6400"),
        LayerMismatch("layer1.0.conv1", "macs", "2359296", "6553600"),
    )


def test_that_a_layer_of_another_kind_is_found() -> None:
    found = mismatches_after("layer1.1.relu1", nn.Identity())
    assert found == (LayerMismatch("layer1.1.relu1", "kind", "relu", "Identity"),)


def test_that_another_shape_is_found_in_every_layer_it_reaches() -> None:
    found = mismatches_after("layer1.3", nn.Identity())
    assert {mismatch.what for mismatch in found} == {"id"}
    found = mismatches_after("conv1", nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False))
    assert found[0] == LayerMismatch("conv1", "output_shape", "16 32 32", "16 16 16")
    assert {"bn1", "layer3.2.conv2", "avgpool"} <= {mismatch.id for mismatch in found}


def test_that_a_missing_layer_is_found() -> None:
    model = build_model(preset("ResNet-20"), seed=0)
    model.get_submodule("layer3").__delitem__(2)
    found = graph_mismatches(model, build_graph(preset("ResNet-20")))
    assert found[0] == LayerMismatch("layer3.2.conv1", "id", "layer3.2.conv1", "avgpool")
    assert found[-1] == LayerMismatch("fc", "id", "fc", "")


def test_that_a_step_that_torch_refuses_is_a_line() -> None:
    config = ArchitectureConfig(
        input=InputConfig(height=8, width=8), stages=(StageConfig(blocks=1, width=8, stride=4),)
    )
    report = verify(config, batch=1)
    assert report.step is None
    (failure,) = report.failures
    assert failure.part == "training step"
    assert "more than 1 value per channel" in failure.reason
    assert report.agrees


def test_that_a_network_too_large_for_the_machine_is_refused_before_it_is_built() -> None:
    stages = tuple(StageConfig(blocks=400, width=8192, kind="bottleneck") for _ in range(5))
    with pytest.raises(ConfigurationError, match=r"weights alone need [\d,.]+ GB, and cpu has .* a smaller network"):
        verify(ArchitectureConfig(stages=stages))


def test_that_an_unknown_device_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="abacus"):
        verify(preset("ResNet-20"), "abacus")


def test_that_the_verification_ends_when_its_progress_is_cancelled() -> None:
    class Cancelled(Exception):
        pass

    def cancel(done: int, total: int, label: str) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        verify(preset("ResNet-20"), progress=cancel)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_that_the_allocator_measures_what_was_built_when_the_device_is_cuda() -> None:
    report = verify(preset("ResNet-50"), "cuda", batch=8)
    assert report.agrees
    assert report.failures == ()
    assert report.step is not None
    memory = report.step.memory
    assert memory is not None
    assert memory.method == "cuda_allocator"
    # The allocator rounds every tensor up to 512 bytes.
    exact = report.parameter_bytes + report.buffer_bytes
    assert exact <= memory.built_bytes <= exact + 512 * 400
    assert memory.peak_bytes is not None
    assert memory.peak_bytes >= memory.forward_bytes > memory.built_bytes
    assert memory.peak_bytes == pytest.approx(report.step.forecast_bytes, rel=0.5)
