"""Who is said to be at the door, and what is remembered of them."""

from collections.abc import Mapping
from typing import Any

from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import NO_HISTORY, UNREACHABLE

_NO_PASSWORD_CHANGE = Unknown("no change of the credential was told")
_ENROLMENT_UNREADABLE = Unknown("the enrolments cannot be read")


def id(attempt: Attempt) -> str:
    return attempt.request.subject.id


def groups(attempt: Attempt) -> list[str]:
    return list(attempt.request.subject.groups)


def attributes(attempt: Attempt) -> Mapping[str, Any]:
    return attempt.request.subject.attributes


def authenticators(attempt: Attempt) -> list[str] | Unknown:
    enrolment = attempt.facts.enrolment
    if not enrolment.readable:
        return Unknown(enrolment.reason) if enrolment.reason else _ENROLMENT_UNREADABLE
    return list(enrolment.types)


def flags(attempt: Attempt) -> list[str] | Unknown:
    history = attempt.facts.history
    return list(history.flags) if history.reachable else UNREACHABLE


def known(attempt: Attempt) -> bool | Unknown:
    history = attempt.facts.history
    return history.events > 0 if history.reachable else UNREACHABLE


def logins(attempt: Attempt) -> float | Unknown:
    history = attempt.facts.history
    return float(history.logins) if history.reachable else UNREACHABLE


def age_days(attempt: Attempt) -> float | Unknown:
    """Return the age by the caller's word, else since the first verified sign-in that we saw."""
    stated, history = attempt.request.subject.created_at, attempt.facts.history
    if stated is not None:
        return _days_since(stated, attempt.now)
    if not history.reachable:
        return UNREACHABLE
    return NO_HISTORY if history.first_seen_at is None else _days_since(history.first_seen_at, attempt.now)


def days_since_login(attempt: Attempt) -> float | Unknown:
    history = attempt.facts.history
    if not history.reachable:
        return UNREACHABLE
    return NO_HISTORY if history.last_at is None else _days_since(history.last_at, attempt.now)


def password_age_hours(attempt: Attempt) -> float | Unknown:
    history = attempt.facts.history
    if not history.reachable:
        return UNREACHABLE
    if history.credential_changed_at is None:
        return _NO_PASSWORD_CHANGE
    return max(0.0, attempt.now - history.credential_changed_at) / 3600


def _days_since(at: float, now: float) -> float:
    return max(0.0, now - at) / 86_400
