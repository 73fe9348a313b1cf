"""What a network is for, where only its operator is known: a short list that names the certain cases and no more.

`data/as_kinds.csv` is the list: a line names an AS number or words of an operator's name, and a kind.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from doorward.facts.records import Operator

KINDS = ("residential", "mobile", "corporate", "hosting", "vpn", "tor")

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class OperatorKinds:
    """The list, read; a number decides before words do."""

    by_number: dict[int, str]
    by_words: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, lines: Iterable[str]) -> Self:
        """Read `asn,<number>,<kind>,<name>` and `words,<words>,<kind>` lines; ValueError tells the first wrong one."""
        by_number: dict[int, str] = {}
        by_words: list[tuple[str, str]] = []
        for row in _rows(lines):
            match row:
                case ["asn", number, kind, *_] if kind in KINDS and number.isdecimal():
                    by_number[int(number)] = kind
                case ["words", words, kind] if kind in KINDS and _WORD.search(words.lower()):
                    by_words.append((_spelled(words), kind))
                case _:
                    raise ValueError(f"expected asn or words, what to match, a kind; got '{','.join(row)[:60]}'")
        return cls(by_number, tuple(by_words))

    def kind_of(self, operator: Operator) -> str | None:
        """Return the kind of the operator's network, or None where the list does not know it."""
        known = self.by_number.get(operator.asn)
        if known or not operator.as_org:
            return known
        name = _spelled(operator.as_org)
        return next((kind for words, kind in self.by_words if words in name), None)


@cache
def shipped_kinds() -> OperatorKinds:
    """Return the list that comes with the package."""
    shipped = files("doorward.facts").joinpath("data", "as_kinds.csv")
    return OperatorKinds.read(shipped.read_text(encoding="utf-8").splitlines())


def _spelled(name: str) -> str:
    """Return the words of *name* in lower case with one space around each, so that only whole words match."""
    return f" {' '.join(_WORD.findall(name.lower()))} "


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    try:
        yield from csv.reader(line for line in lines if line.strip() and not line.startswith("#"))
    except csv.Error as wrong:
        raise ValueError(f"it is no CSV: {wrong}") from None
