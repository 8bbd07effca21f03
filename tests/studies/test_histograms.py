"""Holds the sizes of weights, gradients and updates to twins made by hand, and their bins to sizes that are known."""

from __future__ import annotations

import copy
import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from resnet_core.configuration.architecture_config import HeadConfig, ShortcutConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.drawing.say import as_written
from resnet_core.findings.catalog import read_report
from resnet_core.findings.figures import BarFigure, MapFigure
from resnet_core.findings.histograms import (
    HistogramFindings,
    HistogramOptions,
    HistogramStudy,
    LayerHistogram,
    QuantityHistogram,
)
from resnet_core.process.messages import Study
from resnet_core.process.study_job import run_study_job
from resnet_core.studies.course import StudyProgress
from resnet_core.studies.histograms import histogram_study, natural_rate
from resnet_core.studies.subject import StudySubject
from resnet_core.training.checkpoint import Checkpoint, CheckpointFacts
from tests.studies.tiny_subjects import lived_in, subject_of
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_run

Floats = NDArray[np.float64]
RATE = 0.05


def found_of(subject: StudySubject, **options: Any) -> HistogramFindings:
    *_, last = histogram_study(subject, HistogramOptions(**{"rate": RATE, **options}))
    assert isinstance(last, HistogramFindings)
    return last


def trained(step: int = 7, total: int = 20, **recipe: Any) -> StudySubject:
    """A subject out of a checkpoint, with a momentum of its own."""
    subject = lived_in(subject_of(step=step, **recipe))
    momentum = {
        name: 0.01 * torch.cos(torch.arange(weight.numel()).reshape(weight.shape) * 1.0)
        for name, weight in subject.model.named_parameters()
    }
    facts = CheckpointFacts(step, total, 0, 1.0, 1, "cpu")
    return subject._replace(checkpoint=Checkpoint(facts, copy.deepcopy(subject.model.state_dict()), momentum))


def by_hand(subject: StudySubject) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
    """Weights, gradients and update of each parameter, by autograd and the formulas of SGD (Sutskever et al. 2013)."""
    model, training = copy.deepcopy(subject.model), subject.run.training
    images_NCHW, labels_N = subject.batches.batch(subject.network.step)
    parameters = dict(model.named_parameters())
    gradients = torch.autograd.grad(F.cross_entropy(model(images_NCHW), labels_N), list(parameters.values()))
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    clip = min(1.0, training.clip_norm / float(norm)) if training.clip_norm else 1.0
    found = {}
    for (name, weight), gradient in zip(parameters.items(), gradients, strict=True):
        step = clip * gradient + training.weight_decay * weight.detach()
        momentum = subject.checkpoint.momentum[name] if subject.checkpoint else None
        velocity = step if momentum is None else training.momentum * momentum + step
        found[name] = (weight.detach(), gradient, -RATE * (step + training.momentum * velocity))
    return found


def counts(sizes: Floats, first: int, bins: int, per_decade: int) -> Floats:
    """The share of sizes in each bin, by comparing with its ends."""
    ends = 10.0 ** (np.arange(first, first + bins + 1) / per_decade)
    return np.array([((sizes >= low) & (sizes < high)).mean() for low, high in pairwise(ends)])


@pytest.mark.parametrize("subject", [lived_in(subject_of()), trained(), trained(clip_norm=0.01)],
                         ids=["initial", "trained", "clipped"])  # fmt: skip
def test_that_each_layer_holds_what_is_computed_by_hand(subject: StudySubject) -> None:
    found, twin = found_of(subject), by_hand(subject)
    filters = {name: values for name, values in twin.items() if values[0].dim() > 1}
    for place, histogram in enumerate((found.weights, found.gradients, found.updates)):
        assert [layer.id for layer in histogram.layers] == [name.removesuffix(".weight") for name in filters]
        for layer, values in zip(histogram.layers, filters.values(), strict=True):
            sizes = np.abs(values[place].double().flatten().numpy())
            assert layer.count == sizes.size
            assert layer.median == pytest.approx(float(np.median(sizes)), rel=2e-3)
            assert layer.largest == pytest.approx(float(sizes.max()), rel=2e-3)
            expected = counts(sizes, histogram.first_bin, len(layer.shares), 4)
            assert np.abs(np.array(layer.shares) - expected).max() <= 2 / sizes.size + 1e-9  # one may round over
            assert sum(layer.shares) + layer.zeros + layer.not_finite == pytest.approx(1)
    ratios = [float(update.double().norm() / weight.double().norm()) for weight, _, update in filters.values()]
    assert found.update_ratios == pytest.approx(ratios, rel=1e-4)


