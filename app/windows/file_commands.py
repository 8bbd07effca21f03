"""Opens and saves architectures and run folders, and exports counts and code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.services.engine_service import EngineService
from app.services.errors import ErrorService
from app.services.training_plan import problems_line
from app.state.architecture_document import ArchitectureDocument
from app.state.recent_files import RecentFiles
from resnet_core.configuration.architecture_config import ArchitectureConfig
from resnet_core.configuration.config_file import ConfigFileError, load_config
from resnet_core.configuration.validation import ConfigurationError
from resnet_core.runs.run_database import CONFIG_NAME, DATABASE_NAME

SUFFIX = ".toml"


class FileCommands(QObject):
    """What the File menu does; whatever fails is reported in one line and leaves everything as it was."""

    def __init__(
        self,
        document: ArchitectureDocument,
        recent: RecentFiles,
        service: EngineService,
        errors: ErrorService,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._recent, self._service, self._errors = document, recent, service, errors
        self._window = window

    def open(self) -> None:
        """Ask for a configuration file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Open an architecture"), self.folder(), self._filters()
        )
        if name:
            self.open_path(Path(name))

    def open_run_folder(self) -> None:
        """Ask for the folder of a run and show it."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Open the folder of a run"), self.folder())
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> bool:
        """Open a configuration file or the folder of a run; returns whether it could be."""
        if path.name == DATABASE_NAME:
            path = path.parent
        opened = self._open_run(path) if path.is_dir() else self._open_file(path)
        if opened:
            self._recent.add(path)
        elif not path.exists():
            self._recent.remove(path)
        return opened

    def save(self) -> None:
        """Save to the file the architecture has, or ask for one."""
        if self._document.path is None:
            self.save_as()
        else:
            self.save_to(self._document.path)

    def save_as(self) -> None:
        """Ask for a file and save to it."""
        proposed = str(Path(self.folder()) / f"{self._document.config.name}{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save the architecture"), proposed, self._filters())
        if name:
            path = Path(name)
            self.save_to(path if path.suffix else path.with_suffix(SUFFIX))

    def save_to(self, path: Path) -> bool:
        """Save to `path`; returns whether it could be."""
        if self._tried(lambda: self._document.save(path), self.tr("{file} could not be written"), path):
            self._recent.add(path)
            return True
        return False

    def export_counts(self) -> None:
        """Ask for a file and write every layer's counts to it, as CSV or Markdown by its ending."""
        proposed = str(Path(self.folder()) / f"{self._document.config.name}.csv")
        filters = self.tr("CSV (*.csv);;Markdown (*.md)")
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export the counts"), proposed, filters)
        if name:
            self.export_counts_to(Path(name))

    def export_counts_to(self, path: Path) -> bool:
        """Write every layer's counts to `path`; returns whether it could be."""
        from resnet_core.export.table_text import layer_table, table_as_csv, table_as_markdown

        snapshot = self._document.snapshot
        table = layer_table(snapshot.graph, snapshot.report)
        text = table_as_markdown(table) if path.suffix.lower() == ".md" else table_as_csv(table)
        return self._tried(
            lambda: path.write_text(text, encoding="utf-8"), self.tr("{file} could not be written"), path
        )

    def export_code(self) -> None:
        """Ask for a file and write the architecture into it as PyTorch code."""
        proposed = str(Path(self.folder()) / f"{self._document.config.name}.py")
        filters = self.tr("Python (*.py)")
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export PyTorch code"), proposed, filters)
        if name:
            self.export_code_to(Path(name))

    def export_code_to(self, path: Path) -> bool:
        """Write the architecture as PyTorch code to `path`; returns whether it could be."""
        from resnet_core.export.torch_code import network_code

        code = network_code(self._document.config)
        return self._tried(
            lambda: path.write_text(code, encoding="utf-8"), self.tr("{file} could not be written"), path
        )

    def fill_recent(self, menu: QMenu) -> None:
        """Fill a menu with the recent files."""
        for path in self._recent.paths:
            action = menu.addAction(str(path))
            action.triggered.connect(lambda _checked, path=path: self.open_path(path))
        menu.addSeparator()
        clear = menu.addAction(self.tr("Clear the list"))
        clear.triggered.connect(lambda: self._recent.replace(()))

    def has_recent(self) -> bool:
        """Return whether anything was opened or saved before."""
        return bool(self._recent.paths)

    def _open_run(self, folder: Path) -> bool:
        if not (folder / DATABASE_NAME).is_file():
            line = self.tr("{folder} is not the folder of a run: it holds no {file}. Choose one that training wrote.")
            self._errors.report(line.format(folder=folder, file=DATABASE_NAME))
            return False
        config = self._loaded(folder / CONFIG_NAME)
        if config is None:
            return False
        self._document.open_config(config, self.tr("Open the architecture of {name}").format(name=folder.name))
        self._service.open_run(folder)
        return True

    def _open_file(self, path: Path) -> bool:
        config = self._loaded(path)
        if config is not None:
            self._document.open_config(config, self.tr("Open {name}").format(name=path.name), path)
        return config is not None

    def _loaded(self, path: Path) -> ArchitectureConfig | None:
        """Return the architecture in a file, or report why there is none."""
        try:
            return load_config(path)
        except ConfigFileError as error:
            self._errors.report(str(error))
        except ConfigurationError as error:
            self._errors.report(f"{path}: {problems_line(error.problems)}")
        return None

    def _tried(self, action: Callable[[], object], line: str, path: Path) -> bool:
        try:
            action()
        except OSError as error:
            reason = error.strerror or str(error)
            self._errors.report(f"{line.format(file=path)}: {reason}", str(error))
            return False
        return True

    def folder(self) -> str:
        """Return where dialogs begin: beside the open file, or beside the last one."""
        known = self._document.path or next(iter(self._recent.paths), None)
        return str(known.parent) if known else str(Path.home())

    def _filters(self) -> str:
        return self.tr("Architectures (*.toml);;All files (*)")
