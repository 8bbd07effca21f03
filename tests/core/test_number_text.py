"""Holds the texts of numbers to the forms that the window promises."""

from __future__ import annotations

import math

import pytest

from resnet_core import number_text as f


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1.00 k"),
        (25_557_032, "25.6 M"),
        (4_089_184_256, "4.09 G"),
        (373_000_000, "373 M"),
        (999_949, "1.00 M"),
        (999_400, "999 k"),
        (9_996, "10.0 k"),
        (-1_500, "−1.50 k"),
        (12.5, "12.5"),
        (4e21, "4,000 E"),
    ],
)
def test_that_a_count_has_three_digits_and_a_prefix(count: float, text: str) -> None:
    assert f.compact(count) == text


def test_that_an_exact_count_shows_every_digit() -> None:
    assert f.exact(25_557_032) == "25,557,032"
    assert f.exact(-1_000) == "−1,000"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (512, "512 B"), (86_121_984, "86.1 MB"), (1_234_567_890, "1.23 GB")]
)
def test_that_sizes_are_decimal(size: int, text: str) -> None:
    assert f.byte_text(size) == text


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((1024, 14, 14), "1024 × 14²"),
        ((64, 32, 16), "64 × 32 × 16"),
        ((1000, 1, 1), "1000"),
        ((3, 1, 2), "3 × 1 × 2"),
    ],
)
def test_that_a_square_map_is_written_short(shape: tuple[int, int, int], text: str) -> None:
    assert f.shape_text(shape) == text


@pytest.mark.parametrize(
    ("value", "reference", "text"),
    [
        (117, 100, "+17 %"),
        (97, 100, "−3 %"),
        (100.4, 100, "+0.4 %"),
        (100.001, 100, "≈ 0 %"),
        (100, 100, "±0 %"),
        (1690, 100, "× 16.9"),
        (199, 100, "+99 %"),
        (0, 100, "−100 %"),
        (5, 0, ""),
    ],
)
def test_that_a_relative_difference_keeps_its_sign(value: float, reference: float, text: str) -> None:
    assert f.percent_difference(value, reference) == text


def test_that_differences_are_signed_and_none_is_marked() -> None:
    assert f.exact_difference(25_557_032, 21_797_672) == "+3,759,360"
    assert f.exact_difference(5, 8) == "−3"
    assert f.exact_difference(5, 5) == "±0"
    assert f.compact_difference(25_557_032, 21_797_672) == "+3.76 M"
    assert f.compact_difference(1, 1) == "±0"
    assert f.byte_difference(10_000_000, 22_400_000) == "−12.4 MB"
    assert f.byte_difference(1, 1) == "±0"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (14.2, "0:14"), (59.6, "1:00"), (75, "1:15"), (3725, "1:02:05"), (-3, "0:00")],
)
def test_that_a_duration_reads_as_a_clock(seconds: float, text: str) -> None:
    assert f.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.2345, "1.23 s"), (0.4123, "412 ms"), (0.0000831, "83.1 µs"), (0.99996, "1.00 s"), (0, "0 µs")],
)
def test_that_a_measured_time_has_the_unit_that_fits(seconds: float, text: str) -> None:
    assert f.seconds_text(seconds) == text


def test_that_log_ticks_are_powers_of_ten() -> None:
    assert [f.power_of_ten(exponent) for exponent in (-12, -2, 0, 3)] == ["10⁻¹²", "10⁻²", "10⁰", "10³"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0031, "3.1·10⁻³"),
        (0, "0"),
        (-0.0996, "−1.0·10⁻¹"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (12.0, "1.2·10¹"),
    ],
)
def test_that_a_norm_is_a_mantissa_and_a_power_of_ten(value: float, text: str) -> None:
    assert f.scientific(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0437, "4.4 %"), (0, "0.0 %"), (0.0001, "< 0.1 %"), (1, "100.0 %"), (-0.5, "−50.0 %")],
)
def test_that_a_share_is_a_percentage(share: float, text: str) -> None:
    assert f.percent(share) == text


def test_that_what_is_not_finite_is_named_and_never_raised_on() -> None:
    for write in (
        f.compact,
        f.percent,
        f.duration,
        f.seconds_text,
        f.ratio,
        lambda value: f.decimal(value, 3),
    ):
        assert write(math.nan).startswith("NaN")
        assert "∞" in write(math.inf)


def test_that_decimals_align() -> None:
    assert f.decimal(0.69314, 3) == "0.693"
    assert f.decimal(-1.5, 2) == "−1.50"
    assert f.ratio(16.89) == "16.9 ×"
