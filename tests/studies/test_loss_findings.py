"""Holds sentences, figures and tables of the loss around the weights to what was found, be it good or lost."""

from __future__ import annotations

import json
import math

import pytest
from pydantic import ValidationError

from resnet_core.configuration.config_file import config_to_toml
from resnet_core.drawing.say import as_written
from resnet_core.findings.catalog import read_report
from resnet_core.findings.figures import LineFigure, MapFigure
from resnet_core.findings.loss_direction import (
    DirectionOptions,
    LossDirectionFindings,
    LossDirectionStudy,
    conditions_sentence,
)
from resnet_core.findings.loss_landscape import (
    LandscapeOptions,
    LossLandscapeFindings,
    LossLandscapeStudy,
    contour_levels,
)
from resnet_core.process.messages import Study
from resnet_core.process.study_job import run_study_job
from tests.training.tiny_runs import tiny_run

NAN = math.nan
CONDITIONS = "Mean of 256 training images; BatchNorm holds the averages of training."
LINE = LossDirectionFindings(
    distances=(-0.5, 0.0, 0.5), losses=(3.0, 0.05, 1.0), accuracies=(0.2, 0.99, 0.5), loss=0.05, doubled_at=0.01,
    guessing_at=0.4, sharpness=0.3, classes=10, images=256, batch=64, statistics="averages",
)  # fmt: skip
LOST_LINE = LINE.model_copy(
    update={"losses": (NAN,) * 3, "loss": NAN, "doubled_at": 0.0, "guessing_at": 0.0, "sharpness": NAN}
)
PLANE = LossLandscapeFindings(
    alphas=(-0.5, 0.0, 0.5), betas=(-0.5, 0.0, 0.5), losses=((5.0, 3.0, 4.0), (2.0, 0.05, 1.0), (9.0, 8.0, NAN)),
    curvatures=((NAN,) * 3, (NAN, 0.4, NAN), (NAN,) * 3), loss=0.05, accuracy=0.99, doubled_at=0.5, guessing_at=0.5,
    sharpness=NAN, nonconvex_share=0.125, classes=10, images=256, batch=64, statistics="averages", log_color=True,
)  # fmt: skip
LOST_PLANE = PLANE.model_copy(
    update={
        "losses": ((NAN,) * 3,) * 3, "curvatures": ((NAN,) * 3,) * 3, "loss": NAN, "guessing_at": 0.0,
        "nonconvex_share": NAN,
    }
)  # fmt: skip


def test_that_the_headline_of_a_direction_says_how_far_the_loss_carries() -> None:
    study = LossDirectionStudy()
    assert study.headline(LINE, as_written) == (
        "The loss is 0.05 at the weights. It is no better than guessing (2.30) from a distance of 0.40. "
        f"It rises by up to 0.3 within 0.25 of them. {CONDITIONS}"
    )
    below = LINE.model_copy(update={"guessing_at": NAN, "sharpness": -0.1})
    assert study.headline(below, as_written) == (
        "The loss is 0.05 at the weights. It stays below guessing (2.30) up to a distance of 0.5. "
        f"It does not rise within 0.25 of them. {CONDITIONS}"
    )
    assert study.headline(LOST_LINE, as_written) == (
        f"The loss is not finite at the weights. That is no better than guessing (2.30). {CONDITIONS}"
    )


def test_that_the_headline_of_a_plane_says_how_convex_it_is() -> None:
    study = LossLandscapeStudy()
    assert study.headline(PLANE, as_written) == (
        "The loss is 0.05 at the weights. It is no better than guessing (2.30) from a distance of 0.50. "
        f"12.5 % of the plane is not convex. {CONDITIONS}"
    )
    assert study.headline(LOST_PLANE, as_written).endswith(f"That is no better than guessing (2.30). {CONDITIONS}")


def test_that_the_figures_of_a_direction_show_loss_and_accuracy_against_guessing() -> None:
    loss, accuracy = LossDirectionStudy().figures(LINE)
    assert isinstance(loss, LineFigure) and isinstance(accuracy, LineFigure)
    assert loss.lines[0].y == LINE.losses and loss.y.logarithmic
    assert loss.lines[1].y == pytest.approx((math.log(10),) * 2)
    assert accuracy.lines[0].y == pytest.approx((20, 99, 50))
    assert accuracy.lines[1].y == pytest.approx((10, 10))
    assert not LossDirectionStudy().figures(LOST_LINE)[0].y.logarithmic


