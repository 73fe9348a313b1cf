"""What a challenge offers: what may answer it, and what may be bound within it where that is not enough."""

from collections.abc import Collection
from dataclasses import dataclass

from doorward.core.assurance import AUTHENTICATOR_TYPES, usable
from doorward.core.contacts import Vouched
from doorward.core.outcome import Enrolled, Requirement
from doorward.policy.ruling import Ruling

# What a subject of this level has must be shown before it binds more; a contact's code would be less.
STRONG_AAL = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """What may answer, which of it are contacts, and the types that may be bound afterwards."""

    offered: tuple[Enrolled, ...]
    vouched: tuple[Vouched, ...] = ()
    enrol: tuple[str, ...] = ()


def offer_of(
    ruling: Ruling, enrolled: Collection[Enrolled], vouched: Collection[Vouched], channels: Collection[str]
) -> Offer:
    """Return the offer of a challenge.

    Who has nothing that could meet it is asked for what they have, or else for a code to a contact that the caller
    vouches for and that a code can be sent to. Where there is neither, nothing can be bound here; the challenge is
    told all the same, for callers who challenge by themselves.
    """
    requirement = ruling.requirement or Requirement()
    offered = tuple(each for each in enrolled if usable(each.type, requirement))
    if not ruling.unenrolled or not ruling.enrol:
        return Offer(offered)
    others = tuple(each for each in enrolled if each not in offered)
    strong = tuple(each for each in (*offered, *others) if _worth(each) >= STRONG_AAL)
    if strong:
        return Offer((*offered, *(each for each in strong if each not in offered)), enrol=ruling.enrol)
    reachable = tuple(each for each in vouched if each.channel in channels)
    stand_ins = tuple(each.enrolled for each in reachable)
    return Offer((*offered, *stand_ins), reachable, ruling.enrol if reachable else ())


def _worth(one: Enrolled) -> int:
    kind = AUTHENTICATOR_TYPES.get(one.type)
    return kind.aal_after_password if kind else one.aal
