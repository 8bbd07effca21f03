"""Tests the job and the command of studies, by the lesion study of runs trained for it: documents, refusals, stop."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from resnet_core.cli import main
from resnet_core.configuration.architecture_config import ArchitectureConfig, ShortcutConfig, StageConfig, StemConfig
from resnet_core.configuration.config_file import config_to_toml
from resnet_core.findings.catalog import read_report, study_names
from resnet_core.findings.lesion import LesionFindings
from resnet_core.findings.study import StudiedNetwork
from resnet_core.process.jobs import MeasurementStopped, run_train_job
from resnet_core.process.messages import JobDone, Progress, Study, encode
from resnet_core.process.study_job import run_study_job
from resnet_core.runs.run_reader import RunReader
from resnet_core.runs.study_shelf import stored_studies
from resnet_core.training.checkpoint import TENSORS_NAME
from resnet_core.training.control import TrainingControl
from tests.process.worker_talk import BareWorker
from tests.training.tiny_runs import tiny_architecture, tiny_run


def deeper(option: str) -> ArchitectureConfig:
    """Six blocks, which learn the digits in seconds with shortcuts and without."""
    return tiny_architecture(
        stem=StemConfig(kind="cifar", width=8),
        stages=(StageConfig(blocks=4, width=8), StageConfig(blocks=2, width=16, stride=2)),
        shortcut=ShortcutConfig.model_validate({"option": option}),
    )


def trained(folder: Path, option: str) -> Path:
    run = tiny_run(deeper(option), steps=250, batch_size=32, capture=False)
    run_train_job(run, folder, control=TrainingControl())
    return folder


def lesion_of(folder: Path) -> Study:
    return Study("lesion", run_folder=str(folder), device="cpu")


def found_in(folder: Path) -> tuple[StudiedNetwork, LesionFindings]:
    report = read_report(run_study_job(lesion_of(folder)))
    assert isinstance(report.found, LesionFindings)
    return report.network, report.found


@pytest.fixture(scope="module")
def residual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("lesion") / "residual", "A")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("lesion") / "plain", "none")


def test_that_a_residual_network_loses_little_and_a_plain_one_collapses(residual: Path, plain: Path) -> None:
    _, with_shortcuts = found_in(residual)
    _, without = found_in(plain)
    assert with_shortcuts.accuracy > 0.8 and without.accuracy > 0.8
    assert with_shortcuts.median_accuracy > with_shortcuts.accuracy / 2  # of six blocks; more blocks lose less
    assert without.median_accuracy < without.accuracy / 4
    assert [block.id for block in without.blocks if not block.removable] == ["layer2.0"]


def test_that_the_document_is_of_the_newest_checkpoint_and_its_whole_test_is_the_runs(residual: Path) -> None:
    told: list[Progress] = []
    files = {path: path.stat().st_mtime_ns for path in (residual / "checkpoints").rglob("*")}
    document = run_study_job(lesion_of(residual), on_progress=told.append)  # type: ignore[arg-type]
    network, study = read_report(document).network, read_report(document).found
    scalars = RunReader(residual).scalars()
    assert network == ("residual", "Tiny", "digits", 250, 0, "cpu")
    assert study.images == 360
    assert study.accuracy == pytest.approx(scalars["test_accuracy"].values[-1])
    assert study.loss == pytest.approx(scalars["test_loss"].values[-1])
    assert told[-1].text == "testing without each block" and told[-1].total == 14  # 7 tests of two batches
    assert stored_studies(residual)[-1] == document
    assert files == {path: path.stat().st_mtime_ns for path in (residual / "checkpoints").rglob("*")}


def test_that_a_study_ends_in_its_middle_when_it_is_asked_to(residual: Path) -> None:
    control, told = TrainingControl(), list[Progress]()

    def listen(report: object) -> None:
        assert isinstance(report, Progress)
        told.append(report)
        control.stop()

    with pytest.raises(MeasurementStopped, match="stopped before its end"):
        run_study_job(lesion_of(residual), control, on_progress=listen)
    assert [report.done for report in told] == [1]


def test_that_a_worker_does_it_and_sends_the_same_document(residual: Path) -> None:
    with BareWorker() as worker:
        worker.send(encode(lesion_of(residual)))
        done = worker.receive_until(JobDone)
        assert (done.job, worker.wait()) == ("study", 0)
    _, own = found_in(residual)
    theirs = read_report(done.document).found
    assert theirs.accuracy == pytest.approx(own.accuracy, abs=0.01)
    assert [block.id for block in theirs.blocks] == [block.id for block in own.blocks]


def test_that_the_command_prints_a_row_a_block_or_the_document(
    plain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "lesion", str(plain), "--device", "cpu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert main(["study", "lesion", str(plain), "--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "plain: Tiny after 250 steps, digits, seed 0, cpu"
    assert lines[1].startswith("Without one block ")
    rows = {line.split()[0]: line for line in lines[4:11]}
    assert list(rows) == ["none", *(row["id"] for row in found["blocks"])]
    assert rows["none"].split()[1] == f"{100 * found['accuracy']:.1f}"
    assert "cannot be removed: It makes 16 channels of 8" in rows["layer2.0"]
    assert lines[-1] == "Veit et al. 2016, arXiv 1605.06431"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["astrology", "ResNet-20"], "astrology is not a study; take one of"),
        (["lesoin", "ResNet-20"], "did you mean lesion?"),
        (["lesion", "ResNet-20"], "give it the folder of a run"),
        (["learning_rate", "ResNet-20", "--set", "training.data=random"], "needs images with labels"),
        (["learning_rate", "ResNet-20", "--set", "study.steps=3"], "too small"),
        (["learning_rate", "ResNet-20", "--set", "study.stesp=30"], "did you mean steps?"),
        (["learning_rate", "ResNet-20", "--set", "study.steps"], "write it as study.FIELD=VALUE"),
        (["learning_rate", "no-such-net"], "no-such-net"),
    ],
)
def test_that_a_wish_that_cannot_be_is_one_line_with_status_2(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", *words]) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1 and expected in shown[0]


def test_that_a_run_keeps_its_own_configuration(residual: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "lesion", str(residual), "--set", "training.seed=3"]) == 2
    assert "a run keeps its own configuration" in capsys.readouterr().err


@pytest.mark.parametrize("threads", [1, 0])
def test_that_an_untrained_network_is_studied_with_threads_that_are_given_or_fastest(threads: int) -> None:
    before = torch.get_num_threads()
    run = tiny_run(threads=threads)
    told: list[int] = []
    request = Study("learning_rate", config_to_toml(run.architecture, run.training), options={"steps": 10})
    run_study_job(request, on_progress=lambda _report: told.append(torch.get_num_threads()))
    assert set(told) <= ({1} if threads else {1, before})
    assert torch.get_num_threads() == before


def test_that_every_study_of_the_catalog_can_be_conducted() -> None:
    source = (Path(__file__).parents[2] / "resnet_core/studies/conduct.py").read_text(encoding="utf-8")
    assert len(set(study_names())) == len(study_names())
    assert [name for name in study_names() if f'case "{name}"' not in source] == []


@pytest.mark.parametrize("broken", ["absent", "device", "unsaved", "damaged", "other_network"])
def test_that_what_cannot_be_studied_is_one_line_with_status_2(
    broken: str, residual: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, device = tmp_path / "run", "cpu"
    if broken != "absent":
        shutil.copytree(residual, folder)
    expected = {
        "absent": "such", "device": "tpu", "unsaved": "no checkpoint to study", "damaged": "damaged",
        "other_network": "the checkpoint holds another network",
    }  # fmt: skip
    match broken:
        case "device":
            device = "tpu"
        case "unsaved":
            shutil.rmtree(folder / "checkpoints")
        case "damaged":
            next(folder.rglob(TENSORS_NAME)).write_bytes(b"nothing")
        case "other_network":
            config = folder / "config.toml"
            config.write_text(config.read_text(encoding="utf-8").replace("blocks = 4", "blocks = 3"), encoding="utf-8")
    assert main(["study", "lesion", str(folder), "--device", device]) == 2
    shown = capsys.readouterr().err.strip().splitlines()
    assert len(shown) == 1 and expected[broken] in shown[0]
