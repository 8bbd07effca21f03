"""Takes an architecture's name away, so that what is known of it can be kept whatever it is called."""

from __future__ import annotations

from resnet_core.configuration.architecture_config import ArchitectureConfig


def nameless(config: ArchitectureConfig) -> ArchitectureConfig:
    """Return `config` without its name."""
    return config.model_copy(update={"name": ""})
