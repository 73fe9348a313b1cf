"""What is wrong with a policy, and where: all of it at once, sorted, with the near name where there is one."""

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

ERROR = "error"
WARNING = "warning"


class Place(NamedTuple):
    """A line and a column of the file, both counted from 1."""

    line: int
    column: int


START = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake or doubt; *rule* is the id of the rule it is in, *suggestion* the text to write instead."""

    severity: str
    line: int
    column: int
    rule: str
    code: str
    message: str
    suggestion: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.line}:{self.column}: {self.severity}: "
        return where + (f"rule '{self.rule}': " if self.rule else "") + f"{self.message} [{self.code}]"


class Report:
    """Gathers findings while a file is read, so that the reader never stops at the first."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def error(self, place: Place, code: str, message: str, *, rule: str = "", suggestion: str = "") -> None:
        self._found.append(Finding(ERROR, place.line, place.column, rule, code, message, suggestion))

    def warning(self, place: Place, code: str, message: str, *, rule: str = "", suggestion: str = "") -> None:
        self._found.append(Finding(WARNING, place.line, place.column, rule, code, message, suggestion))

    def unknown_name(self, place: Place, what: str, name: str, known: Iterable[str], *, rule: str = "") -> None:
        """Report that *name* is no *what* of those *known*; the code is `unknown-` and *what*."""
        suggestion = nearest(name, known)
        message = f"unknown {what} {quoted(name)}{hint(suggestion)}"
        self.error(place, f"unknown-{what}".replace(" ", "-"), message, rule=rule, suggestion=suggestion)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def failed(self) -> bool:
        return any(finding.severity == ERROR for finding in self._found)

    def findings(self) -> tuple[Finding, ...]:
        """Return everything found, in the order of the file."""
        return in_order(self._found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of the file."""
    return tuple(sorted(findings, key=lambda each: (each.line, each.column, each.code, each.message)))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that *name* may have been meant for, or an empty text."""
    close = difflib.get_close_matches(name[:100], sorted(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def hint(suggestion: str) -> str:
    return f" (did you mean '{suggestion}'?)" if suggestion else ""


def quoted(value: str, limit: int = 60) -> str:
    """Return *value* in quotes, cut where it is long and without line breaks."""
    line = " ".join(value.split())
    return f"'{line if len(line) <= limit else line[:limit] + '…'}'"


def one_of(words: Iterable[str]) -> str:
    """Return the words as a person lists them: `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
