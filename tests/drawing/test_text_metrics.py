"""Text widths: shortened texts fit, and no estimate is too narrow for what Qt paints."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from pytestqt.qtbot import QtBot

from resnet_core.drawing.text_metrics import ELLIPSIS, elided, first_fitting, text_width

TEXTS = ("layer3 ×6", "1024→256", "3×3 /2", "1024×14²", "ReLU", "36 × Bottleneck, 1024×14²", "zero-padded identity",
         "‖g‖ 3.1·10⁻⁴⁵ = ‖branch + skip‖", "10⁶⁷⁸⁹⁰")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [9, 11, 12, 16])
def test_that_no_estimate_is_narrower_than_the_painted_text(qtbot: QtBot, size: int, bold: bool) -> None:
    font = QFont()
    font.setPixelSize(size)
    font.setBold(bold)
    metrics = QFontMetricsF(font)
    for text in TEXTS:
        # Hinting rounds single letters by fractions of a pixel.
        assert metrics.horizontalAdvance(text) <= text_width(text, size, bold=bold) + 1.0


def test_that_a_shortened_text_fits_and_says_that_it_is_shortened() -> None:
    for width in range(0, 200, 7):
        text = elided("wide-resnet-fifty-two", width, 11)
        assert text_width(text, 11) <= width or not text
        assert text in ("", "wide-resnet-fifty-two") or text.endswith(ELLIPSIS)


def test_that_the_longest_text_that_fits_is_taken() -> None:
    assert first_fitting(("layer3 ×6", "layer3", "L3"), 1000, 11) == "layer3 ×6"
    assert first_fitting(("layer3 ×6", "layer3", "L3"), text_width("layer3", 11), 11) == "layer3"
    assert first_fitting(("layer3 ×6", "layer3"), 3, 11) == ""
