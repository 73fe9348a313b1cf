"""Where a subject can be reached, as far as the caller vouches for it."""

from dataclasses import dataclass, field

from doorward.core.outcome import Enrolled


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


def masked(address: str) -> str:
    """Return an address so that its owner knows it, and nobody learns it."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}" if at else f"{address[:3]}•••{address[-2:]}"