def test_that_gradients_are_those_before_clipping_and_that_momentum_enlarges_the_update() -> None:
    free, clipped = found_of(trained()), found_of(trained(clip_norm=1e-3))
    assert free.gradients == clipped.gradients
    assert free.updates != clipped.updates
    without = trained()._replace(checkpoint=None)
    assert found_of(without).gradients == free.gradients
    assert found_of(without).updates != free.updates


def test_that_micro_batches_and_recomputed_blocks_are_counted_once() -> None:
    plain = tiny_architecture(norm={"kind": "group", "groups": 2})
    whole, parted = found_of(subject_of(plain)), found_of(subject_of(plain, accumulation=4, checkpointing=True))
    for one, other in zip(whole.gradients.layers, parted.gradients.layers, strict=True):
        assert (other.median, other.largest) == pytest.approx((one.median, one.largest), rel=1e-3)


def test_that_a_scaled_loss_does_not_scale_the_gradients() -> None:
    plain, scaled = found_of(subject_of()), found_of(subject_of(precision="float16"))
    for one, other in zip(plain.gradients.layers, scaled.gradients.layers, strict=True):
        assert other.median == pytest.approx(one.median, rel=0.2)


def test_that_a_silenced_branch_has_gradients_of_exactly_zero_which_are_counted_apart() -> None:
    silent = tiny_architecture(initialization={"zero_init_residual": True})
    found = found_of(subject_of(silent, weight_decay=0.0))
    zeros = {layer.id: layer.zeros for layer in found.gradients.layers}
    assert zeros["layer1.0.conv1"] == zeros["layer1.0.conv2"] == 1.0 and zeros["conv1"] < 1
    dead = next(layer for layer in found.gradients.layers if layer.id == "layer1.0.conv1")
    assert dead.median == 0 and math.isnan(dead.least) and not any(dead.shares)
    text = HistogramStudy().headline(found, as_written)
    dead_layers = sum(share == 1 for share in zeros.values())
    assert f"{dead_layers} of {len(zeros)} layers have gradients of exactly 0." in text
    figure = HistogramStudy().figures(found)[-1]
    assert isinstance(figure, BarFigure) and figure.values[figure.blocks.index("layer1.0.conv1")] == 100


def test_that_gradients_at_the_foot_of_float32_are_shown_and_are_not_zeros() -> None:
    subject = subject_of(tiny_architecture(shortcut=ShortcutConfig(option="none")), weight_decay=0.0, momentum=0.0)
    with torch.no_grad():
        for name, parameter in subject.model.get_submodule("layer2.0.bn2").named_parameters():
            parameter.fill_(1e-38 if name == "weight" else 0.0)  # what the classifier sees is as small
    found = found_of(subject)
    layer = found.gradients.layers[-1]
    assert layer.id == "fc" and 0 < layer.least < layer.largest < 1e-36
    assert found.gradients.first_bin / found.gradients.per_decade < -38
    assert layer.zeros < 1 and sum(layer.shares) + layer.zeros == pytest.approx(1)
    assert found.updates.layers[-1].zeros > 0.99  # float32 rounds them away


def test_that_norms_and_biases_count_where_they_are_asked_for() -> None:
    ids = [layer.id for layer in found_of(subject_of(), norms_and_biases=True).weights.layers]
    assert ids[:3] == ["conv1", "bn1", "layer1.0.conv1"]
    few = found_of(subject_of())
    assert "bn1" not in [layer.id for layer in few.weights.layers]
    full = found_of(subject_of(), norms_and_biases=True).weights.layers[-1]
    assert (full.id, full.count - few.weights.layers[-1].count) == ("fc", 10)


def test_that_the_network_is_untouched_and_progress_counts_the_layers() -> None:
    subject = trained()
    before = copy.deepcopy(subject.model.state_dict())
    momentum = copy.deepcopy(subject.checkpoint.momentum) if subject.checkpoint else {}
    *progress, _ = histogram_study(subject, HistogramOptions())
    given_up = histogram_study(subject, HistogramOptions())
    for _ in range(3):
        next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    layers = len(found_of(subject).weights.layers)
    assert [state.done for state in progress if isinstance(state, StudyProgress)] == list(range(layers + 2))
    assert same_bits(before, subject.model.state_dict())
    assert subject.checkpoint is not None and same_bits(momentum, subject.checkpoint.momentum)
    assert all(module.training for module in subject.model.modules())
    assert all(parameter.grad is None for parameter in subject.model.parameters())


def test_that_findings_follow_from_the_seed_alone_though_the_network_drops() -> None:
    dropping = tiny_architecture(head=HeadConfig(classes=10, dropout=0.5))
    assert found_of(subject_of(dropping)) == found_of(subject_of(dropping))


