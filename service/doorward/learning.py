"""What history takes from a sign-in: verified-good ones only, weighed by how sure they were.

Sources: the contract's «Learning»; detection 4.3 (weights, quarantine, one global count per subject, value and day).
"""

from dataclasses import dataclass

from doorward.core import history
from doorward.core.context import Sight
from doorward.core.facts import HistoryFacts
from doorward.core.odds import bin_of, moves_of
from doorward.core.population import counts_of
from doorward.tallies import Tallies

APPLIED = "applied"
QUARANTINED = "quarantined"
AWAITING_OUTCOME = "awaiting_outcome"
NONE = "none"

# What reaches it was more than a password.
SECOND_FACTOR_AAL = 2

# The longest that anything learned is kept (detection 4.4); the store forgets a profile that was idle for so long.
PROFILE_LIFE_SECONDS = 180 * 86_400


def standing(past: HistoryFacts, *, level: str, second_factor: bool) -> str:
    """Return whether a verified sign-in is learned from at once.

    Cold (nothing settled yet) or medium risk without a second factor waits: it counts a little and makes no device
    known, until 48 h have passed without a dispute.
    """
    if second_factor:
        return APPLIED
    return APPLIED if level == "low" and past.settled > 0 else QUARANTINED


@dataclass(slots=True)
class Lesson:
    """One verified sign-in to learn; *rewrite* goes to the store, and `tell` afterwards to the shared sums.

    *log_odds* is what *model* gave it, None where it has no score.
    """

    event_id: str
    at: float
    sight: Sight
    weight: float
    quarantined: bool
    model: str = ""
    log_odds: float | None = None
    learned: history.Learned | None = None

    def rewrite(self, profile: bytes | None) -> bytes:
        """Return *profile* with this sign-in learned; the store may call it again with a newer profile."""
        self.learned = history.learn(
            profile,
            event_id=self.event_id,
            at=self.at,
            sight=self.sight,
            weight=self.weight,
            quarantined=self.quarantined,
            now=self.at,
            odds=None if self.log_odds is None else bin_of(self.log_odds),
        )
        return self.learned.profile

    def tell(self, tallies: Tallies, tenant: str) -> None:
        """Add to the global counts what this subject had not counted on this day."""
        if self.learned is not None:
            counted, amount = self.learned.counted, self.learned.amount
            tallies.add(tenant, counts_of(self.sight.marks, counted, at=self.at, weight=amount))
            tallies.add(tenant, moves_of(self.model, self.learned.scored, at=self.at))


@dataclass(slots=True)
class Unlearning:
    """Takes one sign-in, which *model* has scored, out of the history again, as if it had never been learned."""

    event_id: str
    model: str
    now: float
    forgotten: history.Forgotten | None = None

    def rewrite(self, profile: bytes | None) -> bytes | None:
        if profile is None:
            return None
        self.forgotten = history.forget(profile, self.event_id, self.now)
        return self.forgotten.profile

    def tell(self, tallies: Tallies, tenant: str) -> None:
        """Take back from the global counts what the sign-in had added to them."""
        gone = self.forgotten
        if gone is not None and gone.at is not None:
            marks = dict(gone.counted)
            tallies.add(tenant, counts_of(marks, marks, at=gone.at, weight=-gone.amount))
            tallies.add(tenant, moves_of(self.model, gone.scored, at=gone.at))
