"""Files that `doorward records export` wrote, read back: records, and the policies and scales they were judged by."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from doorward.core.record import DecisionRecord
from doorward.core.signals import SIGNALS
from doorward.offline.ordering import in_order
from doorward.own_scales import scale_name
from doorward.policy.compiler import compile_policy
from doorward.policy.model import Policy
from doorward.records_export import HEADER, POLICY, SCALE
from doorward.risk.own_scale import OwnScale, scale_from_json

Json = dict[str, Any]
Complain = Callable[[str], None]

MAX_LINE = 4 * 2**20

# What reading raises over a line that somebody else wrote.
_NONE_OF_OURS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


def is_header(found: Any) -> bool:
    """Answer whether *found*, a file's first object, says that records follow."""
    return isinstance(found, dict) and HEADER in found


class RecordFile:
    """The records of *lines*; the policies among them are compiled as they are asked for.

    *folder* is where the lists of those policies lie, None where they are not to be had. A line that is none of ours
    is told to *complain*, and left out.
    """

    def __init__(self, lines: Iterable[Any], *, folder: Path | None, complain: Complain) -> None:
        self._lines = lines
        self._folder = folder
        self._complain = complain
        self._texts: dict[str, str] = {}
        self._policies: dict[str, Policy | None] = {}
        self._scales: dict[tuple[str, str], OwnScale] = {}
        self.repeated = 0

    def records(self) -> Iterator[DecisionRecord]:
        """Yield the records in the order of the file."""
        return self._records(self._lines)

    def records_in_order(self) -> Iterator[DecisionRecord]:
        """Yield the records in the order of their time, each decision once; `repeated` counts the others.

        Of exports that overlap the one counts to which more was told of the decision later.
        """
        of_a_moment: dict[str, DecisionRecord] = {}
        at = 0.0
        for record in self._records(in_order(self._lines, _at_of)):
            if record.at != at:
                yield from of_a_moment.values()
                of_a_moment, at = {}, record.at
            known = of_a_moment.get(record.id)
            self.repeated += known is not None
            if known is None or _told(record) > _told(known):
                of_a_moment[record.id] = record
        yield from of_a_moment.values()

    def _records(self, lines: Iterable[Any]) -> Iterator[DecisionRecord]:
        for line in lines:
            if not isinstance(line, dict):
                self._complain("no object")
            elif POLICY in line:
                self._texts[str(line[POLICY])] = str(line.get("text", ""))
            elif SCALE in line:
                self._keep_scale(line)
            elif HEADER not in line:
                record = self._record(line)
                if record is not None:
                    yield record

    def policy(self, digest: str) -> Policy | None:
        """Return the policy with *digest* as its text makes it here; None where there is none or it does not pass."""
        if digest not in self._policies:
            text = self._texts.get(digest)
            made = compile_policy(text, signals=SIGNALS, folder=self._folder) if text is not None else None
            self._policies[digest] = made.policy if made else None
        return self._policies[digest]

    def scale(self, record: DecisionRecord) -> OwnScale | None:
        """Return the tenant's own scale that scored *record*; None where there was none, or the file has it not."""
        name = scale_name(record)
        return self._scales.get(name) if name is not None else None

    def _keep_scale(self, line: Json) -> None:
        try:
            model, version = line[SCALE]
            self._scales[model, version] = scale_from_json(line["scale"])
        except _NONE_OF_OURS as wrong:
            self._complain(f"no scale: {type(wrong).__name__}")

    def _record(self, line: Json) -> DecisionRecord | None:
        try:
            return DecisionRecord.from_json(line)
        except _NONE_OF_OURS as wrong:
            self._complain(f"no record: {type(wrong).__name__} at {json.dumps(str(wrong))[:60]}")
            return None


def _told(record: DecisionRecord) -> int:
    return record.learned + len(record.reports) + len(record.feedback) + len(record.events)


def _at_of(line: Any) -> float | None:
    at = line.get("at") if isinstance(line, dict) else None
    return float(at) if isinstance(at, int | float) else None
