"""Chooses the network that a study is made of, and starts it; where there is none it says what to do."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from app.painting.elided_combo import ElidedCombo
from app.state.study_subjects import Subject
from app.views.studies.wrapped_label import WrappedLabel
from resnet_core.number_text import exact


class SubjectRow(QWidget):
    """What is studied, and Start. `subject_chosen` carries a run's key, or an empty text for the open architecture."""

    subject_chosen = Signal(str)
    start_wanted = Signal()
    training_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_subject_row")
        self._subjects: tuple[Subject, ...] = ()
        self._label, self._combo, self._nothing = QLabel(self.tr("Network")), ElidedCombo(), WrappedLabel()
        self._start, self._train = QPushButton(self.tr("Start")), QPushButton(self.tr("Train the Network First"))
        self._name_parts()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._label)
        layout.addWidget(self._combo, 1)
        layout.addWidget(self._nothing, 1)
        layout.addWidget(self._train)
        layout.addWidget(self._start)
        self._combo.activated.connect(lambda place: self.subject_chosen.emit(self._subjects[place].run))
        self._start.clicked.connect(self.start_wanted)
        self._train.clicked.connect(self.training_wanted)

    def show_subjects(self, subjects: tuple[Subject, ...], chosen: Subject | None, data: str) -> None:
        """Offer `subjects`; an open architecture is fitted to `data`."""
        texts = [self._text(subject, data) for subject in subjects]
        with QSignalBlocker(self._combo):
            if texts != [self._combo.itemText(place) for place in range(self._combo.count())]:
                self._combo.clear()
                self._combo.addItems(texts)
            for place, subject in enumerate(subjects):
                self._combo.setItemData(place, subject.run or texts[place], Qt.ItemDataRole.ToolTipRole)
            self._combo.setCurrentIndex(subjects.index(chosen) if chosen is not None else -1)
        self._subjects = subjects
        self._combo.setToolTip(self._combo.currentText())
        for widget in (self._label, self._combo, self._start):
            widget.setVisible(bool(subjects))
        for widget in (self._nothing, self._train):
            widget.setVisible(not subjects)

    def show_state(self, *, can_start: bool, can_train: bool, why_not: str) -> None:
        """Let a person start the study, or train; `why_not` says what is in the way."""
        self._start.setEnabled(can_start)
        self._start.setToolTip(why_not or self.tr("Make the study; everything else stays usable meanwhile"))
        self._train.setEnabled(can_train)

    def focus_start(self) -> None:
        """Put the focus on Start."""
        self._start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _text(self, subject: Subject, data: str) -> str:
        if subject.kind == "initial":
            return self.tr("{name} before training, on {data}").format(name=subject.name, data=data)
        text = self.tr("{name} after {step} steps · {run}")
        return text.format(name=subject.name, step=exact(subject.step), run=subject.run)

    def _name_parts(self) -> None:
        self._combo.setObjectName("study_subject")
        self._combo.setAccessibleName(self.tr("The network that is studied"))
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.setMinimumContentsLength(12)
        self._label.setBuddy(self._combo)
        self._nothing.setObjectName("study_no_subject")
        self._nothing.setText(self.tr("This is a study of a trained network, and no run has a checkpoint yet."))
        self._start.setObjectName("study_start")
        self._start.setAccessibleName(self.tr("Start the study"))
        self._start.setProperty("accent", True)
        self._train.setObjectName("study_train")
        self._train.setAccessibleName(self.tr("Train the network first"))
        self._train.setProperty("accent", True)
