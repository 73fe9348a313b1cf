"""Whether a world looks as its specification says: what was aimed at beside what is measured.

A world is one draw. Its row is inside where it is within 15 % of the target, or farther off by no more than chance
explains: by twice the standard error that its own users tell (`Share.noise`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import sqrt

from doorward.offline.worlds.novelty import Measured, Share

TOLERANCE = 0.15
# Of worlds that are made as they should be, one row in twenty lies farther from its expectation.
BAND = 2.0

# The world that the number of events was written down for.
REFERENCE_EVENTS, REFERENCE_USERS, REFERENCE_DAYS = 146_900, 6_000, 240


@dataclass(frozen=True, slots=True)
class Read:
    """A number of a world with its standard error."""

    value: float
    noise: float


Reading = Callable[[Measured], Read]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; *noise* is the standard error of *measured*."""

    name: str
    target: float
    measured: float
    noise: float = 0.0

    @property
    def allowed(self) -> float:
        """Return how far from the target it may lie, relative to that."""
        return TOLERANCE + BAND * self.noise / self.target

    @property
    def is_inside(self) -> bool:
        return abs(self.measured - self.target) <= self.allowed * self.target


def table(measured: Measured, *, profile: str, users: int, days: int) -> list[Row]:
    """Return the rows of *profile*; *users* and *days* are those that the world was made with."""
    rows = [_row(name, target, read(measured)) for name, target, read in TABLES[profile]]
    if profile != "realistic":
        return rows
    events = REFERENCE_EVENTS * users * days / (REFERENCE_USERS * REFERENCE_DAYS)
    return [_row("genuine events", events, _total(measured.attempts.values(), users)), *rows]


def quantile(counts: Collection[int], share: float) -> float:
    """Return the smallest count that *share* of *counts* do not exceed; 0 where there are none."""
    ordered = sorted(counts)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def _row(name: str, target: float, read: Read) -> Row:
    return Row(name, target, round(read.value, 4), round(read.noise, 4))


def _total(counts: Collection[int], users: int) -> Read:
    """Return the sum of *counts* over all *users*; those who are not in it have none."""
    total = sum(counts)
    return Read(total, sqrt(max(0.0, sum(each * each for each in counts) - total * total / users)))


def _quantile(counts: Collection[int], share: float) -> Read:
    """Return a quantile; its error is that of its rank, which is binomial."""
    of_rank = sqrt(share * (1 - share) / max(1, len(counts)))
    low, high = (quantile(counts, min(1.0, max(0.0, share + way * of_rank))) for way in (-1, 1))
    return Read(quantile(counts, share), (high - low) / 2)


def _share(share: Share) -> Read:
    return Read(share.value, share.noise)


def _success_share(measured: Measured) -> Read:
    return _share(Share(measured.successes, measured.attempts))


def _success_share_of_all(measured: Measured) -> Read:
    """Return it as the RBA data set's is: over all attempts on accounts that exist, whoever made them."""
    of_all = {user: measured.of_all[user] for user in measured.attempts}
    return _share(Share({user: measured.passed_of_all[user] for user in of_all}, of_all))


def _known_device(measured: Measured) -> Read:
    """Return the share of successes with a device token: a genuine one was always handed out at an earlier success."""
    return _share(Share(measured.with_device, measured.successes))


def _successes(share: float) -> Reading:
    return lambda measured: _quantile(measured.successes.values(), share)


def _attempts(share: float) -> Reading:
    return lambda measured: _quantile(measured.attempts.values(), share)


def _single(measured: Measured) -> Read:
    once = {user: int(number == 1) for user, number in measured.attempts.items()}
    return _share(Share(once, dict.fromkeys(once, 1)))


def _new(level: str) -> Reading:
    return lambda measured: _share(measured.new(level))


def _unusual(level: str) -> Reading:
    return lambda measured: _share(measured.unusual(level))


TABLES: dict[str, tuple[tuple[str, float, Reading], ...]] = {
    "realistic": (
        ("success share", 0.833, _success_share),
        ("new address", 0.374, _new("ip")),
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
