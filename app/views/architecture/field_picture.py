"""Shows the picture that goes with a field: the part of the open network it is about, or what its value does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.theme import Theme
from app.state.architecture_document import FieldPath
from app.views.architecture.form_fields import FormField
from app.views.architecture.form_model import FormModel
from app.views.architecture.small_pictures import paint_activation, paint_maps, paint_norm, paint_ramp, paint_taps
from app.views.architecture.unit_picture import Ink, chain_of, paint_chain
from resnet_core.architecture.graph import Block, Graph
from resnet_core.configuration.block_plan import BlockPlan

Paint = Callable[[QPainter, QRectF, Ink], None]
_SHARE, _LEAST_HEIGHT = 0.82, 34
_WITH_STRIDE = ("shortcut", "anti_aliasing")
_BY_CHANNELS = ("expansion", "groups", "base_width", "widen", "halve_first", "width", "kind", "features", "classes")
"""Fields whose picture must tell the channels rather than the norms and activations."""


class FieldPicture(QWidget):
    """The picture of one field of the open architecture; empty for a field that no picture explains."""

    def __init__(self, form: FormModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("field_picture")
        self._form, self._theme = form, theme
        self._field: FormField | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        theme.changed.connect(lambda _colors: self.update())

    def show_field(self, field: FormField) -> None:
        """Show the picture of `field`."""
        self._field = field
        self.setVisible(has_picture(field))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 70)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._field is None or self.height() < _LEAST_HEIGHT:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * _SHARE)
        room = QRectF(self.rect()).adjusted(1, 3, -1, -2)
        self._painter_of(self._field)(painter, room, Ink(self._theme.colors, font))
        painter.end()

    def _painter_of(self, field: FormField) -> Paint:
        if field.path[-1] == "dilation":
            return self._taps
        by_path: dict[FieldPath, Paint] = {
            ("norm", "kind"): self._norm,
            ("activation", "kind"): self._activation,
            ("regularization", "stochastic_depth"): self._ramp,
            ("output_stride",): self._maps,
        }
        if field.path[0] == "stages" and field.path[-1] == "stride":
            return self._maps
        return by_path.get(field.path, self._unit)

    def _unit(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        assert self._field is not None
        graph = self._form.snapshot.graph
        block, part = None, self._field.path[0]
        if part == "stem":
            nodes = graph.nodes[: graph.blocks[0].first]
        elif part == "head":
            nodes = graph.nodes[graph.blocks[-1].stop :]
        else:
            block = example_block(graph, self._field)
            nodes = graph.nodes_of(block)
        chain = chain_of(nodes, block)
        paint_chain(painter, room, chain, ink, channels_matter=self._field.facts.name in _BY_CHANNELS)

    def _taps(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        assert self._field is not None
        plan = example_block(self._form.snapshot.graph, self._field).plan
        paint_taps(painter, room, max(plan.kernels), plan.dilation, ink)

    def _norm(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        labels = self.tr("samples"), self.tr("channels")
        paint_norm(painter, room, self._form.config.norm.kind, labels, ink)

    def _activation(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        paint_activation(painter, room, self._form.config.activation.kind, ink)

    def _ramp(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        chances = [block.plan.drop_chance for block in self._form.snapshot.graph.blocks]
        paint_ramp(painter, room, chances, ink)

    def _maps(self, painter: QPainter, room: QRectF, ink: Ink) -> None:
        assert self._field is not None
        graph = self._form.snapshot.graph
        ends = [graph.blocks[stage.stop - 1].output_shape for stage in graph.stages]
        shapes = [graph.nodes[0].output_shape, graph.blocks[0].input_shape, *ends]
        stage = self._field.path[1] if len(self._field.path) == 3 else len(ends) - 1
        assert isinstance(stage, int)
        paint_maps(painter, room, [shape.height for shape in shapes], stage + 2, ink)


def has_picture(field: FormField) -> bool:
    """Return whether a picture helps to understand `field`."""
    begun = {("initialization", name) for name in ("scheme", "zero_init_residual", "zero_init_padded")}
    without = {("name",), *begun}
    return field.path not in without and field.path[0] != "input" and field.facts.name not in ("blocks", "block")


def example_block(graph: Graph, field: FormField) -> Block:
    """Return the block that shows best what `field` does: its own, or one with what the field is about."""
    part, place = field.path[0], field.path[1] if len(field.path) > 1 else ""
    if part == "stages" and isinstance(place, int) and place < len(graph.stages):
        return graph.blocks[graph.stages[place].first]
    if part == "overrides" and isinstance(place, int) and place < len(graph.config.overrides):
        return graph.block_by_id.get(graph.config.overrides[place].block, graph.blocks[0])
    return next((block for block in graph.blocks if _shows(block.plan, field)), graph.blocks[0])


def _shows(plan: BlockPlan, field: FormField) -> bool:
    if field.path[0] in _WITH_STRIDE or field.facts.name == "stride_in":
        return plan.stride > 1
    if field.path[0] == "attention" and plan.attention == "none":
        return False
    return plan.shortcut in ("identity", "none")
