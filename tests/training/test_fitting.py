"""Holds the fitting of an architecture to data, and the refusal of what cannot train."""

from __future__ import annotations

import pytest
import torch

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.fitting import (
    FittingChange,
    fit_for_training,
    fit_to_data,
    fitting_line,
    is_fitted_copy,
    is_fitting_line,
    training_problems,
)
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import Fix, in_english
from resnet_core.model.resnet import build_model
from tests.training.tiny_runs import tiny_architecture

DIGITS = find_data_set("digits", 16)


def test_that_input_and_classes_become_those_of_the_data() -> None:
    config, changes = fit_to_data(preset("ResNet-50"), DIGITS)
    assert (config.input.channels, config.input.height, config.input.width) == (1, 16, 16)
    assert config.head.classes == 10
    assert config.stages == preset("ResNet-50").stages
    assert fitting_line("ResNet-50", "digits", changes) == (
        "ResNet-50 fitted to digits: input 3x224x224 -> 1x16x16, classes 1000 -> 10"
    )


def test_that_nothing_changes_when_the_network_fits_already() -> None:
    fitted = fit_to_data(preset("ResNet-20"), DIGITS).config
    again = fit_to_data(fitted, DIGITS)
    assert again.changes == ()
    assert again.config == fitted
    assert fitting_line("ResNet-20", "digits", ()) == "ResNet-20 fitted to digits: nothing to change"


def test_that_a_backbone_gets_a_head_to_be_trained_with() -> None:
    data = tiny_architecture().model_dump(mode="json") | {"head": {"classes": 0, "pool": "none"}}
    config, changes = fit_to_data(ArchitectureConfig.model_validate(data), DIGITS)
    assert (config.head.classes, config.head.pool) == (10, "average")
    assert changes[1:] == (FittingChange("classes", "0", "10"), FittingChange("pooling", "none", "average"))


@pytest.mark.parametrize("scheme", ["fixup", "skipinit"])
def test_that_a_scheme_that_begins_at_zero_itself_is_left_alone(scheme: str) -> None:
    start = {"initialization": {"scheme": scheme}, "norm": {"kind": "none"}}
    data = tiny_architecture().model_dump(mode="json") | start
    run = RunConfig(architecture=ArchitectureConfig.model_validate(data), training=TrainingConfig())
    assert run.training.zero_init_residual
    assert not fit_for_training(run, DIGITS).config.initialization.zero_init_residual


def test_that_training_silences_the_branches_as_the_recipe_says() -> None:
    run = RunConfig(architecture=preset("ResNet-20"))
    fitted = fit_for_training(run, DIGITS)
    assert fitted.config.initialization.zero_init_residual
    assert not fitted.config.initialization.zero_init_padded  # its added channels would stay 0
    assert fitted.changes[-1] == FittingChange("zero_init_residual", "off", "on, not where padded")
    assert is_fitted_copy(fitted.config, run.architecture)
    assert fit_for_training(RunConfig(architecture=preset("ResNet-18")), DIGITS).changes[-1].after == "on"
    assert is_fitting_line(fitting_line("ResNet-20", "digits", fitted.changes), "ResNet-20")


@pytest.mark.parametrize(("name", "wanted"), [("ResNet-20", False), ("Plain-20", True)])
def test_that_branches_are_not_silenced_when_not_wished_or_without_shortcuts(name: str, wanted: bool) -> None:
    training = TrainingConfig(zero_init_residual=wanted)
    fitted = fit_for_training(RunConfig(architecture=preset(name), training=training), DIGITS)
    assert not fitted.config.initialization.zero_init_residual
    assert [change.field for change in fitted.changes] == ["input"]


def test_that_a_batch_of_1_on_1x1_maps_is_refused() -> None:
    config = fit_to_data(preset("ResNet-50"), DIGITS).config
    problems = training_problems(config, TrainingConfig(batch_size=1))
    assert [problem.message for problem in problems] == ["batch_norm_one_value"]
    text = in_english(problems[0])
    assert text.startswith("training.batch_size: layer3.0.bn2 would normalise a single value")
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        build_model(config, seed=0)(torch.zeros(1, 1, 16, 16))


def test_that_a_batch_of_1_is_taken_when_every_map_has_more_than_one_value() -> None:
    assert training_problems(tiny_architecture(), TrainingConfig(batch_size=1)) == ()
    build_model(tiny_architecture(), seed=0)(torch.zeros(1, 1, 8, 8))


def test_that_micro_batches_of_1_on_1x1_maps_are_refused_where_they_are_set() -> None:
    config = fit_to_data(preset("ResNet-50"), DIGITS).config
    problems = training_problems(config, TrainingConfig(batch_size=8, accumulation=8))
    assert [(problem.message, problem.path[1]) for problem in problems] == [("batch_norm_one_value", "accumulation")]
    assert training_problems(config, TrainingConfig(batch_size=8, accumulation=4)) == ()


def test_that_parts_of_different_sizes_are_refused_with_the_nearest_number_of_equal_ones() -> None:
    problems = training_problems(tiny_architecture(), TrainingConfig(batch_size=64, accumulation=7))
    assert [in_english(problem) for problem in problems] == [
        "training.accumulation: a batch of 64 cannot be cut into 7 equal micro-batches; take 8 of them, "
        "or another batch"
    ]
    assert problems[0].fixes == (Fix(("training", "accumulation"), 8),)
    beyond = training_problems(tiny_architecture(), TrainingConfig(batch_size=4, accumulation=9))
    assert [fix.value for problem in beyond for fix in problem.fixes] == [4]


def test_that_a_batch_larger_than_the_training_split_is_refused() -> None:
    problems = training_problems(tiny_architecture(), TrainingConfig(batch_size=1438), DIGITS)
    assert in_english(problems[0]) == (
        "training.batch_size: a batch of 1438 cannot be drawn from the 1437 training images of digits; "
        "take at most 1437"
    )
    assert training_problems(tiny_architecture(), TrainingConfig(batch_size=1437), DIGITS) == ()


def test_that_a_shift_that_leaves_nothing_of_the_image_is_refused() -> None:
    problems = training_problems(tiny_architecture(), TrainingConfig(image_size=8, max_shift=8))
    assert [problem.message for problem in problems] == ["shift_beyond_image"]
    assert "take at most 7" in in_english(problems[0])


def test_that_the_default_recipe_has_no_problem() -> None:
    assert training_problems(fit_to_data(preset("ResNet-56"), DIGITS).config, TrainingConfig(), DIGITS) == ()
