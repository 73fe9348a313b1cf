"""The stricter of several effects: deny over challenge over allow, challenges as strict as all of them together."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from doorward.core.assurance import DEFAULT_MAX_AGE_SECONDS, NAMED_TYPES, can_meet
from doorward.core.outcome import CHALLENGE, DENY, STRICTNESS, Requirement
from doorward.policy.model import ANY_AUTHENTICATOR, Effect


def strictest(effects: Iterable[Effect]) -> Effect:
    """Return what all *effects* together ask; challenges that nothing can meet together are a deny."""
    return reduce(stricter, effects)


def stricter(first: Effect, second: Effect) -> Effect:
    """Return the stricter of two; of two denials the first, of two challenges both in one."""
    if first.outcome == CHALLENGE == second.outcome:
        return _both(first, second)
    winner = second if STRICTNESS[second.outcome] > STRICTNESS[first.outcome] else first
    return replace(winner, notify=first.notify or second.notify)


def _both(first: Effect, second: Effect) -> Effect:
    requirement = merged(first.requirement or ANY_AUTHENTICATOR, second.requirement or ANY_AUTHENTICATOR)
    notify = first.notify or second.notify
    if requirement is None:
        return Effect(DENY, notify=notify)
    return Effect(
        CHALLENGE,
        requirement,
        max_age_seconds=_shortest(first.max_age_seconds, second.max_age_seconds),
        bind=first.bind or second.bind,
        notify=notify,
    )


def _shortest(first: int | None, second: int | None) -> int | None:
    """Return the shorter age of a proof; None is an age too, the default."""
    return min(first, second, key=lambda age: DEFAULT_MAX_AGE_SECONDS if age is None else age)


def merged(first: Requirement, second: Requirement) -> Requirement | None:
    """Return the requirement that is both, or None where no authenticators could meet it."""
    if first == second:
        return first
    any_of = _intersection(first.any_of, second.any_of)
    if any_of is None:
        return None
    both = Requirement(
        name="+".join(dict.fromkeys(filter(None, (*first.name.split("+"), *second.name.split("+"))))),
        any_of=any_of,
        count=max(first.count, second.count),
        aal=max(first.aal, second.aal),
        phishing_resistant=first.phishing_resistant or second.phishing_resistant,
    )
    return both if can_meet(both, NAMED_TYPES, first_factor=True) else None


def _intersection(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...] | None:
    """An empty tuple stands for any type, so what has nothing in common is None."""
    if not first or not second:
        return first or second
    return tuple(each for each in first if each in second) or None
