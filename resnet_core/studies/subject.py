"""Makes the network that a study is made of: as it begins, or out of a run's newest checkpoint, with its batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

from resnet_core.configuration.data_catalog import DataSetFacts, find_data_set
from resnet_core.configuration.fitting import fit_for_training, fit_to_data, training_problems
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.findings.study import StudiedNetwork
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_reader import RunReader
from resnet_core.studies.trained_network import load_trained_network
from resnet_core.training.batches import Batches
from resnet_core.training.checkpoint import Checkpoint
from resnet_core.training.datasets import TensorDataSet
from resnet_core.training.devices import resolve_device

LoadData = Callable[[DataSetFacts], TensorDataSet]


class StudySubject(NamedTuple):
    """A network on its device, in train mode, with the batches of its recipe: a study's own copy.

    `run` holds the architecture as it was built, fitted to the data, `checkpoint` what training needs to go on: None
    before any.
    """

    network: StudiedNetwork
    run: RunConfig
    model: ResNet
    batches: Batches
    device: torch.device
    checkpoint: Checkpoint | None = None


def initial_subject(run: RunConfig, load: LoadData, *, trains: bool = False) -> StudySubject:
    """Return `run`'s network before its first update, fitted to the recipe's data, on the recipe's device.

    With `trains` it begins as a run does, with the recipe's zero-init. Raises ConfigurationError or DataSetError for
    what cannot be built or trained.
    """
    facts = find_data_set(run.training.data, run.training.image_size)
    _refuse_noise(facts)
    fit = fit_for_training(run, facts) if trains else fit_to_data(run.architecture, facts)
    built = RunConfig(architecture=fit.config, training=run.training)
    problems = training_problems(built.architecture, built.training, facts)
    if problems:
        raise ConfigurationError(problems)
    device = resolve_device(run.training.device)
    model = build_model(built.architecture, seed=run.training.seed)
    return _subject("", 0, built, model, load(facts), device)


def trained_subject(reader: RunReader, device: str, load: LoadData) -> StudySubject:
    """Return the network of a run's newest checkpoint, on `device`.

    Raises RunFolderError, ConfigurationError or DataSetError for what cannot be studied.
    """
    chosen = resolve_device(device)
    trained = load_trained_network(reader)
    training = trained.run.training
    data = load(find_data_set(training.data, training.image_size))
    subject = _subject(reader.summary().run, trained.step, trained.run, trained.model, data, chosen)
    return subject._replace(checkpoint=trained.checkpoint)


def _subject(
    run_name: str, step: int, run: RunConfig, model: ResNet, data: TensorDataSet, device: torch.device
) -> StudySubject:
    training = run.training
    network = StudiedNetwork(run_name, run.architecture.name, training.data, step, training.seed, str(device))
    return StudySubject(network, run, model.to(device), Batches(data, training, device), device)


def _refuse_noise(facts: DataSetFacts) -> None:
    if facts.kind == "random":
        text = "a study needs images with labels; take digits, cifar10 or an image folder"
        raise ConfigurationError([Problem(("training", "data"), "other", {"text": text})])
