"""Turns the open architecture into its twins, fits it to the data, and pins it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.services.errors import ErrorService
from app.services.training_plan import PlanRefused, fitted_to_data, problems_line
from app.state.architecture_document import ArchitectureDocument
from app.state.pinned_state import PinnedState
from app.state.training_recipe import TrainingRecipe
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.presets import preset_families
from resnet_core.configuration.twins import is_plain, other_kind, plain_twin, with_kind
from resnet_core.configuration.validation import ConfigurationError


class ArchitectureCommands(QObject):
    """What the Architecture menu does; `announce` says in one line what was done, `compare` shows the comparison."""

    def __init__(
        self,
        document: ArchitectureDocument,
        pinned: PinnedState,
        recipe: TrainingRecipe,
        errors: ErrorService,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document, self._pinned, self._recipe, self._errors = document, pinned, recipe, errors
        self.announce: Callable[[str], None] = lambda _line: None
        self.compare: Callable[[], None] = lambda: None

    def open_other_kind(self) -> None:
        """Pin the open architecture as the reference and open the same stages with the other kind of block."""
        config = self._document.config
        self._open_twin(lambda: with_kind(config, other_kind(config)))

    def other_kind_text(self) -> str:
        """Return the wording of `open_other_kind` for the open architecture."""
        if other_kind(self._document.config) == "basic":
            return self.tr("Compare with Its Basic Twin")
        return self.tr("Compare with Its Bottleneck Twin")

    def open_plain_twin(self) -> None:
        """Pin the open architecture as the reference and open the same network without shortcuts."""
        self._open_twin(lambda: plain_twin(self._document.config))

    def has_shortcuts(self) -> bool:
        """Return whether there is a plain twin to open."""
        return not is_plain(self._document.config)

    def fit_to_data(self) -> None:
        """Give the open architecture the image and the classes of the recipe's data, as one edit."""
        try:
            config, line = fitted_to_data(self._document.config, self._recipe.config)
        except PlanRefused as error:
            self._errors.report(str(error))
            return
        self._document.replace(config, self.tr("Fit to the data"))
        self.announce(line)

    def toggle_pin(self) -> None:
        """Pin the open architecture, or take its pin away."""
        snapshot = self._document.snapshot
        if self._pinned.is_pinned(snapshot):
            self._pinned.unpin(snapshot)
        else:
            self._pinned.pin(snapshot)

    def is_pinned(self) -> bool:
        """Return whether the open architecture is pinned."""
        return self._pinned.is_pinned(self._document.snapshot)

    def make_reference(self) -> None:
        """Pin the open architecture as the one that differences are shown against."""
        self._pinned.make_reference(self._document.snapshot)

    def is_reference(self) -> bool:
        """Return whether the open architecture is the reference already."""
        reference = self._pinned.reference
        return reference is not None and reference.config == self._document.config

    def has_pins(self) -> bool:
        """Return whether anything is pinned."""
        return bool(self._pinned.pinned)

    def open_preset(self, name: str) -> None:
        """Open a preset by its name."""
        self._document.open_preset(name, self.tr("Open {name}").format(name=name))

    def preset_texts(self) -> tuple[tuple[str, str], ...]:
        """Return every preset's name with its family."""
        return tuple((entry.name, family) for family, entries in preset_families().items() for entry in entries)

    def _open_twin(self, make: Callable[[], ArchitectureConfig]) -> None:
        original = self._document.snapshot
        try:
            twin = make()
        except ConfigurationError as error:
            line = self.tr("{name} has no such twin: {problems}")
            self._errors.report(line.format(name=original.config.name, problems=problems_line(error.problems)))
            return
        self._pinned.make_reference(original)
        self._document.open_config(twin, self.tr("Open {name}").format(name=twin.name))
        self.compare()
