"""How common a value is among a tenant's verified sign-ins, and how often sign-ins fail: sums that workers share.

A count learned at time t is added as 2^((t − landmark) / half-life), and a snapshot divides by the same power of now
(forward decay: Cormode et al., ICDE 2009). Sums stay sums: workers add in any order, and fraud subtracts exactly.
"""

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from typing import NamedTuple

from doorward.core.facts import LEVELS, PopulationFacts

HALF_LIFE_SECONDS = 30 * 86_400
LANDMARK = 1_767_225_600.0  # 2026-01-01T00:00:00Z

ASN_RATIO = "asn_ratio"
TENANT_RATIO = "tenant_ratio"
# Sums that decay as the counts do: sign-ins that ended and failed; second steps that were asked for and passed.
ATTEMPTS = "attempts"
SECOND_STEPS = "second_steps"
MINUTE = 60

# Beta(1, 3): one failure in four before anything was seen (detection 4.1).
_PRIOR_FAILURES = 1.0
_PRIOR_ATTEMPTS = 4.0


class Tally(NamedTuple):
    """A sum that many workers add to: *bucket* is 0 for the population's counts, a minute for the ratios."""

    level: str
    value: int
    bucket: int
    a: float
    b: float = 0.0


def scale(at: float) -> float:
    """Return what one count learned at *at* adds; bounded, so that no clock makes it overflow."""
    return float(2.0 ** max(-500.0, min((at - LANDMARK) / HALF_LIFE_SECONDS, 500.0)))


def counts_of(marks: Mapping[str, int], levels: Iterable[str], *, at: float, weight: float) -> list[Tally]:
    """Return what one verified sign-in adds at each of *levels*; a negative *weight* takes it back."""
    amount = weight * scale(at)
    return [Tally(level, marks[level], 0, amount) for level in levels if level in marks]


def attempt_of(asn_mark: int, *, at: float, failed: bool) -> list[Tally]:
    """Return what one finished sign-in adds to the failure ratios of the tenant and of its network, and to ATTEMPTS."""
    minute = int(at // MINUTE)
    share = 1.0 if failed else 0.0
    lasting = scale(at)
    tallies = [Tally(TENANT_RATIO, 0, minute, 1.0, share), Tally(ATTEMPTS, 0, 0, lasting, lasting * share)]
    if asn_mark:
        tallies.append(Tally(ASN_RATIO, asn_mark, minute, 1.0, share))
    return tallies


def second_step_asked(at: float) -> list[Tally]:
    """Return what a sign-in adds whose password was right and that was not allowed by that alone."""
    return [Tally(SECOND_STEPS, 0, 0, scale(at))]


def second_step_passed(at: float) -> list[Tally]:
    """Return what such a sign-in, which happened *at*, adds once it ends as verified."""
    return [Tally(SECOND_STEPS, 0, 0, 0.0, scale(at))]


class Population:
    """A tenant's sums as one worker last read them."""

    def __init__(self) -> None:
        self.version = 0
        self._counts: dict[str, dict[int, float]] = {level: {} for level in LEVELS}
        self._totals: dict[str, float] = dict.fromkeys(LEVELS, 0.0)
        self._minutes: dict[tuple[str, int], dict[int, tuple[float, float]]] = {}
        self._sums: dict[str, dict[int, tuple[float, float]]] = {}
        self._oldest = 0

    def take(self, version: int, tallies: Iterable[Tally]) -> None:
        """Take over the present sums of what changed up to *version*."""
        for tally in tallies:
            if tally.bucket:
                self._minutes.setdefault((tally.level, tally.value), {})[tally.bucket] = (tally.a, tally.b)
            elif tally.level in self._counts:
                known = self._counts[tally.level]
                self._totals[tally.level] += tally.a - known.get(tally.value, 0.0)
                known[tally.value] = tally.a
            else:
                self._sums.setdefault(tally.level, {})[tally.value] = (tally.a, tally.b)
        self.version = version

    def add(self, tallies: Iterable[Tally]) -> None:
        """Add *tallies* to what is held, where one process is all that there is."""
        for tally in tallies:
            if tally.bucket:
                minutes = self._minutes.setdefault((tally.level, tally.value), {})
                tried, failed = minutes.get(tally.bucket, (0.0, 0.0))
                minutes[tally.bucket] = (tried + tally.a, failed + tally.b)
            elif tally.level in self._counts:
                known = self._counts[tally.level]
                known[tally.value] = known.get(tally.value, 0.0) + tally.a
                self._totals[tally.level] += tally.a
            else:
                sums = self._sums.setdefault(tally.level, {})
                a, b = sums.get(tally.value, (0.0, 0.0))
                sums[tally.value] = (a + tally.a, b + tally.b)

    def sums(self, level: str) -> Mapping[int, tuple[float, float]]:
        """Return the sums of *level*, which is none of LEVELS, as they are kept: divided by `scale` they are of now."""
        return dict(self._sums.get(level, {}))

    def keep_most_common(self, keep: int, *, above: int = 0) -> None:
        """Keep the *keep* most common values of every level that holds more than that, and more than *above*."""
        for level, known in self._counts.items():
            if len(known) > max(keep, above):
                rarest = nsmallest(len(known) - keep, known.items(), key=lambda each: each[1])
                for value, amount in rarest:
                    del known[value]
                    self._totals[level] -= amount

    def forget_before(self, now: float) -> None:
        """Drop the minutes that no window reaches any more."""
        oldest = int(now // MINUTE) - 61
        if oldest == self._oldest:
            return  # asked for each second, and every network has sixty minutes
        self._oldest = oldest
        for key, minutes in list(self._minutes.items()):
            for minute in [each for each in minutes if each < oldest]:
                del minutes[minute]
            if not minutes:
                del self._minutes[key]

    def facts(self, marks: Mapping[str, int], now: float) -> PopulationFacts:
        """Answer how common the values behind *marks* are at *now*."""
        divisor = scale(now)
        counts = {level: max(0.0, self._counts[level].get(mark, 0.0)) / divisor for level, mark in marks.items()}
        return PopulationFacts(
            version=self.version,
            counts=counts,
            totals={level: max(0.0, self._totals[level]) / divisor for level in marks},
            distinct={level: len(self._counts[level]) for level in marks},
        )

    def asn_failure_ratio(self, asn_mark: int, now: float) -> float | None:
        return self._ratio((ASN_RATIO, asn_mark), now, minutes=60)[0] if asn_mark else None

    def tenant_failure_ratio(self, now: float) -> tuple[float | None, int]:
        """Return the tenant's failure ratio of ten minutes, and how many attempts it rests on."""
        return self._ratio((TENANT_RATIO, 0), now, minutes=10)

    def _ratio(self, key: tuple[str, int], now: float, *, minutes: int) -> tuple[float | None, int]:
        newest = int(now // MINUTE)
        attempts = failures = 0.0
        for minute, (tried, failed) in list(self._minutes.get(key, {}).items()):
            if newest - minutes < minute <= newest:
                attempts += tried
                failures += failed
        if attempts <= 0:
            return None, 0
        return (failures + _PRIOR_FAILURES) / (attempts + _PRIOR_ATTEMPTS), round(attempts)
