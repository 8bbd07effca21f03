"""Holds centred kernel alignment to naive formulas, to what it must not notice, and to leaving the network alone."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_core.configuration.architecture_config import ArchitectureConfig, StageConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.findings.catalog import read_report
from resnet_core.findings.cka import CkaFindings, CkaOptions
from resnet_core.process.messages import Study
from resnet_core.process.study_job import run_study_job
from resnet_core.studies.cka import cka_study, output_grams
from resnet_core.studies.gram import VALUES_AT_ONCE, cosines, gram
from resnet_core.studies.hsic import alignment, unbiased_hsic
from resnet_core.studies.settled_network import settled_copy
from resnet_core.studies.study_images import drawn_batches, planned_draw, statistics_images
from resnet_core.studies.subject import StudySubject, initial_subject
from resnet_core.training.datasets import TensorDataSet
from tests.training.tiny_runs import same_bits, tiny_architecture, tiny_data, tiny_run

RNG = np.random.default_rng(0)


def subject(
    architecture: ArchitectureConfig | None = None, data: TensorDataSet | None = None, **training: Any
) -> StudySubject:
    run = tiny_run(architecture, **{"batch_size": 48, **training})
    return initial_subject(run, lambda _facts: data or tiny_data())


def found(of: StudySubject, **options: Any) -> CkaFindings:
    *_, last = cka_study(of, CkaOptions(**options))
    assert isinstance(last, CkaFindings)
    return last


def naive_hsic(k_NN: np.ndarray, l_NN: np.ndarray) -> float:
    """HSIC_1 as a sum over all index quadruples without a repetition (Song et al. 2012), by brute force."""
    n, total = len(k_NN), 0.0
    for i in range(n):
        for j in {*range(n)} - {i}:
            for q in {*range(n)} - {i, j}:
                for r in {*range(n)} - {i, j, q}:
                    total += k_NN[i, j] * (l_NN[i, j] + l_NN[q, r] - 2 * l_NN[i, q])
    return total / (n * (n - 1) * (n - 2) * (n - 3))


def grams_of(*features: np.ndarray) -> np.ndarray:
    return np.array([x @ x.T for x in features])


def cka_of(*features: np.ndarray) -> np.ndarray:
    return alignment(unbiased_hsic(grams_of(*features)))


def test_that_hsic_is_the_mean_over_all_quadruples() -> None:
    grams = grams_of(*(RNG.normal(size=(7, width)) + 1 for width in (3, 5, 2)))
    expected = [[naive_hsic(one, other) for other in grams] for one in grams]
    assert unbiased_hsic(grams) == pytest.approx(np.array(expected), rel=1e-9)


def test_that_features_are_alike_to_themselves_and_to_what_is_turned_scaled_and_shifted() -> None:
    x = RNG.normal(size=(40, 12))
    turn, _ = np.linalg.qr(RNG.normal(size=(12, 12)))
    same = cka_of(x, 3.7 * x @ turn, x + 5, np.hstack((x, np.zeros((40, 4)))))
    assert same == pytest.approx(np.ones((4, 4)), abs=1e-9)
    stretched = cka_of(x, x * np.linspace(0.1, 3, 12))[0, 1]
    assert stretched < 0.95  # only turns and one scale go unnoticed


def test_that_independent_features_are_near_zero_as_the_estimate_is_unbiased() -> None:
    hsic = sum(unbiased_hsic(grams_of(RNG.normal(size=(16, 400)), RNG.normal(size=(16, 400)))) for _ in range(200))
    assert abs(alignment(np.asarray(hsic))[0, 1]) < 0.03
    x, y = RNG.normal(size=(2, 16, 400))
    centring = np.eye(16) - 1 / 16
    k, v = (centring @ z @ z.T @ centring for z in (x, y))
    assert (k * v).sum() / np.sqrt((k * k).sum() * (v * v).sum()) > 0.9  # where the usual estimate is all bias


def test_that_what_does_not_vary_or_is_not_finite_has_no_alignment() -> None:
    x = RNG.normal(size=(8, 3))
    values = cka_of(x, np.zeros((8, 3)), np.full((8, 3), np.nan))
    assert values[0, 0] == pytest.approx(1.0)
    assert np.isnan(values[1:]).all() and np.isnan(values[0, 1:]).all()
    with pytest.raises(ValueError, match="at least 4"):
        unbiased_hsic(np.zeros((2, 3, 3)))


def test_that_scalar_products_are_summed_in_parts_and_in_double_precision() -> None:
    rows = torch.randn(3, VALUES_AT_ONCE // 2, generator=torch.Generator().manual_seed(0))
    wide = rows.double()
    assert torch.allclose(gram(rows), wide @ wide.T, rtol=1e-12, atol=0)
    centred = wide - wide.mean(0)
    assert torch.allclose(gram(rows, centred=True), centred @ centred.T, rtol=1e-10, atol=1e-6)
    angles = cosines(torch.tensor([[3e-30, 4e-30], [4e30, 3e30], [0.0, 0.0]]))
    assert angles[0, 1].item() == pytest.approx(24 / 25, rel=1e-6)
    assert angles[2].isnan().all()


def naive_study(of: StudySubject, batches: list[Tensor]) -> np.ndarray:
    """CKA of all outputs, from features taken layer by layer, one pair after the other."""
    model = settled_copy(of.model, statistics_images(of)).model.double()
    total = 0.0
    for images_NCHW in batches:
        with torch.no_grad():
            outputs = [model.relu(model.bn1(model.conv1(images_NCHW.double())))]  # type: ignore[operator]
            for block in model.blocks.values():
                outputs.append(block(outputs[-1]))
        features = [output.flatten(1).numpy() for output in outputs]
        total = total + unbiased_hsic(grams_of(*features))
    return np.array(
        [[total[i, j] / np.sqrt(total[i, i] * total[j, j]) for j in range(len(total))] for i in range(len(total))]
    )


def test_that_the_study_equals_a_naive_one_on_the_test_images() -> None:
    of = subject()
    result = found(of, images=24, batches=3)
    batches = list(drawn_batches(of, planned_draw(of, 24, 3)))
    expected = naive_study(of, batches)
    assert result.ids == ("stem", "layer1.0", "layer1.1", "layer2.0")
    assert (result.split, result.images, result.batches, result.statistics) == ("test", 24, 3, "batch")
    for row, values in enumerate(result.triangle):
        assert values == pytest.approx(expected[row, : row + 1], abs=2e-6)
        assert values[-1] == 1.0
    shown = torch.cat(batches).flatten(1)
    tests = {tuple(image.tolist()) for image in tiny_data().test_images_NCHW.flatten(1)}
    assert all(tuple(image.tolist()) in tests for image in shown)
    assert len({tuple(image.tolist()) for image in shown}) == 72


def test_that_training_images_are_taken_where_there_are_no_tests() -> None:
    data = tiny_data()
    none = TensorDataSet(
        data.train_images_NCHW[:100], data.train_labels[:100], data.test_images_NCHW[:0], data.test_labels[:0],
        data.mean, data.std, data.class_names,
    )  # fmt: skip
    of = subject(data=none)
    result = found(of, images=64, batches=5)
    assert (result.split, result.images, result.batches) == ("training", 64, 1)  # of two batches of 48
    (shown,) = drawn_batches(of, planned_draw(of, 64, 5))
    assert torch.equal(shown, torch.cat([of.batches.batch(0)[0], of.batches.batch(1)[0]])[:64])
    assert found(of, images=256).images == 96


def test_that_too_few_images_are_refused() -> None:
    data = tiny_data()
    few = TensorDataSet(
        data.train_images_NCHW, data.train_labels, data.test_images_NCHW[:3], data.test_labels[:3],
        data.mean, data.std, data.class_names,
    )  # fmt: skip
    with pytest.raises(ConfigurationError, match="at least 4 images, and the test split has 3"):
        next(cka_study(subject(data=few), CkaOptions()))


def test_that_the_network_is_left_as_it_was_when_it_ends_or_is_given_up() -> None:
    of = subject()
    of.model.blocks["layer1.1"].eval()
    before, modes = copy.deepcopy(of.model.state_dict()), [module.training for module in of.model.modules()]
    first = found(of, images=16, batches=2)
    course = cka_study(of, CkaOptions(images=16, batches=3))
    assert next(course).total == 3  # type: ignore[union-attr]
    course.close()  # type: ignore[attr-defined]
    assert same_bits(before, of.model.state_dict())
    assert [module.training for module in of.model.modules()] == modes
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in of.model.modules())
    assert found(of, images=16, batches=2) == first
    assert found(subject(seed=1), images=16, batches=2) != first


def test_that_blocks_that_add_nothing_are_alike() -> None:
    of = subject(tiny_architecture(stages=(StageConfig(blocks=4, width=4),)))
    with torch.no_grad():
        for block in of.model.blocks.values():
            for parameter in block.get_submodule(block.silencer).parameters():
                parameter.zero_()
    result = found(of, images=16, batches=1)
    assert result.steps == pytest.approx([1.0] * 4, abs=1e-6) and result.alike == 1.0
    grams = output_grams(
        nn.Sequential(*of.model.blocks.values()), tuple(of.model.blocks.values()), torch.zeros(4, 4, 8, 8)
    )
    assert grams.shape == (5, 4, 4) and not grams.any()


@pytest.mark.parametrize(
    "options", [{"images": 3}, {"images": 257}, {"batches": 0}, {"images": 8.5}, {"kernel": "rbf"}]
)
def test_that_options_out_of_bounds_are_refused(options: dict[str, Any]) -> None:
    run = tiny_run()
    with pytest.raises(ConfigurationError):
        run_study_job(Study("cka", config_to_toml(run.architecture, run.training), options=options))


def test_that_a_job_makes_it_and_its_document_is_read_back() -> None:
    run = tiny_run()
    request = Study("cka", config_to_toml(run.architecture, run.training), options={"images": 8, "batches": 2})
    document = json.loads(json.dumps(run_study_job(request), allow_nan=False))
    report = read_report(document)
    assert isinstance(report.found, CkaFindings) and report.found.batches == 2
    assert report.as_document() == document
