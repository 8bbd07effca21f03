"""Photographs the Atlas of eight networks at three zooms, in light and dark, one sheet a network and theme.

    python docs/make_atlas_pictures.py [--folder docs/atlas] [--only NAME]

The widget is the program's own; nothing in the pictures is drawn for them.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZE = (1240, 470)
GAP = 8
SHOWN = ("structure", "shape", "parameters", "macs", "activations", "training_memory", "receptive_field")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from PySide6.QtGui import QColor, QImage, QPainter  # noqa: E402

from app.application import make_qt_application  # noqa: E402
from app.services.apply_theme import apply_theme  # noqa: E402
from app.services.theme import Theme, ThemeChoice  # noqa: E402
from app.state.architecture_document import ArchitectureDocument  # noqa: E402
from app.state.latency_state import LatencyState  # noqa: E402
from app.state.measured import Measured  # noqa: E402
from app.state.pinned_state import PinnedState  # noqa: E402
from app.state.probed_state import ProbedState  # noqa: E402
from app.state.runs_state import RunsState  # noqa: E402
from app.state.selection_state import SelectionState  # noqa: E402
from app.state.study_state import StudyState  # noqa: E402
from app.views.atlas.atlas_view import AtlasView  # noqa: E402
from resnet_core.configuration.architecture_config import ArchitectureConfig  # noqa: E402
from resnet_core.configuration.edits import with_assignments  # noqa: E402
from resnet_core.configuration.presets import preset  # noqa: E402
from resnet_core.drawing.depth_view import DepthView  # noqa: E402
from resnet_core.drawing.tracks.titles import TITLES  # noqa: E402

THEMES: tuple[ThemeChoice, ...] = ("light", "dark")
BLOCK_PX = 96.0


def networks() -> dict[str, ArchitectureConfig]:
    """Return what is photographed, by the name of its pictures."""
    custom = with_assignments(preset("ResNet-34"), ["stages.1.kernels=[1, 3, 5, 3, 1]"])
    return {
        "resnet-18": preset("ResNet-18"),
        "resnet-50": preset("ResNet-50"),
        "resnet-152": preset("ResNet-152"),
        "resnet-1202": preset("ResNet-1202"),
        "resnext-50": preset("ResNeXt-50-32x4d"),
        "plain-34": preset("Plain-34"),
        "se-resnet-50": preset("SE-ResNet-50"),
        "five-convolutions": custom.model_copy(update={"name": "ResNet-34, five convolutions in layer2"}),
    }


def main() -> None:
    """Write every sheet, or those of one network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "atlas")
    parser.add_argument("--only", choices=tuple(networks()))
    arguments = parser.parse_args()
    qt = make_qt_application()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for theme_name in THEMES:
        theme = Theme(theme_name)
        apply_theme(qt, theme.colors)
        for name, config in networks().items():
            if arguments.only in (None, name):
                path = arguments.folder / f"{name}-{theme_name}.png"
                save(sheet(config, theme), path)
                print(path)


def sheet(config: ArchitectureConfig, theme: Theme) -> QImage:
    """Return the Atlas of a network at three zooms, one under the other."""
    document, selection = ArchitectureDocument(config), SelectionState()
    atlas = AtlasView(
        document, selection, PinnedState(), RunsState(), Measured(LatencyState(), ProbedState(), StudyState()), theme
    )
    atlas.set_layout_record(atlas.layout_record._replace(hidden=frozenset(TITLES) - set(SHOWN)))
    atlas.resize(*SIZE)
    atlas.show()
    image = QImage(SIZE[0], 3 * SIZE[1] + 2 * GAP, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.colors.hairline))
    painter = QPainter(image)
    for number, view in enumerate(zooms(atlas)):
        atlas.set_depth_view(view.settled())
        painter.drawPixmap(0, number * (SIZE[1] + GAP), atlas.viewport().grab())
    painter.end()
    atlas.close()
    return image


def save(sheet: QImage, path: Path) -> None:
    """Write a sheet with the 256 colours that suit it best: enough for what the Atlas paints, a third of the bytes."""
    pixels = sheet.convertToFormat(QImage.Format.Format_RGB888)
    size, stride = (pixels.width(), pixels.height()), pixels.bytesPerLine()
    image = Image.frombuffer("RGB", size, bytes(pixels.constBits()), "raw", "RGB", stride, 1)
    image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def zooms(atlas: AtlasView) -> tuple[DepthView, DepthView, DepthView]:
    """Return the whole network, the beginning of its second stage block by block, and one block's layers."""
    whole = atlas.depth_view
    second = whole.axis.graph.stages[1]
    begins, column = whole.axis.stages[1], whole.axis.blocks[second.first]
    blocks = whole._replace(scale=BLOCK_PX, first=begins.start - whole.width / BLOCK_PX / 3).clamped()
    return whole, blocks, whole.showing(column, 0.9)


if __name__ == "__main__":
    main()
