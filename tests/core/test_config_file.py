"""Tests that a configuration survives its file, and that a bad file is refused with its place and its mend."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import (
    SCHEMA_VERSION,
    ConfigFileError,
    config_to_toml,
    json_schema,
    load_config,
    load_run_config,
    parse_run_config,
    save_config,
)
from resnet_core.configuration.presets import preset, preset_names
from resnet_core.configuration.training_config import TrainingConfig
from resnet_core.configuration.validation import ConfigurationError
from tests.strategies import architectures, examples

HEAD = "schema_version = 1\n[architecture]\n"
STAGE = "[[architecture.stages]]\nblocks = 2\nwidth = 16\n"
GOOD = HEAD + STAGE


@settings(max_examples=examples(200))
@given(config=architectures(), seed=st.integers(0, 2**31 - 1), rate=st.floats(0, 100))
def test_that_a_configuration_survives_its_text(config: ArchitectureConfig, seed: int, rate: float) -> None:
    training = TrainingConfig(seed=seed, learning_rate=rate)
    read = parse_run_config(config_to_toml(config, training))
    assert read.architecture == config
    assert read.training == training


@pytest.mark.parametrize("name", preset_names())
def test_that_a_preset_survives_its_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    save_config(preset(name), path)
    assert load_config(path) == preset(name)
    assert load_run_config(path).training == TrainingConfig()
    assert [entry.name for entry in tmp_path.iterdir()] == ["network.toml"]


def test_that_a_file_names_every_field_and_its_schema_version() -> None:
    data = tomllib.loads(config_to_toml(preset("ResNet-20"), TrainingConfig()))
    assert data["schema_version"] == SCHEMA_VERSION
    assert data["architecture"].keys() == ArchitectureConfig.model_fields.keys()
    assert data["training"].keys() == TrainingConfig.model_fields.keys()


def test_that_the_old_file_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    save_config(preset("ResNet-20"), path)
    (tmp_path / ".network.toml.part").mkdir()  # where the new text would be written first
    with pytest.raises(OSError, match="part"):
        save_config(preset("ResNet-56"), path)
    assert load_config(path) == preset("ResNet-20")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD + STAGE.replace("= 2", "= 1000000"),
            "architecture.stages.0.blocks: 1000000 is too large; the most is 2000",
        ),
        (
            HEAD + STAGE.replace("= 16", "= 100000"),
            "architecture.stages.0.width: 100000 is too large; the most is 8192",
        ),
        (
            HEAD + STAGE.replace("= 16", "= '16'"),
            "architecture.stages.0.width: '16' is of the wrong type; a whole number is needed",
        ),
        (
            HEAD + STAGE.replace("= 2", "= 2.0"),
            "architecture.stages.0.blocks: 2.0 is of the wrong type; a whole number is needed",
        ),
        (
            HEAD + STAGE.replace("= 2", "= true"),
            "architecture.stages.0.blocks: True is of the wrong type; a whole number is needed",
        ),
        (
            HEAD + "stages = 3\n",
            "architecture.stages: 3 is of the wrong type; a list is needed",
        ),
        (
            HEAD + "name = 5\n" + STAGE,
            "architecture.name: 5 is of the wrong type; a text in quotes is needed",
        ),
        (
            HEAD + "input = [3]\n" + STAGE,
            "architecture.input: [3] is of the wrong type; a table is needed",
        ),
        (
            GOOD + "strid = 2\n",
            "architecture.stages.0.strid: is not a known key; did you mean stride?",
        ),
        (
            GOOD + "[architecture.blok]\n",
            "architecture.blok: is not a known key; did you mean block?",
        ),
        (
            "zebra = 1\n" + GOOD,
            "zebra: is not a known key; known here: schema_version, architecture, training",
        ),
        (
            GOOD + "kind = 'Basic'\n",
            "architecture.stages.0.kind: 'Basic' is not a choice; take one of basic or bottleneck",
        ),
        (HEAD, "architecture.stages: is missing; add it"),
        (HEAD + "stages = []\n", "architecture.stages: has 0 entries; at least 1 is needed"),
        (HEAD + STAGE * 9, "architecture.stages: has 9 entries; at most 8 are allowed"),
        (STAGE, "schema_version: is missing; add it"),
        (
            GOOD.replace("= 1\n", "= '1'\n", 1),
            "schema_version: '1' is of the wrong type; a whole number is needed",
        ),
        (GOOD.replace("= 1\n", "= 0\n", 1), "schema_version: 0 is too small; the least is 1"),
        (
            HEAD + STAGE.replace("= 2", "= 1500") * 2,
            "architecture.stages: the stages have 3000 blocks together; the most is 2000, so take fewer blocks",
        ),
        (
            GOOD + "[training]\nlearning_rate = inf\n",
            "training.learning_rate: inf is too large; the most is 100.0",
        ),
    ],
)
def test_that_a_bad_file_is_refused_with_its_place_and_its_mend(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_run_config(text, "net.toml")
    assert str(caught.value) == f"net.toml: {message}"


def test_that_all_problems_of_a_file_are_told_at_once() -> None:
    text = HEAD + "name = 1\n" + STAGE.replace("= 2", "= 0") + "strid = 2\n[training]\nbatch_size = -1\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_run_config(text)
    places = {problem.path for problem in caught.value.problems}
    assert places == {
        ("architecture", "name"),
        ("architecture", "stages", 0, "blocks"),
        ("architecture", "stages", 0, "strid"),
        ("training", "batch_size"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("= 1\n", "= 2\n", 1), "schema_version 2 is newer than this program reads (1); update Skipscope"),
        ("a = [", "not valid TOML: .*; mend that line"),
        (HEAD + "name = 'a'\nname = 'b'\n", r"not valid TOML: .*\(at line 4, column 11\).*; mend that line"),
        ("n = " + "1" * 5000, "not valid TOML: .*; mend that line"),
        ("n = " + "[" * 5000, "not valid TOML: .*; mend that line"),
    ],
    ids=["future version", "broken", "twice", "endless number", "endless nesting"],
)
def test_that_what_is_no_configuration_file_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(ConfigFileError, match=message.replace("(1)", r"\(1\)")) as caught:
        parse_run_config(text, "net.toml")
    assert str(caught.value).startswith("net.toml: ")


def test_that_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match=r"absent\.toml: cannot be read .*; check the path"):
        load_config(tmp_path / "absent.toml")
    (tmp_path / "image.toml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigFileError, match=r"image\.toml: is not a text in UTF-8"):
        load_config(tmp_path / "image.toml")
    with pytest.raises(ConfigFileError, match="cannot be read"):
        load_config(tmp_path)


def test_that_the_schema_tells_labels_bounds_and_choices() -> None:
    schema = json_schema()
    assert schema["required"] == ["architecture"]
    stage = schema["$defs"]["StageConfig"]["properties"]
    assert (stage["blocks"]["title"], stage["blocks"]["minimum"], stage["blocks"]["maximum"]) == ("Blocks", 1, 2000)
    assert stage["kind"]["enum"] == ["basic", "bottleneck"]
    assert all(field["description"] for field in stage.values())
    assert schema["$defs"]["StageConfig"]["additionalProperties"] is False
