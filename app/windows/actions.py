"""The one table of everything a person can do by name: menus, shortcuts and the command palette come from it."""

from __future__ import annotations

from typing import NamedTuple

from app.services.engine_service import EngineService
from app.state.architecture_document import ArchitectureDocument
from app.state.captured_steps import CapturedSteps
from app.state.engine_state import EngineState
from app.state.pinned_state import PinnedState
from app.state.run_player import RunPlayer
from app.windows.action_set import ActionSpec
from app.windows.architecture_commands import ArchitectureCommands
from app.windows.desk_commands import DeskCommands
from app.windows.file_commands import FileCommands
from app.windows.latency_commands import LatencyCommands
from app.windows.main_window import MainWindow
from app.windows.picture_commands import PictureCommands
from app.windows.run_commands import RunCommands
from app.windows.study_commands import StudyCommands
from app.windows.view_commands import ViewCommands
from resnet_core.configuration.translation import QT_TRANSLATE_NOOP as N_


class ActionTargets(NamedTuple):
    """What the actions call."""

    files: FileCommands
    architecture: ArchitectureCommands
    runs: RunCommands
    view: ViewCommands
    desk: DeskCommands
    pictures: PictureCommands
    latency: LatencyCommands
    studies: StudyCommands
    window: MainWindow
    document: ArchitectureDocument
    pinned: PinnedState
    engine: EngineState
    service: EngineService
    captured: CapturedSteps
    player: RunPlayer


def action_table(to: ActionTargets) -> tuple[ActionSpec, ...]:
    """Return every action, in the order of the menus."""
    return (
        *_file(to), *_edit(to), *_view(to), *_architecture(to), *_run(to), *_playback(to), *_tools(to), *_help(to),
    )  # fmt: skip