def test_that_the_figures_of_a_plane_have_its_extent_and_contours() -> None:
    loss, curvature = LossLandscapeStudy().figures(PLANE)
    assert isinstance(loss, MapFigure) and isinstance(curvature, MapFigure)
    assert loss.extent == (-0.5, 0.5, -0.5, 0.5) and loss.marks == ((0.0, 0.0),)
    assert loss.value.logarithmic and loss.contours == (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
    assert curvature.colors == "diverging" and curvature.values == PLANE.curvatures
    linear, _ = LossLandscapeStudy().figures(PLANE.model_copy(update={"log_color": False}))
    assert isinstance(linear, MapFigure)
    assert not linear.value.logarithmic and linear.contours == tuple(map(float, range(1, 9)))
    lost, _ = LossLandscapeStudy().figures(LOST_PLANE)
    assert isinstance(lost, MapFigure) and lost.contours == ()


@pytest.mark.parametrize("losses", [(1e-9, 1e9), (2.0, 2.5), (-3.0, 4.0), (0.0, 1e6), (1.0, 1.0 + 1e-6), (7.0, 7.0)])
def test_that_contours_are_few_round_levels_between_the_extremes(losses: tuple[float, float]) -> None:
    for logarithmic in (False, True) if losses[0] > 0 else (False,):
        levels = contour_levels(losses, logarithmic=logarithmic)
        assert len(levels) <= 10 and list(levels) == sorted(levels)
        assert all(losses[0] < level < losses[1] for level in levels)
    assert len(contour_levels(losses, logarithmic=False)) >= (4 if losses[0] < losses[1] else 0)


def test_that_the_tables_have_a_row_a_point_and_a_row_a_distance() -> None:
    assert LossDirectionStudy().table(LINE).rows == (
        ("−0.500", "3", "20.0 %"), ("0.000", "0.05", "99.0 %"), ("0.500", "1", "50.0 %"),
    )  # fmt: skip
    assert LossLandscapeStudy().table(PLANE).rows == (
        ("0.000", 1, "0.05", "0.05", "0.05", 0), ("0.500", 4, "1", "2.5", "8", 0), ("1.000", 4, "4", "5", "9", 1),
    )  # fmt: skip
    assert LossLandscapeStudy().table(LOST_PLANE).rows[0] == ("0.000", 1, "", "", "", 1)


def test_that_statistics_of_each_batch_are_not_called_those_of_one() -> None:
    assert conditions_sentence(64, "batch", as_written).endswith("BatchNorm takes the statistics of each batch.")
    assert conditions_sentence(64, "averages", as_written).endswith("BatchNorm holds the averages of training.")


@pytest.mark.parametrize("wrong", [{"points": 2}, {"reach": 0.0}, {"images": 1}, {"batch_statistics": "now"}, {"x": 1}])
def test_that_options_have_bounds(wrong: dict[str, object]) -> None:
    for options in (DirectionOptions, LandscapeOptions):
        with pytest.raises(ValidationError):
            options.model_validate(wrong)


@pytest.mark.parametrize("name, options", [
    ("loss_direction", {"points": 3, "images": 64}),
    ("loss_landscape", {"points": 3, "images": 64, "log_color": False}),
])  # fmt: skip
def test_that_a_configuration_is_studied_by_the_job_and_comes_back_from_json(
    name: str, options: dict[str, object]
) -> None:
    run = tiny_run()
    document = run_study_job(Study(name, config_to_toml(run.architecture, run.training), options=options))
    report = read_report(json.loads(json.dumps(document, allow_nan=False)))
    assert (report.study.name, report.network.step, report.network.data) == (name, 0, "digits")
    assert report.found.statistics == "batch" and report.found.loss > 1
    assert report.options.model_dump() | options == report.options.model_dump()
    assert report.study.headline(report.found, as_written).startswith("The loss is")
