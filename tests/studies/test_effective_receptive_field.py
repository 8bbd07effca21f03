"""Holds the receptive-field study to naive twins, to linear networks of known fields, and to leaving the network be."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor, nn

from resnet_core.analysis.receptive_field import Reach
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.findings.effective_receptive_field import ReceptiveFieldFindings, ReceptiveFieldOptions
from resnet_core.studies import effective_receptive_field as study
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.effective_receptive_field import receptive_field_study
from resnet_core.studies.field_mass import Unit, middle_unit, profile, radius_holding, share_outside, shown_map
from resnet_core.studies.subject import StudySubject, initial_subject
from resnet_core.verification import memory_refusal
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_data, tiny_run

FloatArray = NDArray[np.float64]


def subject_of(changes: dict[str, Any] | None = None, **training: Any) -> StudySubject:
    config = ArchitectureConfig.model_validate({**tiny_architecture().model_dump(), **(changes or {})})
    subject = initial_subject(tiny_run(config, **training), lambda _facts: tiny_data())
    subject.model.double()
    return subject


def found_of(subject: StudySubject, **options: Any) -> ReceptiveFieldFindings:
    *_, last = receptive_field_study(subject, ReceptiveFieldOptions(**options))
    assert isinstance(last, ReceptiveFieldFindings)
    return last


LINEAR: dict[str, Any] = {"norm": {"kind": "none"}, "activation": {"kind": "identity"}, "shortcut": {"option": "none"}}


def all_ones(subject: StudySubject) -> StudySubject:
    with torch.no_grad():
        for parameter in subject.model.parameters():
            parameter.fill_(1.0)
    return subject


def boxes(count: int) -> FloatArray:
    """The field of `count` convolutions of ones, 3 wide, one after the other, brought to sum 1."""
    line = np.ones(1)
    for _ in range(count):
        line = np.convolve(line, np.ones(3) / 3)
    return np.outer(line, line)


def test_that_a_linear_network_of_ones_has_the_field_of_boxes_folded_together() -> None:
    one_stage = {"stages": [{"blocks": 2, "width": 4}]}
    found = found_of(all_ones(subject_of({**LINEAR, **one_stage})), images=4, canvas=16)
    assert [field.field for field in found.fields] == [7, 11]
    for field, count in zip(found.fields, (3, 5), strict=True):
        expected = boxes(count)
        unit = Unit(0, 0, float(count), float(count))
        assert field.radius_68 == pytest.approx(radius_holding(expected, unit, 0.68))
        assert field.radius_95 == pytest.approx(radius_holding(expected, unit, 0.95))
        assert field.outside == 0 and not field.cut
    shown = np.array(found.maps[0].values)
    middle = len(shown) // 2, shown.shape[1] // 2
    reach = min(middle)
    expected = boxes(5)[5 - reach : 6 + reach, 5 - reach : 6 + reach]
    assert shown == pytest.approx(expected / expected.max(), rel=1e-3)
    assert (found.maps[0].left, found.maps[0].high) == (-reach, reach)


def test_that_a_network_that_begins_at_zero_looks_no_further_than_its_stem() -> None:
    zero = {"initialization": {"zero_init_residual": True}, "shortcut": {"option": "A"}}
    found = found_of(subject_of(zero), images=8, canvas=32)
    assert [field.field for field in found.fields] == [7, 11, 17]
    assert {field.radius_95 for field in found.fields} <= {1.0, 2**0.5}
    assert all(np.array(shown.values).shape == (3, 3) for shown in found.maps)


@pytest.mark.parametrize(
    "changes",
    [{}, {"norm": {"kind": "group", "groups": 2}}, {"attention": {"kind": "se"}}, {"activation": {"kind": "gelu"}}],
    ids=["batch", "group", "se", "gelu"],
)
def test_that_maps_are_those_of_one_image_at_a_time(changes: dict[str, Any]) -> None:
    subject = subject_of(changes, batch_size=6)
    found = found_of(subject, images=12, block="layer2.0")
    images_NCHW = torch.cat([images for images, _ in subject.batches.fixed_batches(12)]).double()
    twin = naive_map(subject.model, images_NCHW, images_NCHW[:6])
    unit = middle_unit(4, 4, Reach(17, 2, 8))
    assert found.images == 12 and found.statistics == ("none" if "norm" in changes else "batch")
    (profile_found,) = found.profiles
    assert profile_found.values == pytest.approx((twin.sum(0) / twin.sum(0).max()).tolist(), rel=1e-6)
    assert profile_found.places[0] == -unit.x
    assert found.fields[2].radius_95 == pytest.approx(radius_holding(twin, unit, 0.95))
    assert found.fields[2].cut
    assert math.isnan(found.fields[0].radius_95)


def naive_map(model: nn.Module, images_NCHW: Tensor, settled_on_NCHW: Tensor) -> FloatArray:
    """The mean |gradient| of layer2.0's middle, image by image, every BatchNorm written out as a fixed scale."""
    twin = copy.deepcopy(model).train()
    for module in twin.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        twin(settled_on_NCHW)
    twin.eval()
    total = torch.zeros(8, 8, dtype=torch.float64)
    for image_CHW in images_NCHW:
        image = image_CHW[None].clone().requires_grad_()
        outputs: list[Tensor] = []
        handle = twin.get_submodule("layer2.0").register_forward_hook(lambda _m, _i, out: outputs.append(out))  # noqa: B023
        twin(image)
        handle.remove()
        outputs[0][0, :, 2, 2].sum().backward()
        assert image.grad is not None
        total += image.grad[0].abs().mean(0)
    return np.asarray((total / len(images_NCHW)).numpy())


