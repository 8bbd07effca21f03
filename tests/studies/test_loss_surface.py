"""Holds the loss around a network's weights to twins moved by hand, and to leaving the network as it was."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet_core.configuration.architecture_config import HeadConfig, NormConfig
from resnet_core.findings.loss_direction import DirectionOptions, LossDirectionFindings
from resnet_core.findings.loss_landscape import LandscapeOptions, LossLandscapeFindings
from resnet_core.model.resnet import ResNet
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.filter_direction import filter_direction
from resnet_core.studies.loss_surface import loss_direction, loss_landscape
from resnet_core.studies.subject import StudySubject
from tests.studies.tiny_subjects import lived_in, subject_of
from tests.training.tiny_runs import same_bits, tiny_architecture

FEW = {"points": 5, "reach": 0.8, "images": 128}


def line_of(subject: StudySubject, **options: object) -> LossDirectionFindings:
    *_, last = loss_direction(subject, DirectionOptions.model_validate({**FEW, **options}))
    assert isinstance(last, LossDirectionFindings)
    return last


def plane_of(subject: StudySubject, **options: object) -> LossLandscapeFindings:
    *_, last = loss_landscape(subject, LandscapeOptions.model_validate({**FEW, **options}))
    assert isinstance(last, LossLandscapeFindings)
    return last


def moved_by_hand(model: ResNet, steps: list[tuple[float, dict[str, Tensor]]]) -> ResNet:
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in twin.named_parameters():
            for distance, direction in steps:
                if name in direction:
                    weight.add_(distance * direction[name])
    return twin


def outcome(model: nn.Module, subject: StudySubject, images: int, *, by_batch: bool) -> tuple[float, float]:
    """Loss and accuracy, batch by batch: by the batch's statistics in training mode, else in evaluation mode."""
    twin = copy.deepcopy(model).train(by_batch)
    with torch.no_grad():
        both = [(twin(x_NCHW), labels) for x_NCHW, labels in subject.batches.fixed_batches(images)]
    logits, labels = (torch.cat(parts) for parts in zip(*both, strict=True))
    return float(F.cross_entropy(logits.double(), labels)), float((logits.argmax(1) == labels).double().mean())


def test_that_each_filter_of_a_direction_is_as_long_as_the_weights_own() -> None:
    model = lived_in(subject_of()).model
    direction = filter_direction(model, 3, 0)
    assert set(direction) == {name for name, weight in model.named_parameters() if name.endswith("weight")
                              and isinstance(model.get_submodule(name[:-7]), nn.Conv2d | nn.Linear)}  # fmt: skip
    for name, step in direction.items():
        for mine, theirs in zip(step, model.get_parameter(name), strict=True):
            assert float(mine.norm()) == pytest.approx(float(theirs.detach().norm()), rel=1e-6)


def test_that_a_direction_follows_from_its_seed_and_number_alone() -> None:
    model = subject_of().model
    first, again = filter_direction(model, 3, 0), filter_direction(model, 3, 0)
    assert same_bits(first, again)
    for other in (filter_direction(model, 3, 1), filter_direction(model, 4, 0)):
        assert not any(torch.equal(first[name], other[name]) for name in first)


def test_that_a_filter_of_zeros_stays_where_it_is() -> None:
    model = subject_of().model
    with torch.no_grad():
        model.get_parameter("conv1.weight")[1].zero_()
    step = filter_direction(model, 0, 0)["conv1.weight"]
    assert not step[1].any() and step[0].any()


@pytest.mark.parametrize("by_batch", [False, True])
def test_that_the_loss_along_a_direction_is_that_of_twins_moved_by_hand(by_batch: bool) -> None:
    subject = lived_in(subject_of())
    found = line_of(subject, direction_seed=2, batch_statistics="always" if by_batch else "never")
    direction = filter_direction(subject.model, 2, 0)
    assert found.distances == pytest.approx((-0.8, -0.4, 0.0, 0.4, 0.8))
    for distance, loss, accuracy in zip(found.distances, found.losses, found.accuracies, strict=True):
        twin = moved_by_hand(subject.model, [(distance, direction)])
        expected = outcome(twin, subject, 128, by_batch=by_batch)
        assert (loss, accuracy) == pytest.approx(expected, rel=1e-5)
    assert found.loss == found.losses[2]
    assert (found.images, found.batch, found.classes) == (128, 64, 10)
    assert found.statistics == ("batch" if by_batch else "averages")


