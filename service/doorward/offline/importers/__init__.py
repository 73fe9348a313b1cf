"""Sign-in logs of other systems, and our own, read as canonical sign-in events.

    report = Report()
    for event in read([Path("logs")], report=report):
        …

`IMPORTERS` in `table` lists the formats; `doorward.offline.event` reads an event strictly.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from doorward.core.errors import BadInput, Mistake
from doorward.core.times import moment
from doorward.offline.importers.outcomes import Importer, Outcome, Skipped, Unreadable
from doorward.offline.importers.table import IMPORTERS, Format, recognised, unknown_shape
from doorward.offline.json_values import Broken
from doorward.offline.reading import Entry, LogFile, Source, files_of, total_bytes

__all__ = ["AUTO", "IMPORTERS", "Report", "Skipped", "Unreadable", "read"]

AUTO = "auto"

MOST_SHOWN = 10
_LOOKED_AT_OBJECTS = 50
_TOLD_EVERY = 2_000

Note = Callable[["Report"], None]


@dataclass(slots=True)
class Report:
    """What reading has come to; it grows while the events are taken.

    Every object is counted once: as one of *events*, in *skipped* by its reason, or as *unreadable*, of which *first*
    keeps a few with their places. *backwards* counts events that are earlier than the one before. *read_bytes* of
    *total_bytes*, which is None where the standard input is read. *formats* counts the files by their format.
    """

    events: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    first: list[Unreadable] = field(default_factory=list)
    backwards: int = 0
    read_bytes: int = 0
    total_bytes: int | None = None
    formats: Counter[str] = field(default_factory=Counter)


def read(
    paths: Sequence[Source], *, form: str = AUTO, report: Report | None = None, note: Note | None = None
) -> Iterator[dict[str, Any]]:
    """Return the events of *paths*: files, folders with all that is in them, `-` for the standard input.

    *form* names a format, or leaves it to each file's first objects. *report* is filled, and *note* is told of it now
    and then. Events come in the order of the log; only those of one sign-in are joined. BadInput for a path or a format
    that does not exist; anything else that cannot be read is in the report.
    """
    known = {each.name: each for each in IMPORTERS}
    if form != AUTO and form not in known:
        raise BadInput([Mistake(f"unknown format '{form}': expected {AUTO}, {', '.join(known)}")])
    files = files_of(paths)
    told = report if report is not None else Report()
    told.total_bytes = total_bytes(files)
    return _Run(told, note, known.get(form)).events(files)


class _Run:
    """One reading of several files; an importer lives through all files of its format, as sign-ins may span them."""

    def __init__(self, report: Report, note: Note | None, chosen: Format | None) -> None:
        self._report = report
        self._note = note
        self._chosen = chosen
        self._importers: dict[str, Importer] = {}
        self._last_at = 0.0

    def events(self, files: Sequence[Source]) -> Iterator[dict[str, Any]]:
        for file in files:
            yield from self._of_file(LogFile(file))
        for importer in self._importers.values():
            yield from self._counted(importer.rest())
        self._tell()

    def _of_file(self, file: LogFile) -> Iterator[dict[str, Any]]:
        begun = self._report.read_bytes
        name = str(file.source)
        entries = file.entries()
        first = list(islice(entries, _LOOKED_AT_OBJECTS))
        importer = self._importer(name, first)
        for seen, (number, found) in enumerate(chain(first, entries if importer else ()), 1):
            if isinstance(found, Broken):
                self._count_unreadable(Unreadable((name, number), found.reason))
            elif importer is not None:
                yield from self._counted(importer.take((name, number), found))
            if seen % _TOLD_EVERY == 0:
                self._report.read_bytes = begun + file.position
                self._tell()
        self._report.read_bytes = begun + file.position
        self._tell()

    def _importer(self, name: str, first: Sequence[Entry]) -> Importer | None:
        """Return the importer of a file that begins with *first*; one that nobody knows is unreadable as a whole."""
        objects = [found for _, found in first if isinstance(found, dict)]
        chosen = self._chosen or recognised(objects)
        if chosen is None:
            if objects:
                self._count_unreadable(Unreadable((name, 0), unknown_shape(objects)))
            return None
        self._report.formats[chosen.name] += 1
        if chosen.name not in self._importers:
            self._importers[chosen.name] = chosen.begin()
        return self._importers[chosen.name]

    def _counted(self, outcomes: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
        report = self._report
        for outcome in outcomes:
            if isinstance(outcome, dict):
                report.events += 1
                at = moment(outcome["at"])
                report.backwards += at < self._last_at
                self._last_at = at
                yield outcome
            elif isinstance(outcome, Skipped):
                report.skipped[outcome.reason] += 1
            else:
                self._count_unreadable(outcome)

    def _count_unreadable(self, wrong: Unreadable) -> None:
        self._report.unreadable += 1
        if len(self._report.first) < MOST_SHOWN:
            self._report.first.append(wrong)

    def _tell(self) -> None:
        if self._note is not None:
            self._note(self._report)
