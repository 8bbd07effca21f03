"""Turns raw numbers into the text a person reads: "25.6 M", "86.1 MB", "1024 × 14²", "+17 %", "10⁻²"."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

MINUS: Final = "−"
NOT_A_NUMBER: Final = "NaN"
PLUS_MINUS_ZERO: Final = "±0"

_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PREFIXES: Final = ("", "k", "M", "G", "T", "P", "E")
_DIGITS: Final = 3


def exact(count: int) -> str:
    """Return a count with thousands separators: 25,557,032."""
    return f"{count:,}".replace("-", MINUS)


def compact(count: float) -> str:
    """Return a count with three digits and a decimal prefix: "25.6 M", "4.09 G"; below 1000 as it is."""
    number, prefix = _scaled(count)
    return f"{number} {prefix}" if prefix else number


def byte_text(size_bytes: float) -> str:
    """Return a size in decimal units: "86.1 MB" (1 MB = 10⁶ bytes), "512 B"."""
    number, prefix = _scaled(size_bytes)
    return f"{number} {prefix}B"


def shape_text(shape: Sequence[int]) -> str:
    """Return channels × height × width; a square map short, "1024 × 14²"; a vector as its length alone."""
    channels, height, width = shape
    if height == width == 1:
        return str(channels)
    if height == width:
        return f"{channels} × {height}²"
    return f"{channels} × {height} × {width}"


def percent(share: float, digits: int = 1) -> str:
    """Return a fraction as "4.4 %"; one too small for the digits as "< 0.1 %"."""
    if not math.isfinite(share):
        return _not_finite(share)
    least = 10.0**-digits
    if 0 < share * 100 < least / 2:
        return f"< {least:.{digits}f} %"
    return f"{share * 100:.{digits}f} %".replace("-", MINUS)


def percent_difference(value: float, reference: float) -> str:
    """Return the relative difference to `reference`: "+17 %", "−3 %", "+0.4 %", "±0 %".

    From elevenfold on the ratio, "× 16.9"; "≈ 0 %" where one decimal does not show it; an empty text where
    the reference is 0 and there is no ratio.
    """
    if reference == 0:
        return ""
    change = (value - reference) / abs(reference)
    if change == 0:
        return f"{PLUS_MINUS_ZERO} %"
    if change >= 10:
        return f"× {_significant(value / reference)}"
    size = abs(change) * 100
    if size < 0.05:
        return "≈ 0 %"
    return f"{_sign(change)}{size:.{0 if size >= 0.95 else 1}f} %"


def exact_difference(value: int, reference: int) -> str:
    """Return the signed difference, exactly: "+3,759,360", "−1,000", "±0"."""
    difference = value - reference
    return f"{_sign(difference)}{abs(difference):,}" if difference else PLUS_MINUS_ZERO


def compact_difference(value: float, reference: float) -> str:
    """Return the signed difference with three digits and a prefix: "+3.76 M", "±0"."""
    return written_difference(value, reference, compact)


def byte_difference(value: float, reference: float) -> str:
    """Return the signed difference of two sizes in decimal units: "+12.4 MB", "±0"."""
    return written_difference(value, reference, byte_text)


def written_difference(value: float, reference: float, write: Callable[[float], str]) -> str:
    """Return the signed difference as `write` writes its size, in the unit of both: "+4.20 ms", "±0"."""
    difference = value - reference
    return f"{_sign(difference)}{write(abs(difference))}" if difference else PLUS_MINUS_ZERO


def ratio(value: float) -> str:
    """Return a ratio with three digits: "16.9 ×"."""
    return f"{_significant(value)} ×"


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds, "0:14", or with hours, "1:02:05"; rounded to whole seconds."""
    if not math.isfinite(seconds):
        return _not_finite(seconds)
    whole = round(max(seconds, 0.0))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def seconds_text(seconds: float) -> str:
    """Return a measured time with its unit, three digits: "412 ms", "1.24 s", "83.0 µs"."""
    if not math.isfinite(seconds):
        return _not_finite(seconds)
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale * 0.9995:
            return f"{_significant(seconds / scale)} {unit}"
    return f"{_significant(seconds / 1e-6)} µs"


def superscript(number: int) -> str:
    """Return a whole number in superscript digits: "⁻²"."""
    return str(number).translate(_SUPERSCRIPTS)


def power_of_ten(exponent: int) -> str:
    """Return the label of a tick on a log10 axis: "10⁻²"."""
    return f"10{superscript(exponent)}"


def scientific(value: float, digits: int = 2) -> str:
    """Return a norm as mantissa and power of ten, `digits` significant: "3.1·10⁻³"; 0 as "0"."""
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    return f"{_minus_if(value < 0)}{mantissa}·{power_of_ten(int(exponent))}"


def decimal(value: float, digits: int) -> str:
    """Return a number with a fixed number of decimals, so that a column of them aligns: "0.693"."""
    return f"{value:.{digits}f}".replace("-", MINUS) if math.isfinite(value) else _not_finite(value)


def _scaled(value: float) -> tuple[str, str]:
    """Return three digits of `value` and the prefix they are to be read with."""
    if not math.isfinite(value):
        return _not_finite(value), ""
    size, step = abs(value), 0
    # 999.5 and above would print as 1000, so it goes to the next prefix.
    while size >= (999.5 if step or not float(value).is_integer() else 1000) and step + 1 < len(_PREFIXES):
        size, step = size / 1000, step + 1
    text = f"{size:.0f}" if step == 0 and float(value).is_integer() else _significant(size)
    return f"{_minus_if(value < 0)}{text}", _PREFIXES[step]


def _significant(value: float) -> str:
    """Return `value` with three significant digits and thousands separators: 16.9, 4.09, 373, 1,590."""
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "0"
    # Rounding first may add a digit: 9.996 has two places less than the comma suggests.
    rounded = float(f"{abs(value):.{_DIGITS - 1}e}")
    places = max(_DIGITS - 1 - math.floor(math.log10(rounded)), 0)
    return f"{_minus_if(value < 0)}{rounded:,.{places}f}"


def _not_finite(value: float) -> str:
    return NOT_A_NUMBER if math.isnan(value) else f"{_minus_if(value < 0)}∞"


def _sign(value: float) -> str:
    return MINUS if value < 0 else "+"


def _minus_if(negative: bool) -> str:
    return MINUS if negative else ""
