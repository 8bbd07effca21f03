"""Holds the learning-rate finder to losses whose shape is known, and to leaving the network as it was."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch

from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.drawing.say import as_written
from resnet_core.findings.figures import LineFigure
from resnet_core.findings.learning_rate import LearningRateFindings, LearningRateOptions, LearningRateStudy
from resnet_core.findings.study import StudiedNetwork
from resnet_core.model.resnet import build_model
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.learning_rate import conclusions, find_learning_rate, has_diverged, smoothed
from resnet_core.studies.subject import StudySubject
from resnet_core.training.batches import Batches
from resnet_core.training.learner import Learner
from tests.training.tiny_runs import same_bits, tiny_data, tiny_run

CPU = torch.device("cpu")
STUDY = LearningRateStudy()


def subject(run: RunConfig | None = None) -> StudySubject:
    run = run or tiny_run(batch_size=32)
    network = StudiedNetwork("", "Tiny", "digits", 0, 0, "cpu")
    model = build_model(run.architecture, seed=run.training.seed)
    return StudySubject(network, run, model, Batches(tiny_data(), run.training, CPU), CPU)


def found(options: LearningRateOptions, of: StudySubject | None = None) -> LearningRateFindings:
    *_, last = find_learning_rate(of or subject(), options)
    assert isinstance(last, LearningRateFindings)
    return last


def bowl(rates: np.ndarray, lowest: float) -> list[float]:
    """A loss that falls to `lowest` and rises behind it, over the logarithm of the rate."""
    distance = np.log10(rates) - math.log10(lowest)
    return list(np.where(distance < 0, 2.3 - 1.5 * np.exp(-(distance**2)), 0.8 + 4 * distance**2))


def test_that_the_losses_are_those_of_updates_at_growing_rates() -> None:
    of = subject()
    twin = Learner(copy.deepcopy(of.model), of.run, CPU, 1)
    result = found(LearningRateOptions(steps=10, lowest=1e-3, highest=0.5), of)
    assert result.rates == pytest.approx(np.geomspace(1e-3, 0.5, 10))
    for step, rate in enumerate(result.rates):
        twin.update(*of.batches.batch(step), rate, 0)
        assert result.losses[step] == twin.read(1)[0][0]


def test_that_the_network_is_left_as_it_was_when_it_ends_or_is_given_up() -> None:
    of = subject()
    before = copy.deepcopy(of.model.state_dict())
    found(LearningRateOptions(steps=10), of)
    course = find_learning_rate(of, LearningRateOptions(steps=10))
    assert next(course) == StudyProgress(1, 10, "updates at growing rates")
    course.close()  # type: ignore[attr-defined]
    assert same_bits(before, of.model.state_dict())
    assert all(parameter.grad is None for parameter in of.model.parameters())


def test_that_it_ends_where_the_loss_diverges() -> None:
    result = found(LearningRateOptions(steps=40, lowest=1.0, highest=1000.0))
    assert len(result.rates) < 40
    assert result.diverged_at == result.rates[-1]
    assert "It diverges at" in STUDY.headline(result, as_written) or math.isnan(result.lowest_at)


def test_that_a_tenth_of_the_lowest_rate_is_suggested() -> None:
    rates = np.geomspace(1e-4, 10, 100)
    result = conclusions(rates.tolist(), bowl(rates, 0.5))
    assert result.lowest_at == pytest.approx(0.5, rel=0.35)  # averaged over neighbours, it lies a little lower
    assert result.suggested == result.lowest_at / 10
    offer = STUDY.offers(result)
    assert offer == {"learning_rate": pytest.approx(result.suggested, rel=0.05)}
    assert f"{result.suggested:.2g}" in STUDY.headline(result, as_written)


def test_that_nothing_is_suggested_where_the_loss_only_scatters() -> None:
    scatter = np.random.default_rng(0).normal(2.3, 0.05, 100)
    result = conclusions(np.geomspace(1e-4, 10, 100).tolist(), scatter.tolist())
    assert math.isnan(result.suggested)
    assert STUDY.offers(result) == {}
    assert STUDY.headline(result, as_written) == "The loss does not fall at any of these rates."
    (figure,) = STUDY.figures(result)
    assert isinstance(figure, LineFigure) and figure.marks == ()


def test_that_a_mean_is_of_the_neighbours_and_leaves_out_what_is_no_number() -> None:
    assert smoothed([2.0] * 20).tolist() == pytest.approx([2.0] * 20)
    assert smoothed([*range(9), math.inf])[4] == pytest.approx(4)
    assert smoothed([1.0, 3.0])[0] == 2.0


@pytest.mark.parametrize(("last", "diverged"), [(2.0, False), (7.9, False), (8.1, True), (math.nan, True)])
def test_that_a_loss_diverges_where_it_is_no_number_or_four_times_the_lowest(last: float, diverged: bool) -> None:
    assert has_diverged([2.0] * 20 + [last]) is diverged


def test_that_a_batch_worse_than_others_is_no_divergence_when_it_is_better_than_guessing() -> None:
    learned = [0.02] * 20
    assert not has_diverged([*learned, 0.12], math.log(10))
    assert has_diverged([*learned, 2.4], math.log(10))
    thrown_off = conclusions(np.geomspace(1e-4, 1, 21).tolist(), [*learned, 2.4], math.log(10))
    assert STUDY.headline(thrown_off, as_written) == "The loss does not fall at any of these rates. It diverges at 1."


def test_that_a_network_beyond_numbers_is_told_as_one() -> None:
    result = conclusions([1e-4], [math.inf])
    assert math.isnan(result.lowest_at) and STUDY.offers(result) == {}
    again = LearningRateFindings.model_validate(result.model_dump(mode="json"))
    assert STUDY.headline(again, as_written) == "The loss is no finite number, not even at the lowest rate."


def test_that_a_loss_that_still_falls_at_the_highest_rate_is_not_called_lowest_there() -> None:
    rates = np.geomspace(1e-4, 1e-2, 40)
    result = conclusions(rates.tolist(), np.linspace(2.3, 1.0, 40).tolist())
    assert result.still_falls and result.suggested == pytest.approx(1e-3)
    assert STUDY.headline(result, as_written).startswith("The loss still falls at the highest rate, 0.01")
    assert not conclusions([*rates, 0.02], [*np.linspace(2.3, 1.0, 40), math.nan]).still_falls


@pytest.mark.parametrize("highest", [0.1, 0.5])
def test_that_rates_that_do_not_grow_are_refused(highest: float) -> None:
    with pytest.raises(ConfigurationError, match="not above the lowest rate"):
        found(LearningRateOptions(lowest=0.5, highest=highest))


def test_that_the_table_has_a_row_an_update() -> None:
    result = conclusions([0.1, 0.2, 0.4], [2.0, 1.0, math.inf])
    assert [row[1] for row in STUDY.table(result).rows] == ["2", "1", "not finite"]
    assert result.model_dump(mode="json")["losses"] == [2.0, 1.0, None]
