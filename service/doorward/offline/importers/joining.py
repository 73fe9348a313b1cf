"""Joins the records of one sign-in where a log writes several: asked for more, asked again, ended.

Records are held back until so many others have come that none of theirs can still be missing; a log may be in the order
of time or against it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from doorward.core.times import moment
from doorward.offline.importers.fields import words
from doorward.offline.importers.outcomes import Json, Outcome, Place, Skipped, Unfit, Unreadable

HELD_RECORDS = 20_000

# Records that are further apart are two sign-ins, whatever joins them: sessions live long.
LONGEST_GAP_SECONDS = 15 * 60

JOINED = "a step of a sign-in that stands elsewhere in the log"
NOT_STARTED = "a step within a session that began before"


@dataclass(frozen=True, slots=True)
class Piece:
    """One record. *key* is shared by the records of one sign-in, empty where it stands alone; *at* is RFC 3339.

    *ends* says that it tells how a sign-in ended, else it is a step; *passed* whether what it tells of went well.
    *event* is what it is by itself, None for a step that alone is no sign-in; *amr* is what it adds to another's.
    """

    key: str
    at: str
    event: Json | None
    ends: bool
    passed: bool
    amr: tuple[str, ...] = ()


class Joined:
    """Implements `Importer` where several objects may be one sign-in; its event stands where the first of them did.

    *goes_on* says that steps after a success still belong to it: it is one only if the last of them went well.
    """

    def __init__(
        self, read: Callable[[Json], Piece | Skipped], *, goes_on: bool = False, held_records: int = HELD_RECORDS
    ) -> None:
        self._read = read
        self._goes_on = goes_on
        self._most = held_records
        self._groups: OrderedDict[str | int, list[Piece]] = OrderedDict()
        self._held = 0
        self._alone = 0

    def take(self, place: Place, found: Json) -> Iterable[Outcome]:
        try:
            piece = self._read(found)
        except Unfit as wrong:
            return (Unreadable(place, str(wrong)),)
        if isinstance(piece, Skipped):
            return (piece,)
        self._alone += 1
        self._groups.setdefault(piece.key or self._alone, []).append(piece)
        self._held += 1
        return self._oldest() if self._held > self._most else ()

    def rest(self) -> Iterator[Outcome]:
        """Give what is still held back, the oldest first."""
        while self._groups:
            yield from self._oldest()

    def _oldest(self) -> list[Outcome]:
        _, pieces = self._groups.popitem(last=False)
        self._held -= len(pieces)
        return [outcome for run in _runs(pieces) for outcome in _settled(run, goes_on=self._goes_on)]


def _runs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Return the pieces in the order of time, parted where nothing happened for long."""
    if len(pieces) == 1:
        yield pieces
        return
    ordered = sorted(((moment(piece.at), piece) for piece in pieces), key=lambda timed: timed[0])
    run: list[Piece] = []
    last = ordered[0][0]
    for at, piece in ordered:
        if at - last > LONGEST_GAP_SECONDS:
            yield run
            run = []
        run.append(piece)
        last = at
    yield run


def _settled(run: list[Piece], *, goes_on: bool) -> Iterator[Outcome]:
    """Return one outcome for each piece of *run*: an event for each sign-in, and what was joined to it."""
    waiting: list[Piece] = []
    ended: list[list[Piece]] = []
    for piece in run:
        waiting.append(piece)
        if piece.ends:
            ended.append(waiting)
            waiting = []
    if waiting and goes_on and ended and ended[-1][-1].passed:
        ended[-1] += waiting
        waiting = []
    for pieces in (*ended, waiting):
        yield from _told(pieces)


def _told(pieces: list[Piece]) -> Iterator[Outcome]:
    if not pieces:
        return
    end = next((piece for piece in pieces if piece.ends), pieces[-1])
    if end.event is None:
        yield from (Skipped(NOT_STARTED) for _ in pieces)
        return
    yield _whole(end.event, pieces, failed_later=end.passed and not pieces[-1].passed)
    yield from (Skipped(JOINED) for _ in pieces[1:])


def _whole(told: Json, pieces: list[Piece], *, failed_later: bool) -> Json:
    """Return *told* from the first piece's time on; one that ended well, with the methods that all of them name."""
    request = dict(told["request"])
    verified = False if failed_later else told["verified"]
    amr = [*request.get("session", {}).get("amr", ()), *(word for piece in pieces for word in piece.amr)]
    if amr and verified:
        request["session"] = {"amr": words(amr)}
    stated = [piece.event["request"]["credential"] for piece in pieces if piece.event and _has_result(piece.event)]
    if "credential" not in request and stated:
        request["credential"] = stated[0]
    return told | {"at": pieces[0].at, "request": request, "verified": verified}


def _has_result(told: Json) -> bool:
    return "credential" in told["request"]