def test_that_a_layer_that_sees_the_whole_map_looks_beyond_the_field() -> None:
    few = {"stages": [{"blocks": 1, "width": 4}]}
    without = found_of(subject_of(few), images=4, canvas=24)
    gated = found_of(subject_of({**few, "attention": {"kind": "se", "reduction": 2}}), images=4, canvas=24)
    assert without.fields[0].outside == 0
    assert gated.fields[0].outside > 0


def test_that_a_canvas_is_made_of_the_images_alone() -> None:
    images_NCHW = torch.arange(3.0)[:, None, None, None].expand(3, 1, 8, 8)
    chunks = study.mosaics(images_NCHW, 20, 16)
    canvases = torch.cat(list(chunks))
    assert (chunks.at_once, chunks.total) == (2, 2)
    assert canvases.shape == (3, 1, 20, 20)
    tiles = canvases[:, 0, :16, :16].reshape(3, 2, 8, 2, 8).permute(0, 1, 3, 2, 4).flatten(3)
    assert bool((tiles == tiles[..., :1]).all())
    assert torch.equal(canvases, torch.cat(list(study.mosaics(images_NCHW, 20, 1))))
    assert torch.equal(images_NCHW, torch.cat(list(study.mosaics(images_NCHW, 8, 2))))


def test_that_a_canvas_beyond_memory_is_refused_and_many_are_not_laid_out_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canvases = study.mosaics(torch.zeros(1, 3, 8, 8).expand(100_000, 3, 8, 8), 1024, 64)
    assert canvases.total == 100_000 and next(iter(canvases)).shape == (1, 3, 1024, 1024)
    monkeypatch.setattr(memory_refusal, "free_bytes", lambda _device: 2**24)
    with pytest.raises(ConfigurationError, match=r"study\.canvas: a step of 1 images needs at least"):
        found_of(subject_of(), images=4, canvas=512)


def test_that_weights_buffers_modes_and_hooks_stay_when_a_study_ends_or_is_given_up() -> None:
    subject = subject_of({"regularization": {"dropout": 0.2, "stochastic_depth": 0.2}})
    model = subject.model
    model.blocks["layer1.1"].eval()
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    course = receptive_field_study(subject, ReceptiveFieldOptions(images=8))
    for _ in range(3):
        assert isinstance(next(course), StudyProgress)
    course.close()  # type: ignore[attr-defined]
    assert found_of(subject, images=8) == found_of(subject, images=8)
    assert same_bits(before, model.state_dict())
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


