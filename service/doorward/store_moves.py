"""What a store holds, brought elsewhere: into a file and back, or into another store."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from doorward.backup_file import Backup, Header, write
from doorward.core.errors import DoorwardError
from doorward.ports import Store
from doorward.row_kinds import ALL, Row

PORTION = 200
# Whoever left a moment in a store so recently is likely to be at it still.
IN_USE_SECONDS = 60.0

# Wraps the rows that go by, to show how far it is; *what* is a word for the step.
Progress = Callable[[str, Iterable[Row]], Iterable[Row]]


class NotEmpty(DoorwardError):
    """The store holds something, and nobody said that it may be mixed with what comes."""


class InUse(DoorwardError):
    """Somebody serves on the store that was to be written over."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each kind are in the new store, how many were removed there, and how many are missing yet."""

    rows: dict[str, int]
    removed: int
    missing: int


def backup(store: Store, file: Path, kinds: Sequence[str], *, now: float, key: bytes, progress: Progress) -> int:
    """Write what *store* holds of *kinds* to *file*, and return the number of rows."""
    header = Header(now, store.look().name, tuple(kinds))
    return write(file, header, progress("writing", store.export(kinds, now)), key)


def restore(store: Store, found: Backup, *, merge: bool, now: float, progress: Progress) -> tuple[int, int]:
    """Bring what *found* holds into *store* and accept that; return how many rows came in, and how many were there.

    What is in the store stays. Meanwhile nobody uses it.
    """
    if store.sighting().refusal:
        # Nothing can be read of it before; where it turns out not to be empty, it is refused as it was.
        store.begin_restoring(now)
    if not merge and _holds_something(store, now):
        raise NotEmpty("the store holds something; --merge keeps that, and adds what is missing")
    store.begin_restoring(now)
    came = there = 0
    for portion in _portions(progress("reading", found.rows())):
        living = [row for row in portion if row.lives(now)]
        absent = store.absent(living)
        store.load(absent, now)
        came, there = came + len(absent), there + len(living) - len(absent)
    store.accept(now)
    return came, there


def migrate(source: Store, target: Store, *, now: float, progress: Progress) -> Moved:
    """Make *target* hold what *source* holds, which goes on being used, and accept it.

    Everything is copied, and once more for what changed meanwhile; what is not in *source* goes from *target*.
    """
    source.look()
    _refuse_in_use(target, now)
    target.begin_restoring(now)
    for step in ("copying", "copying what changed"):
        for portion in _portions(progress(step, source.export(ALL, now))):
            target.load(portion, now)
    removed = _remove_what_is_gone(source, target, now, progress)
    counted, missing = Counter[str](), 0
    for portion in _portions(progress("comparing", source.export(ALL, now))):
        absent = target.absent(portion)
        missing += len(absent)
        counted.update(row.kind for row in portion)
        counted.subtract(row.kind for row in absent)
    target.accept(now)
    return Moved({kind: counted[kind] for kind in ALL if counted[kind]}, removed, missing)


def _remove_what_is_gone(source: Store, target: Store, now: float, progress: Progress) -> int:
    removed = 0
    kinds = [kind for kind in ALL if kind != "versions"]
    for portion in _portions(progress("removing what is gone", target.export(kinds, now))):
        gone = source.absent(portion)
        target.drop(gone, now)
        removed += len(gone)
    return removed


def _refuse_in_use(target: Store, now: float) -> None:
    found = target.sighting().found
    if found and found.beat > found.accepted_at and now - found.beat < IN_USE_SECONDS:
        raise InUse("somebody serves on the store that is to be written over; stop that first")


def _holds_something(store: Store, now: float) -> bool:
    """Answer whether there is more than what every start leaves: the marks of its secrets, which no tenant owns."""
    return any(row.kind != "versions" and row.values[0] != "" for row in store.export(ALL, now))


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    following = iter(rows)
    while portion := list(islice(following, PORTION)):
        yield portion