def test_that_the_rate_is_that_of_the_next_update_or_of_the_last() -> None:
    assert natural_rate(subject_of()) == 0.1
    assert natural_rate(trained(11, 20)) == pytest.approx(0.1 * 9 / 18)
    assert natural_rate(trained(20, 20)) == natural_rate(trained(19, 20)) == pytest.approx(0.1 / 18)
    assert found_of(trained(20, 20), rate=0.0).rate == pytest.approx(0.1 / 18)


def test_that_gradients_without_a_number_are_told_by_their_first_layer() -> None:
    subject = subject_of()
    with torch.no_grad():
        subject.model.get_parameter("fc.bias")[0] = math.nan
    found = found_of(subject)
    assert HistogramStudy().headline(found, as_written) == "Gradients are not finite, first in conv1."
    assert found.gradients.layers[0].not_finite == 1 and math.isnan(found.gradients.layers[0].median)
    assert len(HistogramStudy().figures(found)) == 3
    assert HistogramStudy().table(found).rows[0][3] == "NaN"


def sample(median: float, zeros: float = 0.0) -> LayerHistogram:
    shares = ((1 - zeros) / 2, 0.0, (1 - zeros) / 2)
    return LayerHistogram(id=f"l{median:g}", count=4, shares=shares, zeros=zeros, not_finite=0.0,
                          median=median, least=1e-3, largest=0.5)  # fmt: skip


def findings(ratios: tuple[float, ...], *layers: LayerHistogram) -> HistogramFindings:
    def of(quantity: str) -> QuantityHistogram:
        return QuantityHistogram.model_validate(
            {"quantity": quantity, "per_decade": 1, "first_bin": -3, "layers": layers}
        )

    return HistogramFindings(
        weights=of("weight"), gradients=of("gradient"), updates=of("update"), update_ratios=ratios, rate=0.1
    )


@pytest.mark.parametrize(
    "ratio, verdict", [(1e-3, ""), (3e-3, ""), (0.02, " That is much."), (1e-5, " That is little.")]
)
def test_that_the_headline_names_the_layers_and_weighs_the_update(ratio: float, verdict: str) -> None:
    found = findings((ratio, ratio, math.nan), sample(2e-3), sample(0.05), sample(0.01))
    text = HistogramStudy().headline(found, as_written)
    assert text.startswith("The median gradient is largest in l0.05 (5.0·10⁻²) and smallest in l0.002 (2.0·10⁻³). ")
    assert text.endswith(f"of a layer's weights (median); 10⁻³ is usual.{verdict}")


def test_that_a_small_update_is_not_laid_to_the_rate_where_most_layers_are_silent() -> None:
    found = findings((1e-5, 1e-5, math.nan), sample(0.0, 1.0), sample(0.0, 1.0), sample(0.01))
    text = HistogramStudy().headline(found, as_written)
    assert "2 of 3 layers have gradients of exactly 0." in text and text.endswith("10⁻³ is usual.")
    assert [row[-1] for row in HistogramStudy().table(found).rows] == ["1.0·10⁻⁵", "1.0·10⁻⁵", ""]


def test_that_the_maps_have_a_row_a_layer_and_empty_bins_are_empty() -> None:
    first, *rest = HistogramStudy().figures(findings((1e-3,), sample(1e-3)))
    assert isinstance(first, MapFigure) and len(rest) == 2
    assert (first.key, first.y_ids, first.x.logarithmic) == ("gradient", ("l0.001",), True)
    assert first.values[0][0] == first.values[0][2] == 0.5 and math.isnan(first.values[0][1])
    assert first.extent[:2] == pytest.approx((10**-2.5, 10**-0.5))


def test_that_a_network_without_layers_to_count_has_findings() -> None:
    found = findings(())
    study = HistogramStudy()
    assert study.headline(found, as_written) == "" and study.table(found).rows == ()
    assert [figure.key for figure in study.figures(found)] == ["gradient", "update", "weight"]


@pytest.mark.parametrize("wrong", [{"per_decade": 0}, {"rate": -1.0}, {"norms_and_biases": 1}, {"x": 1}])
def test_that_options_have_bounds(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HistogramOptions.model_validate(wrong)


def test_that_a_configuration_is_studied_by_the_job_as_a_run_begins() -> None:
    run = tiny_run()
    document = run_study_job(Study("histograms", config_to_toml(run.architecture, run.training)))
    report = read_report(json.loads(json.dumps(document, allow_nan=False)))
    assert report.found.rate == run.training.learning_rate
    assert report.found.gradients.layers[1].zeros == 1  # the recipe's zero-init
