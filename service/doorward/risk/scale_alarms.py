"""What keeps a tenant's own scale from following its sign-ins: signs of an attack, or of sign-ins that nobody verified.

A scale that follows an attack would make it ordinary. What is compared is the last day with the version in force.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from doorward.core.odds import LAST_BIN
from doorward.core.standing import CUT, FAILURES, SECOND_STEPS, SHIFT, TAIL, UNVERIFIED
from doorward.risk.own_scale import FULL, OwnScale
from doorward.risk.stability import LEAST, MOVED, stability_index

# What nobody has verified stays unknown however long it lasts; the others are how things are once they have lasted.
LASTING = frozenset((UNVERIFIED, CUT))

FAILURES_JUMP = 0.2
SECOND_STEPS_JUMP = 0.1
# The tail is what the version in force scores from 95 on: about 5 in 100, were nothing changed.
TAIL_FROM = 95.0
TAIL_MOST = 0.1
# Who was asked for a second step, or denied, and never ended as verified is missing in the scale. Where most are, each
# version would cut the tail of the one before, and challenge more and more. It shows in the second steps, and in that
# hardly anybody is found any more beyond one of these scores.
UNVERIFIED_FROM = 0.01
LEAST_ASKED = 20.0
LEAST_PASSED = 0.5
CUT_FROM = (95.0, 99.0, 99.5, 99.9)
LEAST_EXPECTED = 5.0
LEAST_FOUND = 0.2

_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Sums:
    """What was counted: sign-ins that ended, that failed, that were asked for a second step, that passed it."""

    genuine: Mapping[int, float]
    tried: float = 0.0
    failed: float = 0.0
    asked: float = 0.0
    passed: float = 0.0

    @property
    def n(self) -> float:
        return sum(self.genuine.values())

    @property
    def failure_ratio(self) -> float | None:
        return _ratio(self.failed, self.tried)

    @property
    def challenge_rate(self) -> float | None:
        """The share of the sign-ins with the right credential that was not allowed by that alone."""
        return _ratio(self.asked, self.tried - self.failed)

    @property
    def pass_rate(self) -> float | None:
        return _ratio(self.passed, self.asked)

    def since(self, before: "Sums", divisor: float) -> "Sums":
        """Return what has come since *before*, both divided by *divisor*; what was taken back counts as nothing."""
        places = self.genuine.keys() | before.genuine.keys()
        genuine = {each: (self.genuine.get(each, 0.0) - before.genuine.get(each, 0.0)) / divisor for each in places}
        rest = {name: max(0.0, getattr(self, name) - getattr(before, name)) / divisor for name in _PLAIN}
        return Sums({place: count for place, count in genuine.items() if count > 0}, **rest)

    def to_json(self) -> dict[str, Any]:
        return {"genuine": {str(place): count for place, count in sorted(self.genuine.items())}} | {
            name: getattr(self, name) for name in _PLAIN
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Sums":
        genuine = {int(place): float(count) for place, count in data["genuine"].items()}
        return cls(genuine, **{name: float(data[name]) for name in _PLAIN})


_PLAIN = tuple(each.name for each in fields(Sums) if each.name != "genuine")


def alarms(own: OwnScale | None, usual: Sums, news: Sums, *, since_version: Sums, mature: bool) -> tuple[str, ...]:
    """Return why the scale must not follow *news*, the sums since the last look; *own* is the version in force.

    *usual* are the sums that it was made of. Without a version only what is not known can speak against one. Until a
    tenant is *mature* its newcomers become known, which moves everything down and only makes the scale stricter.
    """
    found = [UNVERIFIED] if _unverified(news) or (own is None and _unverified(usual)) else []
    if own is None:
        return tuple(found)
    if _jumps(usual.failure_ratio, news.failure_ratio, FAILURES_JUMP, news.tried):
        found.append(FAILURES)
    if _jumps(usual.challenge_rate, news.challenge_rate, SECOND_STEPS_JUMP, news.tried - news.failed):
        found.append(SECOND_STEPS)
    if news.n >= LEAST and _beyond(own, TAIL_FROM, news) > TAIL_MOST * news.n:
        found.append(TAIL)
    if mature and own.n >= FULL:
        if (shift(own, usual, news) or 0.0) > MOVED:
            found.append(SHIFT)
        if any(_is_cut(own, score, since_version) for score in CUT_FROM):
            found.append(CUT)
    return tuple(found)


def shift(own: OwnScale, usual: Sums, news: Sums) -> float | None:
    """Return the stability index of the scores of *news* against those of *usual*; None while there are too few."""
    return stability_index(*_grouped(own, usual, news)) if news.n >= LEAST else None


def _unverified(sums: Sums) -> bool:
    rate, passed = sums.challenge_rate, sums.pass_rate
    if rate is None or passed is None or sums.asked < LEAST_ASKED:
        return False
    return rate >= UNVERIFIED_FROM and passed < LEAST_PASSED


def _jumps(usual: float | None, now: float | None, most: float, counted: float) -> bool:
    return now is not None and counted >= LEAST and now - (usual or 0.0) > most


def _beyond(own: OwnScale, score: float, sums: Sums) -> float:
    """Return how many of *sums* have *score* or more on *own*."""
    first = bisect_left(own.below, score)
    return sum(count for place, count in sums.genuine.items() if place >= first)


def _is_cut(own: OwnScale, score: float, sums: Sums) -> bool:
    first = bisect_left(own.below, score)
    expected = sums.n * (100.0 - own.below[first]) / 100.0 if first < len(own.below) else 0.0
    return expected >= LEAST_EXPECTED and _beyond(own, score, sums) < LEAST_FOUND * expected


def _grouped(own: OwnScale, usual: Sums, news: Sums) -> tuple[list[float], list[float]]:
    """Return both in about ten groups that held as many sign-ins each."""
    expected, found = [0.0] * _GROUPS, [0.0] * _GROUPS
    for place in range(LAST_BIN + 1):
        group = min(int(own.below[place] * _GROUPS / 100), _GROUPS - 1)
        expected[group] += usual.genuine.get(place, 0.0)
        found[group] += news.genuine.get(place, 0.0)
    held = [each for each in range(_GROUPS) if expected[each] > 0 or found[each] > 0]
    return [expected[each] for each in held], [found[each] for each in held]


def _ratio(part: float, whole: float) -> float | None:
    return min(1.0, part / whole) if whole > 0 else None