def test_that_the_loss_on_a_plane_is_that_of_twins_moved_by_hand() -> None:
    subject = lived_in(subject_of(step=1000))
    found = plane_of(subject, points=3)
    first, second = (filter_direction(subject.model, 0, number) for number in (0, 1))
    for beta, row in zip(found.betas, found.losses, strict=True):
        for alpha, loss in zip(found.alphas, row, strict=True):
            twin = moved_by_hand(subject.model, [(alpha, first), (beta, second)])
            assert loss == pytest.approx(outcome(twin, subject, 128, by_batch=False)[0], rel=1e-5)
    assert found.loss == found.losses[1][1]
    assert found.accuracy == outcome(subject.model, subject, 128, by_batch=False)[1]


def test_that_the_row_through_the_weights_is_the_loss_along_the_first_direction() -> None:
    subject = lived_in(subject_of(step=1000))
    line, plane = line_of(subject), plane_of(subject)
    assert plane.losses[2] == line.losses
    assert plane.loss == line.loss


@pytest.mark.parametrize("step, source", [(0, "batch"), (50, "batch"), (51, "averages"), (5000, "averages")])
def test_that_running_averages_are_left_to_networks_that_have_trained(step: int, source: str) -> None:
    assert line_of(subject_of(step=step), points=3).statistics == source


def test_that_a_network_without_batch_norm_has_no_statistics() -> None:
    plain = tiny_architecture(norm=NormConfig(kind="group", groups=2))
    first, second = (line_of(subject_of(plain), points=3, batch_statistics=choice) for choice in ("always", "never"))
    assert first == second and first.statistics == "none"


def test_that_the_scale_of_filters_before_a_norm_does_not_matter() -> None:
    """What filters are normalised for (Li et al. 2018, section 3)."""
    small, large = lived_in(subject_of()), lived_in(subject_of())
    with torch.no_grad():
        for module in large.model.modules():
            if isinstance(module, nn.Conv2d):
                module.weight.mul_(20)
    assert line_of(small).losses == pytest.approx(line_of(large).losses, rel=1e-3)


@pytest.mark.parametrize("course", [
    lambda subject: loss_direction(subject, DirectionOptions.model_validate({**FEW, "batch_statistics": "always"})),
    lambda subject: loss_landscape(subject, LandscapeOptions.model_validate({**FEW, "batch_statistics": "never"})),
])  # fmt: skip
def test_that_the_network_is_untouched_when_a_study_ends_or_is_given_up(course: Callable[..., object]) -> None:
    subject = lived_in(subject_of(tiny_architecture(head=HeadConfig(classes=10, dropout=0.5))))
    model = subject.model
    model.get_submodule("layer1.1").eval()
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    *_, _last = course(subject)  # type: ignore[misc]
    given_up = course(subject)
    for _ in range(5):  # some way from the weights
        next(given_up)  # type: ignore[call-overload]
    assert not same_bits(before, model.state_dict())
    given_up.close()  # type: ignore[attr-defined]
    assert same_bits(before, model.state_dict())
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.is_grad_enabled()


def test_that_findings_follow_from_the_seed_alone_though_the_network_drops() -> None:
    dropping = tiny_architecture(head=HeadConfig(classes=10, dropout=0.5))
    found = line_of(subject_of(dropping), points=3)
    assert found == line_of(subject_of(dropping), points=3)
    assert found != line_of(subject_of(dropping), points=3, direction_seed=1)


def test_that_progress_counts_batches_at_every_point_and_a_point_in_the_middle_is_the_weights() -> None:
    *progress, found = loss_direction(subject_of(), DirectionOptions(points=4, images=130))
    assert progress == [StudyProgress(done, 10, "loss around the weights") for done in range(1, 11)]
    assert isinstance(found, LossDirectionFindings)
    assert found.distances[2] == 0.0 and found.images == 128


def test_that_fewer_images_than_a_batch_are_one_batch_and_more_than_there_are_all() -> None:
    batches = subject_of(max_shift=0).batches
    assert [len(labels) for _, labels in batches.fixed_batches(10)] == [10]
    assert sum(len(labels) for _, labels in batches.fixed_batches(10**6)) == 22 * 64
    (few, _), *_ = batches.fixed_batches(64)
    (other, _), *_ = subject_of(seed=5, max_shift=2).batches.fixed_batches(64)
    assert torch.equal(few, other)


def test_that_losses_without_a_number_are_found_and_told() -> None:
    subject = subject_of(step=1000)
    with torch.no_grad():
        subject.model.get_parameter("fc.bias")[0] = math.nan
    line, plane = line_of(subject, points=3), plane_of(subject, points=3)
    assert all(map(math.isnan, (*line.losses, line.loss, line.sharpness, plane.loss, plane.nonconvex_share)))
    assert line.guessing_at == plane.guessing_at == 0.0
