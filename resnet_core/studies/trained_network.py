"""Takes the network of a run out of its newest checkpoint."""

from __future__ import annotations

from typing import NamedTuple

from resnet_core.configuration.config_file import parse_run_config
from resnet_core.configuration.training_config import RunConfig
from resnet_core.configuration.validation import ConfigurationError, Problem
from resnet_core.model.resnet import ResNet, build_model
from resnet_core.runs.run_database import CONFIG_NAME
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.run_records import RunFolderError
from resnet_core.training.checkpoint import Checkpoint, load_checkpoint


class TrainedNetwork(NamedTuple):
    """The network as it was after `step` updates, on the CPU, and what it was trained with."""

    run: RunConfig
    step: int
    model: ResNet
    checkpoint: Checkpoint


def load_trained_network(reader: RunReader) -> TrainedNetwork:
    """Return the network of the newest checkpoint of a run.

    Raises RunFolderError where there is none yet, CheckpointError where it is damaged and ConfigurationError where it
    holds another network than the run's configuration.
    """
    run = parse_run_config(reader.config_toml(), str(reader.folder / CONFIG_NAME))
    path = reader.latest_checkpoint()
    if path is None:
        message = "This run has no checkpoint to study; resume it, or train anew, until it has written one."
        raise RunFolderError(reader.folder, message, "missing")
    checkpoint = load_checkpoint(path)
    model = build_model(run.architecture, seed=run.training.seed)
    try:
        model.load_state_dict(checkpoint.model)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        text = f"the checkpoint holds another network ({reason}); restore the run's own config.toml"
        raise ConfigurationError([Problem(("architecture",), "other", {"text": text})]) from None
    return TrainedNetwork(run, checkpoint.facts.step, model, checkpoint)
