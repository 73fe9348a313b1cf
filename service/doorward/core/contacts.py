"""Where a subject can be reached, as far as the caller vouches for it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from doorward.core.outcome import Enrolled
from doorward.core.request import Contact

MAX_CONTACTS = 8

# Whoever takes an account over changes its address: for so long the one before is told as well.
FORMER_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Vouched:
    """A contact that a code may be sent to; in a challenge, *id* stands for it as an authenticator's would.

    The same contact of the same subject has the same id in every challenge: guesses at it are counted together.
    """

    id: str
    channel: str
    address: str = field(repr=False)

    @property
    def enrolled(self) -> Enrolled:
        """What a challenge shows of it."""
        return Enrolled(self.id, self.channel, masked(self.address))


@dataclass(frozen=True, slots=True)
class Former:
    """A contact that is not vouched for any more, and is told until then all the same."""

    channel: str
    address: str = field(repr=False)
    until: float


def former_after(
    contacts: Collection[Contact], former: Collection[Former], vouched: Collection[Contact], now: float
) -> tuple[Former, ...]:
    """Return the former contacts once *vouched* take the place of *contacts*.

    Those that were there first stay: a flood of changes must not push the owner's own out.
    """
    old = [each for each in former if each.until > now]
    old += [Former(each.channel, each.address, now + FORMER_SECONDS) for each in contacts]
    present = {(each.channel, each.address) for each in vouched}
    kept = {(each.channel, each.address): each for each in reversed(old)}
    return tuple(each for name, each in reversed(kept.items()) if name not in present)[:MAX_CONTACTS]


def masked(address: str) -> str:
    """Return an address so that its owner knows it, and nobody learns it."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}" if at else f"{address[:3]}•••{address[-2:]}"
