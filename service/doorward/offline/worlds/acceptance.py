"""Whether a world looks as its specification says: what was aimed at beside what is measured, within 15 %."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorward.offline.worlds.novelty import Measured

TOLERANCE = 0.15

# The world that the number of events was written down for.
REFERENCE_EVENTS, REFERENCE_USERS, REFERENCE_DAYS = 146_900, 6_000, 240

Reading = Callable[[Measured], float]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; *tolerance* is relative to *target*."""

    name: str
    target: float
    measured: float
    tolerance: float = TOLERANCE

    @property
    def is_inside(self) -> bool:
        return abs(self.measured - self.target) <= self.tolerance * self.target


def table(measured: Measured, *, profile: str, users: int, days: int) -> list[Row]:
    """Return the rows of *profile*; *users* and *days* are those that the world was made with."""
    rows = [Row(name, target, round(read(measured), 4)) for name, target, read in TABLES[profile]]
    if profile != "realistic":
        return rows
    events = REFERENCE_EVENTS * users * days / (REFERENCE_USERS * REFERENCE_DAYS)
    return [Row("genuine events", events, measured.attempts.total()), *rows]


def quantile(counts: Sequence[int], share: float) -> float:
    """Return the smallest count that *share* of *counts* do not exceed; 0 where there are none."""
    ordered = sorted(counts)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def _success_share(measured: Measured) -> float:
    return measured.successes.total() / max(1, measured.attempts.total())


def _success_share_of_all(measured: Measured) -> float:
    """Return it as the RBA data set's is: over all attempts on accounts that exist, whoever made them."""
    attempts = sum(measured.of_all[user] for user in measured.attempts)
    return sum(measured.passed_of_all[user] for user in measured.attempts) / max(1, attempts)


def _known_device(measured: Measured) -> float:
    """Return the share of successes with a device token: a genuine one was always handed out at an earlier success."""
    return measured.with_device / max(1, measured.successes.total())


def _successes(share: float) -> Reading:
    return lambda measured: quantile(list(measured.successes.values()), share)


def _attempts(share: float) -> Reading:
    return lambda measured: quantile(list(measured.attempts.values()), share)


def _single(measured: Measured) -> float:
    return sum(number == 1 for number in measured.attempts.values()) / max(1, len(measured.attempts))


def _unusual(level: str) -> Reading:
    return lambda measured: measured.unusual(level)


TABLES: dict[str, tuple[tuple[str, float, Reading], ...]] = {
    "realistic": (
        ("success share", 0.833, _success_share),
        ("new address", 0.374, lambda measured: measured.new("ip")),
        ("new network", 0.092, _unusual("asn")),
        ("new country", 0.042, _unusual("country")),
        ("new city", 0.024, _unusual("city")),
        ("new browser, version or system", 0.227, _unusual("agent")),
        ("new browser", 0.12, _unusual("browser")),
        ("known device", 0.863, _known_device),
        ("sign-ins of a user, median", 7, _successes(0.5)),
        ("sign-ins of a user, 90 %", 57, _successes(0.9)),
    ),
    "rba_like": (
        ("success share, attacks included", 0.727, _success_share_of_all),
        ("new network", 0.23, _unusual("asn")),
        ("attempts of a user, median", 2, _attempts(0.5)),
        ("attempts of a user, 90 %", 9, _attempts(0.9)),
        ("attempts of a user, 99 %", 28, _attempts(0.99)),
        ("users with one attempt", 0.397, _single),
    ),
}
