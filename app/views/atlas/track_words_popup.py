"""Tells of a track of a run what it shows, how the run fares now, what healthy and sick look like, and the paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.painting.paint_style import PaintStyle
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_
from resnet_core.drawing.tracks.track import GUTTER_GAP, Track
from resnet_core.drawing.tracks.track_rows import TrackRow

if TYPE_CHECKING:
    from app.views.atlas.atlas_view import AtlasView

translate = QCoreApplication.translate
WIDTH = 400
_SIGN_PX, _SIGN_GAP = 13.0, 5.0
_WIDEST_NUMBER = "10⁻²⁵"
_HEADS = (N_("Atlas", "Shows"), N_("Atlas", "Healthy"), N_("Atlas", "Vanishing, exploding"), N_("Atlas", "Paper"))


class TrackWordsPopup(QFrame):
    """The words; a click elsewhere or Escape closes it, the paper's number opens its page."""

    def __init__(self, atlas: AtlasView, track: Track) -> None:
        super().__init__(atlas, Qt.WindowType.Popup)
        self.setObjectName("track_words")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = translate("Atlas", track.title())
        self.setAccessibleName(translate("Atlas", "What “%1” shows").replace("%1", title))
        text = QLabel(words_html(track))
        text.setObjectName("track_words_text")
        text.setAccessibleName(self.accessibleName())
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        text.setOpenExternalLinks(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        text.setFixedWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.addWidget(text)
        self.setFocusProxy(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def open_beside(self, atlas: AtlasView, row: TrackRow) -> None:
        """Show it right of the track's name, where the screen has room for it."""
        self.adjustSize()
        at = QPointF(row.gutter.right, row.gutter.top - atlas.scroll_offset).toPoint()
        point = atlas.viewport().mapToGlobal(at)
        screen = atlas.screen().availableGeometry()
        x = min(point.x(), screen.right() - self.width())
        y = min(point.y(), screen.bottom() - self.height())
        self.move(max(x, screen.left()), max(y, screen.top()))
        self.show()
        self.setFocus()


def words_html(track: Track) -> str:
    """Return the words on a track with what its run says now, as rich text; of another track its explanation."""
    words = track.words()
    parts = [f"<p><b>{escape(translate('Atlas', track.title()))}</b></p>"]
    told = [escape(sentence) for sentence in track.verdict_words(translate)]
    if told:
        parts.append(f"<p>{_head(translate('Atlas', 'Now'))}<b>{told[0]}</b>. {' '.join(told[1:])}</p>")
    if words is None:
        return "".join((*parts, f"<p>{escape(translate('Atlas', track.explanation()))}</p>"))
    shows, healthy, sick = (escape(translate("Atlas", text)) for text in words[:3])
    number = f"arXiv {words.arxiv}"
    link = f", <a href='https://arxiv.org/abs/{words.arxiv}'>{number}</a>" if words.arxiv else ""
    for head, text in zip(_HEADS, (shows, healthy, sick, escape(words.paper) + link), strict=True):
        parts.append(f"<p>{_head(translate('Atlas', head))}{text}</p>")
    return "".join(parts)


def sign_box(row: TrackRow, atlas: AtlasView) -> QRectF:
    """Return where the sign of a track that has words stands beside its name, in the viewport before scrolling.

    It is null where there is no room beside the numbers of the scale; the track's menu has the words then, too.
    """
    style = atlas.style_of_paint
    width = style.width_of(translate("Atlas", row.track.title()), style.bold)
    box = QRectF(row.gutter.left + width + _SIGN_GAP, row.gutter.top - 2, _SIGN_PX, _SIGN_PX)
    fits = box.right() <= row.gutter.right - style.width_of(_WIDEST_NUMBER, style.numbers) - 2 * GUTTER_GAP
    return box if fits and row.track.words() is not None else QRectF()


def sign_row_at(atlas: AtlasView, at: QPointF) -> TrackRow | None:
    """Return the row whose sign is at a point of the viewport."""
    place = QPointF(at.x(), at.y() + atlas.scroll_offset)
    boxes = ((row, sign_box(row, atlas)) for row in atlas.rows)
    return next((row for row, box in boxes if box and box.adjusted(-3, -3, 3, 3).contains(place)), None)


def paint_sign(painter: QPainter, row: TrackRow, atlas: AtlasView, style: PaintStyle) -> None:
    """Paint a small i in a ring beside the name of a track that has words."""
    box = sign_box(row, atlas)
    if not box:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.line("muted", 1.0, 0.7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setPen(style.color("muted"))
    painter.setFont(style.sized(9.0, bold=True))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "i")
    painter.restore()


def _head(text: str) -> str:
    return f"<span style='font-weight:600'>{escape(text)}</span><br>"
