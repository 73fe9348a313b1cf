"""Past-only numbers of each success of a log, in groups that carry no sign of an attack in an honest world."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log
from typing import Any

from doorward.core.times import moment
from doorward.offline.event import GENUINE

HOUR, DAY = 3_600.0, 86_400.0
GROUPS = ("gap and history", "hour", "account failures", "address windows")


@dataclass(frozen=True, slots=True)
class Success:
    """One success; *groups* are its numbers in the order of GROUPS.

    *family* is empty for a genuine one, and `other` for an attack without. *earlier* counts verified ones before it.
    """

    at: float
    family: str
    earlier: int
    groups: tuple[tuple[float, ...], ...]


@dataclass(slots=True)
class _Recent:
    """What happened in the last day: when, to whom, and whether it failed."""

    entries: deque[tuple[float, str, bool]] = field(default_factory=deque)

    def note(self, at: float, user: str, failed: bool) -> None:
        self.entries.append((at, user, failed))

    def since(self, at: float, seconds: float) -> list[tuple[float, str, bool]]:
        while self.entries and self.entries[0][0] < at - DAY:
            self.entries.popleft()
        return [entry for entry in self.entries if entry[0] >= at - seconds]


def successes(events: Iterable[Mapping[str, Any]]) -> Iterator[Success]:
    """Yield every success among *events*, which come in the order of time; the numbers are those before it."""
    verified: dict[str, tuple[int, float]] = {}
    accounts: dict[str, _Recent] = defaultdict(_Recent)
    addresses: dict[str, _Recent] = defaultdict(_Recent)
    for event in events:
        at = moment(event["at"])
        request = event["request"]
        user, address = request["subject"]["id"], str(request.get("client", {}).get("ip"))
        failed = request.get("credential", {}).get("result") != "passed"
        earlier, last = verified.get(user, (0, at))
        if not failed:
            groups = (
                (log(at - last + 1), earlier),
                (at % DAY / HOUR,),
                _failures(accounts[user], at),
                _address(addresses[address], at),
            )
            yield Success(at, "" if event.get("label") == GENUINE else event.get("family") or "other", earlier, groups)
        accounts[user].note(at, user, failed)
        addresses[address].note(at, user, failed)
        if event.get("verified") is True:
            verified[user] = (earlier + 1, at)


def _failures(recent: _Recent, at: float) -> tuple[float, ...]:
    return tuple(float(sum(failed for _, _, failed in recent.since(at, seconds))) for seconds in (HOUR, DAY))


def _address(recent: _Recent, at: float) -> tuple[float, ...]:
    """Return accounts and attempts of the last hour and failures of the last day, from this address."""
    hour = recent.since(at, HOUR)
    accounts = len({user for _, user, _ in hour})
    return float(accounts), float(len(hour)), float(sum(failed for _, _, failed in recent.since(at, DAY)))
