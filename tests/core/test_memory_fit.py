"""Holds the refusal of what cannot fit to its arithmetic: the number, and the largest batch that would fit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.analysis.cost_report import cost_report
from resnet_core.analysis.forward_peak import forward_peak
from resnet_core.analysis.memory import MemoryRecipe
from resnet_core.analysis.memory_fit import AlsoHeld, MemoryFit, fits, memory_problem, training_fit
from resnet_core.analysis.step_peak import step_peak
from resnet_core.architecture.graph_builder import build_graph
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.data_catalog import find_data_set
from resnet_core.configuration.fitting import fit_for_training
from resnet_core.configuration.presets import preset
from resnet_core.configuration.training_config import RunConfig, TrainingConfig
from resnet_core.configuration.validation import MESSAGES, Fix, in_english
from tests.strategies import architectures, examples

GB = 10**9


@settings(max_examples=examples(25))
@given(config=architectures(), available=st.integers(1, 50_000_000), batch=st.integers(1, 64))
def test_that_the_largest_batch_is_the_largest_that_fits(
    config: ArchitectureConfig, available: int, batch: int
) -> None:
    graph = build_graph(config)
    fit = fits(graph, MemoryRecipe(batch), available)
    assert fit.fits == (batch <= fit.largest_batch)
    assert step_peak(graph, MemoryRecipe(fit.largest_batch + 1)).bytes > available
    if fit.largest_batch:
        assert step_peak(graph, MemoryRecipe(fit.largest_batch)).bytes <= available


def test_that_what_is_held_besides_leaves_less_room() -> None:
    graph = build_graph(preset("ResNet-50"))
    alone = fits(graph, MemoryRecipe(32), 24 * GB)
    beside = fits(graph, MemoryRecipe(32), 24 * GB, also=AlsoHeld(fixed_bytes=4 * GB))
    assert beside.needed_bytes == alone.needed_bytes + 4 * GB
    assert beside.largest_batch == fits(graph, MemoryRecipe(32), 20 * GB).largest_batch < alone.largest_batch


def test_that_the_evaluation_counts_whatever_the_batch() -> None:
    graph = build_graph(preset("ResNet-50"))
    passing = forward_peak(graph, 256).bytes
    fit = fits(graph, MemoryRecipe(1), 2 * GB, also=AlsoHeld(evaluated_images=256))
    assert passing > 2 * GB
    assert fit.moment == "evaluation"
    assert fit.largest_batch == 0
    problem = memory_problem(fit, "cpu")
    assert problem is not None
    assert problem.message == "memory_evaluation"


def test_that_a_batch_that_is_too_large_is_refused_with_the_number_and_the_largest_that_fits() -> None:
    problem = memory_problem(MemoryFit(512, 45_120_000_000, 24_000_000_000, 272, "fc"), "cuda:0")
    assert problem is not None
    assert in_english(problem) == (
        "training.batch_size: a step of 512 images needs at least 45.12 GB, and cuda:0 has 24.00 GB; take at most 272"
    )
    assert problem.fixes == (Fix(("training", "batch_size"), 272),)


def test_that_a_network_of_which_no_image_fits_is_refused_with_the_number() -> None:
    problem = memory_problem(MemoryFit(2, 45_120_000_000, 900_000_000, 0, "fc"), "cpu", ())
    assert problem is not None
    assert in_english(problem) == (
        "a step of 2 images needs at least 45.12 GB, and cpu has 900 MB, too little for a single image; "
        "take a smaller network or input"
    )


def test_that_nothing_is_refused_when_it_fits() -> None:
    assert memory_problem(MemoryFit(2, 100, 100, 2, "fc"), "cpu") is None


@pytest.mark.parametrize("message", ["memory_batch", "memory_network", "memory_evaluation", "memory_weights"])
def test_that_every_refusal_has_its_message(message: str) -> None:
    assert "{device}" in MESSAGES[message]


def test_that_a_run_counts_its_data_its_evaluation_and_the_copy_that_measures_its_pace() -> None:
    facts = find_data_set("digits", 16)
    training = TrainingConfig(steps=10)
    run = RunConfig(architecture=fit_for_training(_run(training), facts).config, training=training)
    images = 4 * facts.channels * facts.height * facts.width * (facts.train_count + facts.test_count)
    on_cpu, on_device = (training_fit(run, facts, 24 * GB, on_cpu=on_cpu) for on_cpu in (True, False))
    memory = cost_report(build_graph(run.architecture)).memory
    paced = RunConfig(architecture=run.architecture, training=TrainingConfig())
    extra = training_fit(paced, facts, 24 * GB, on_cpu=False).needed_bytes - on_device.needed_bytes
    assert on_cpu.needed_bytes - images <= on_device.needed_bytes
    assert extra == memory.parameter_bytes + memory.buffer_bytes
    assert on_device.fits


def _run(training: TrainingConfig) -> RunConfig:
    return RunConfig(architecture=preset("ResNet-20"), training=training)


def test_that_the_forecast_of_a_run_follows_its_recipe() -> None:
    facts = find_data_set("digits", 16)
    plain = TrainingConfig(steps=10, batch_size=512)
    recipes: dict[str, TrainingConfig] = {
        "plain": plain,
        "mixed": plain.model_copy(update={"precision": "bfloat16"}),
        "recomputed": plain.model_copy(update={"checkpointing": True}),
        "parted": plain.model_copy(update={"accumulation": 8}),
        "both": plain.model_copy(update={"accumulation": 8, "checkpointing": True}),
    }
    architecture = fit_for_training(_run(plain), facts).config
    found = {
        name: training_fit(RunConfig(architecture=architecture, training=recipe), facts, 24 * GB, on_cpu=False)
        for name, recipe in recipes.items()
    }
    needed = {name: fit.needed_bytes for name, fit in found.items()}
    assert needed["plain"] > needed["mixed"] > needed["recomputed"]
    assert needed["recomputed"] > needed["parted"] > needed["both"]
    assert {fit.batch for fit in found.values()} == {512}


def test_that_the_largest_batch_is_one_of_equal_parts() -> None:
    facts = find_data_set("digits", 16)
    training = TrainingConfig(steps=10, batch_size=1024, accumulation=4)
    run = RunConfig(architecture=fit_for_training(_run(training), facts).config, training=training)
    evaluation = training_fit(run, facts, 1, on_cpu=False).evaluation_bytes
    fit = training_fit(run, facts, evaluation, on_cpu=False)
    assert 0 < fit.largest_batch < 1024
    assert fit.largest_batch % 4 == 0
    largest = run.model_copy(update={"training": training.model_copy(update={"batch_size": fit.largest_batch})})
    assert training_fit(largest, facts, evaluation, on_cpu=False).fits
    more = training.model_copy(update={"batch_size": fit.largest_batch + 4})
    assert not training_fit(run.model_copy(update={"training": more}), facts, evaluation, on_cpu=False).fits