def _file(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, files = N_("Action", "&File"), to.files
    return (
        ActionSpec("open", menu, N_("Action", "Open…"), files.open, ("Ctrl+O",),
                   N_("Action", "Open an architecture from a TOML file")),
        ActionSpec("recent", menu, N_("Action", "Open Recent"), files.open, fill=files.fill_recent,
                   enabled=files.has_recent),
        ActionSpec("open_run", menu, N_("Action", "Open Run Folder…"), files.open_run_folder, ("Ctrl+Shift+O",),
                   N_("Action", "Show a run from its folder, and the architecture it trains")),
        ActionSpec("save", menu, N_("Action", "Save"), files.save, ("Ctrl+S",),
                   N_("Action", "Save the architecture to its TOML file"), starts_group=True),
        ActionSpec("save_as", menu, N_("Action", "Save As…"), files.save_as, ("Ctrl+Shift+S",),
                   N_("Action", "Save the architecture to another TOML file")),
        ActionSpec("export_picture", menu, N_("Action", "Export Picture…"), to.pictures.export_picture,
                   ("Ctrl+Shift+E",), N_("Action", "Write what is seen, or the whole network, as SVG, PNG or PDF"),
                   starts_group=True),
        ActionSpec("export_counts", menu, N_("Action", "Export Counts…"), files.export_counts,
                   tip=N_("Action", "Write every layer's counts as CSV or Markdown")),
        ActionSpec("export_code", menu, N_("Action", "Export PyTorch Code…"), files.export_code,
                   tip=N_("Action", "Write the network as a Python file that runs without Skipscope")),
        ActionSpec("quit", menu, N_("Action", "Quit"), to.window.close, ("Ctrl+Q",), starts_group=True),
    )  # fmt: skip


def _edit(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, stack = N_("Action", "&Edit"), to.document.undo_stack
    return (
        ActionSpec("undo", menu, N_("Action", "Undo"), stack.undo, ("Ctrl+Z",), enabled=stack.canUndo,
                   wording=to.view.undo_text),
        ActionSpec("redo", menu, N_("Action", "Redo"), stack.redo, ("Ctrl+Shift+Z", "Ctrl+Y"),
                   enabled=stack.canRedo, wording=to.view.redo_text),
        ActionSpec("copy_image", menu, N_("Action", "Copy as Image"), to.pictures.copy_image, ("Ctrl+Shift+C",),
                   N_("Action", "Put a picture of the view in front on the clipboard"), starts_group=True),
        ActionSpec("copy_table", menu, N_("Action", "Copy Layer Table"), to.view.copy_table, ("Ctrl+Alt+C",),
                   N_("Action", "Put the layer table on the clipboard, for a spreadsheet")),
        ActionSpec("find_layer", menu, N_("Action", "Find…"), to.view.find_layer, ("Ctrl+F",),
                   N_("Action", "Find blocks and layers by name, kind or number; in the layer table, filter it"),
                   starts_group=True),
        ActionSpec("find_next", menu, N_("Action", "Find Next"), to.view.find_next, ("F3",),
                   enabled=to.view.shows_atlas),
        ActionSpec("find_previous", menu, N_("Action", "Find Previous"), to.view.find_previous, ("Shift+F3",),
                   enabled=to.view.shows_atlas),
    )  # fmt: skip


def _view(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, theme, view = N_("Action", "&View"), N_("Action", "&View") + "/" + N_("Action", "Theme"), to.view
    return (
        ActionSpec("show_atlas", menu, N_("Action", "Atlas"), lambda: to.window.show_page("atlas"), ("Ctrl+1",)),
        ActionSpec("show_layers", menu, N_("Action", "Layers"), lambda: to.window.show_page("layers"), ("Ctrl+2",)),
        ActionSpec("show_compare", menu, N_("Action", "Compare"), lambda: to.window.show_page("compare"),
                   ("Ctrl+3",)),
        ActionSpec("show_training", menu, N_("Action", "Training"), lambda: to.window.show_page("training"),
                   ("Ctrl+4",)),
        ActionSpec("show_ledger", menu, N_("Action", "Ledger"), lambda: to.window.show_page("ledger"), ("Ctrl+5",),
                   N_("Action", "Show the count term by term, and as papers and tools count")),
        ActionSpec("show_studies", menu, N_("Action", "Studies"), to.studies.open, ("Ctrl+6",),
                   N_("Action", "Show the studies that can be made of a network, and what they found")),
        ActionSpec("tear_off", menu, N_("Action", "Move Tab to Its Own Window"), to.window.tabs.tear_off_current,
                   tip=N_("Action", "Closing that window brings the tab back"),
                   enabled=to.window.tabs.can_tear_off),
        ActionSpec("zoom_in", menu, N_("Action", "Zoom In"), view.zoom_in, ("Ctrl++", "Ctrl+="),
                   N_("Action", "Show less of the depth axis, larger"), view.shows_atlas, starts_group=True),
        ActionSpec("zoom_out", menu, N_("Action", "Zoom Out"), view.zoom_out, ("Ctrl+-",),
                   N_("Action", "Show more of the depth axis"), view.shows_atlas),
        ActionSpec("zoom_reset", menu, N_("Action", "Whole Network"), view.zoom_to_fit, ("Ctrl+0",),
                   N_("Action", "Show the whole depth axis"), view.shows_atlas),
        ActionSpec("read_structure", menu, N_("Action", "Read Structure as Text"), view.read_structure,
                   tip=N_("Action", "Show stages, blocks and layers as sentences that can be copied")),
        ActionSpec("animate_pass", menu, N_("Action", "Animate the Pass"), view.animate_pass, ("Ctrl+Shift+A",),
                   N_("Action", "Follow the tensor forward by both roads, and the gradient back")),
        ActionSpec("tracks", menu, N_("Action", "Tracks"), view.zoom_to_fit, fill=view.fill_tracks,
                   starts_group=True),
        ActionSpec("panels", menu, N_("Action", "Panels"), view.zoom_to_fit, fill=to.window.fill_panels),
        ActionSpec("theme_system", theme, N_("Action", "As the System"), lambda: to.desk.choose_theme("system"),
                   checked=lambda: to.desk.is_theme("system")),
        ActionSpec("theme_light", theme, N_("Action", "Light"), lambda: to.desk.choose_theme("light"),
                   checked=lambda: to.desk.is_theme("light")),
        ActionSpec("theme_dark", theme, N_("Action", "Dark"), lambda: to.desk.choose_theme("dark"),
                   checked=lambda: to.desk.is_theme("dark")),
        ActionSpec("full_screen", menu, N_("Action", "Full Screen"), view.toggle_full_screen, ("F11",),
                   checked=view.is_full_screen, starts_group=True),
    )  # fmt: skip


def _architecture(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, do = N_("Action", "&Architecture"), to.architecture
    return (
        ActionSpec("other_kind", menu, N_("Action", "Compare with Its Other-Kind Twin"), do.open_other_kind,
                   ("Ctrl+B",), N_("Action", "Pin this architecture and open the same stages with the other kind "
                                             "of block"), wording=do.other_kind_text),
        ActionSpec("plain_twin", menu, N_("Action", "Compare with Its Plain Twin"), do.open_plain_twin,
                   ("Ctrl+Shift+B",), N_("Action", "Pin this architecture and open the same network without "
                                                   "shortcuts"), do.has_shortcuts),
        ActionSpec("fit_to_data", menu, N_("Action", "Fit to the Data"), do.fit_to_data,
                   tip=N_("Action", "Take the image size, channels and classes of the data set of the recipe"),
                   starts_group=True),
        ActionSpec("pin", menu, N_("Action", "Pinned"), do.toggle_pin, ("Ctrl+P",),
                   N_("Action", "Keep this architecture to compare others with"), checked=do.is_pinned,
                   starts_group=True),
        ActionSpec("make_reference", menu, N_("Action", "Make Reference"), do.make_reference, ("Ctrl+Shift+R",),
                   N_("Action", "Show every number's difference to this architecture"),
                   lambda: not do.is_reference()),
        ActionSpec("clear_pins", menu, N_("Action", "Remove All Pins"), to.pinned.clear, enabled=do.has_pins),
    )  # fmt: skip


def _run(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, do, service = N_("Action", "&Run"), to.runs, to.service
    return (
        ActionSpec("train", menu, N_("Action", "Train"), service.train, ("Ctrl+R", "F5"),
                   N_("Action", "Train a copy of this architecture, fitted to the data of the recipe"), do.is_free),
        ActionSpec("pause", menu, N_("Action", "Pause"), do.toggle_pause, ("Space",),
                   N_("Action", "Halt the run after the step at hand, or let it go on"), do.is_training,
                   wording=do.pause_text, scope="view"),
        ActionSpec("stop", menu, N_("Action", "Stop"), service.stop, ("Shift+F5",),
                   N_("Action", "End the run with a checkpoint"), do.is_training),
        ActionSpec("resume", menu, N_("Action", "Resume Run"), do.resume_current,
                   tip=N_("Action", "Go on with the run that is looked at from its last checkpoint"),
                   enabled=do.can_resume),
        ActionSpec("probe", menu, N_("Action", "Probe the Gradients"), service.probe, ("F9",),
                   N_("Action", "Measure gradients and signals at initialisation, on one batch, without training"),
                   do.is_free, starts_group=True),
        ActionSpec("build", menu, N_("Action", "Build on the Device"), do.build, ("F6",),
                   N_("Action", "Build the network on the recipe's device and measure time and memory"),
                   do.is_free),
        ActionSpec("check", menu, N_("Action", "Check the Counts"), service.check, ("F7",),
                   N_("Action", "Count the built network with fvcore, torchinfo and torch"), do.is_free),
        ActionSpec("latency", menu, N_("Action", "Measure Latency…"), to.latency.open_dialog, ("F8",),
                   N_("Action", "Time every layer on the recipe's device")),
        ActionSpec("studies", menu, N_("Action", "Studies…"), to.studies.open,
                   tip=N_("Action", "Ask a network what each block is worth, how sharp its loss is and more"),
                   starts_group=True),
        ActionSpec("study", menu, N_("Action", "Study"), to.studies.open, fill=to.studies.fill_menu),
        ActionSpec("cancel", menu, N_("Action", "Cancel the Job"), service.cancel,
                   enabled=lambda: to.engine.busy, starts_group=True),
    )  # fmt: skip


def _playback(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu, player = N_("Action", "&Run"), to.player
    return (
        ActionSpec("play_run", menu, N_("Action", "Play the Run Back"), player.toggle, ("F4", "Media Play"),
                   N_("Action", "Go through the captured steps by itself, or pause"), lambda: player.can_play,
                   checked=lambda: player.is_playing, starts_group=True),
        ActionSpec("earlier_step", menu, N_("Action", "Earlier Captured Step"), lambda: player.step(-1),
                   ("Alt+Left",), enabled=lambda: player.can_play),
        ActionSpec("later_step", menu, N_("Action", "Later Captured Step"), lambda: player.step(1), ("Alt+Right",),
                   enabled=lambda: player.can_play),
        ActionSpec("newest_step", menu, N_("Action", "Newest Step"), to.captured.follow_newest, ("Alt+End",),
                   N_("Action", "Look at the newest captured step, and follow a live run"),
                   lambda: player.can_play),
    )  # fmt: skip


def _tools(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu = N_("Action", "&Tools")
    return (
        ActionSpec("palette", menu, N_("Action", "Command Palette…"), to.desk.open_palette,
                   ("Ctrl+K", "Ctrl+Shift+P"), N_("Action", "Find an action or an architecture by its name")),
        ActionSpec("preferences", menu, N_("Action", "Preferences…"), to.desk.open_preferences, ("Ctrl+,",)),
    )  # fmt: skip


def _help(to: ActionTargets) -> tuple[ActionSpec, ...]:
    menu = N_("Action", "&Help")
    return (
        ActionSpec("help", menu, N_("Action", "Help on What Has the Focus"), to.desk.help_on_focus, ("F1",)),
        ActionSpec("about", menu, N_("Action", "About Skipscope"), to.desk.open_about, starts_group=True),
        ActionSpec("licences", menu, N_("Action", "Licences"), to.desk.open_licences),
    )  # fmt: skip
