"""Turns the table of actions into Qt's actions, keeps them enabled and checked as the states say, and fills menus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

CONTEXT = "Action"
ShortcutScope = Literal["window", "view"]


def always() -> bool:
    """Return that an action can always be taken."""
    return True


class ActionSpec(NamedTuple):
    """One thing a person can do.

    `menu` is a path such as "View/Theme"; `text` and `tip` are English, marked for translation. `shortcuts` are
    in Qt's portable form. `wording` gives a text that changes. An action of scope "view" answers its shortcut
    only in the views it is added to. `fill` makes it a submenu that is filled whenever it opens.
    """

    id: str
    menu: str
    text: str
    run: Callable[[], object]
    shortcuts: tuple[str, ...] = ()
    tip: str = ""
    enabled: Callable[[], bool] = always
    checked: Callable[[], bool] | None = None
    wording: Callable[[], str] | None = None
    scope: ShortcutScope = "window"
    starts_group: bool = False
    fill: Callable[[QMenu], None] | None = None


class ActionSet(QObject):
    """Every action by its id."""

    def __init__(self, specs: Iterable[ActionSpec], parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._specs = tuple(specs)
        self._actions = {spec.id: self._made(spec) for spec in self._specs if spec.fill is None}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        self.refresh()

    def __getitem__(self, id: str) -> QAction:
        """Return an action by its id; raises KeyError where there is none."""
        return self._actions[id]

    @property
    def actions(self) -> tuple[QAction, ...]:
        """Every action that can be taken by its name, in the order of the table."""
        return tuple(self._actions.values())

    def full_text(self, action: QAction) -> str:
        """Return what an action is called where its submenu is not seen: "Theme: Dark"."""
        text = action.text().replace("&", "")
        path = next(spec.menu for spec in self._specs if spec.id == action.objectName())
        _, _, submenu = path.rpartition("/")
        return f"{_translated(submenu).replace('&', '')}: {text}" if submenu != path else text

    def refresh_soon(self, *_facts: object) -> None:
        """Ask the states anew when what is going on now is over; any number of calls costs one refresh."""
        if not self._soon.isActive():
            self._soon.start(0)

    def refresh(self) -> None:
        """Enable, check and word every action as the states are now."""
        for spec in self._specs:
            action = self._actions.get(spec.id)
            if action is None:
                continue
            action.setEnabled(spec.enabled())
            if spec.checked is not None:
                action.setChecked(spec.checked())
            if spec.wording is not None:
                action.setText(spec.wording())

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Put every action into its menu, in the order of the table."""
        menus: dict[str, QMenu] = {}
        for spec in self._specs:
            menu = self._menu(bar, menus, spec.menu)
            if spec.starts_group:
                menu.addSeparator()
            if spec.fill is None:
                menu.addAction(self._actions[spec.id])
            else:
                self._add_filled_menu(menu, spec)

    def answer_in(self, ids: Iterable[str], views: Iterable[QWidget]) -> None:
        """Let the shortcuts of view-scoped actions answer in `views`."""
        for view in views:
            view.addActions([self._actions[id] for id in ids])

    def _made(self, spec: ActionSpec) -> QAction:
        action = QAction(_translated(spec.text), self)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        action.setToolTip(_translated(spec.tip or spec.text))
        action.setCheckable(spec.checked is not None)
        action.triggered.connect(lambda _checked: self._take(spec))
        # Roles guessed from the text would move actions to other menus on macOS.
        action.setMenuRole(QAction.MenuRole.NoRole)
        if spec.scope == "view":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        else:
            self._window.addAction(action)
        return action

    def _take(self, spec: ActionSpec) -> None:
        spec.run()
        self.refresh_soon()

    def _menu(self, bar: QMenuBar, menus: dict[str, QMenu], path: str) -> QMenu:
        if path not in menus:
            above, _, name = path.rpartition("/")
            owner = self._menu(bar, menus, above) if above else bar
            menu = owner.addMenu(_translated(name))
            menu.setObjectName(f"menu_{path.lower().replace('/', '_')}")
            menu.setToolTipsVisible(True)
            menus[path] = menu
        return menus[path]

    def _add_filled_menu(self, menu: QMenu, spec: ActionSpec) -> None:
        filled = menu.addMenu(_translated(spec.text))
        filled.setObjectName(spec.id)
        fill = spec.fill
        assert fill is not None

        def refill() -> None:
            filled.clear()
            fill(filled)

        filled.aboutToShow.connect(refill)
        menu.aboutToShow.connect(lambda: filled.setEnabled(spec.enabled()))


def _translated(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text) if text else ""
