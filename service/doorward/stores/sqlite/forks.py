"""What must happen around a fork: SQLite keeps its locks by process, and forbids to carry a connection into a child.

Everything is closed before the fork and opened again on either side when it is next needed.
"""

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    def hold_still(self) -> None: ...

    def carry_on(self) -> None: ...

    def carry_on_in_child(self) -> None: ...


_WATCHED: WeakSet[Forkable] = WeakSet()
_LEFT_BEHIND: list[object] = []


def watch(database: Forkable) -> None:
    """Hold *database* still around every fork from now on."""
    _WATCHED.add(database)


def leave_behind(connection: object) -> None:
    """Keep *connection* for good, so that it is never closed in this process."""
    _LEFT_BEHIND.append(connection)


def _before() -> None:
    for database in list(_WATCHED):
        database.hold_still()


def _in_parent() -> None:
    for database in list(_WATCHED):
        database.carry_on()


def _in_child() -> None:
    for database in list(_WATCHED):
        database.carry_on_in_child()


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