def test_that_progress_counts_forward_and_backward_passes() -> None:
    *progress, _ = receptive_field_study(subject_of(batch_size=4), ReceptiveFieldOptions(images=8))
    assert progress == [StudyProgress(done, 8, "gradients at the input") for done in range(1, 9)]


def test_that_of_a_deep_network_some_blocks_are_measured_and_the_last_of_each_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(study, "MOST_BLOCKS", 3)
    deep = {"stages": [{"blocks": 5, "width": 2}, {"blocks": 3, "width": 2, "stride": 2}]}
    found = found_of(subject_of(deep), images=2)
    measured = [field.id for field in found.fields if math.isfinite(field.radius_95)]
    assert measured == ["layer1.0", "layer1.2", "layer1.4", "layer2.0", "layer2.2"]
    assert [shown.id for shown in found.maps] == ["layer1.4", "layer2.2"]
    assert all(field.field for field in found.fields)


def test_that_a_network_beyond_numbers_is_found_without_fields() -> None:
    subject = subject_of()
    with torch.no_grad():
        next(subject.model.parameters()).fill_(math.inf)
    found = found_of(subject, images=4)
    assert all(math.isnan(field.radius_95) and math.isnan(field.outside) for field in found.fields)
    assert all(not shown.values for shown in found.maps)


def test_that_a_block_of_another_network_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean layer2\.0"):
        found_of(subject_of(), block="layer2.7")
    with pytest.raises(ConfigurationError, match=r"from layer1\.0 to layer2\.0"):
        found_of(subject_of(), block="xyz")


@pytest.mark.parametrize("options", [{"images": 1}, {"canvas": -1}, {"canvas": 2000}, {"block": 3}])
def test_that_options_out_of_bounds_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReceptiveFieldOptions(**options)


def gaussian(size: int, sigma: float) -> tuple[FloatArray, Unit]:
    unit = Unit(0, 0, size // 2, size // 2)
    places = (np.arange(size) - size // 2) / sigma
    return np.exp(-0.5 * (places[:, None] ** 2 + places**2)), unit


def test_that_radii_of_a_gaussian_are_those_of_its_closed_form() -> None:
    mass, unit = gaussian(121, 10.0)
    for share in (0.68, 0.95):
        assert radius_holding(mass, unit, share) == pytest.approx(10 * math.sqrt(-2 * math.log(1 - share)), abs=0.1)
    assert radius_holding(np.zeros((3, 3)), unit, 0.5) != radius_holding(np.zeros((3, 3)), unit, 0.5)


def test_that_a_single_pixel_has_radius_zero_and_nothing_outside() -> None:
    mass = np.zeros((5, 5))
    mass[2, 2] = 1e-25
    unit = Unit(2, 2, 2.0, 2.0)
    assert radius_holding(mass, unit, 0.95) == 0
    assert share_outside(mass, unit, Reach(1, 1, 0)) == 0
    assert shown_map("a", mass, unit).values == ((1.0,),)


def test_that_a_large_map_is_thinned_out_and_stays_in_place() -> None:
    mass, unit = gaussian(301, 60.0)
    shown = shown_map("a", mass, unit)
    rows, columns = len(shown.values), len(shown.values[0])
    assert max(rows, columns) <= 96
    assert (shown.right - shown.left) / (columns - 1) == pytest.approx(4)
    peak = np.unravel_index(np.array(shown.values).argmax(), (rows, columns))
    assert shown.left + 4 * peak[1] == pytest.approx(0, abs=2)
    assert shown.low + 4 * peak[0] == pytest.approx(0, abs=2)


def test_that_rows_of_a_shown_map_go_upwards() -> None:
    mass = np.ones((3, 3))
    mass[0] = 4.0  # the top of the image
    shown = shown_map("a", mass, Unit(1, 1, 1.0, 1.0))
    assert shown.values[-1] == (1.0, 1.0, 1.0) and shown.high == 1
    assert profile("a", mass, Unit(1, 1, 1.0, 1.0)).values == (1.0, 1.0, 1.0)
