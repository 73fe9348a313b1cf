"""What the verified history has not seen before: unknown where it holds nothing to compare with."""

from collections.abc import Callable

from doorward.core.facts import HistoryFacts
from doorward.core.signals import device, geo, network
from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import NO_HISTORY, without_history

_NOT_COMPARED = Unknown("the history was not asked about this value")
_NO_LANGUAGE = Unknown("no language was sent")


def ip(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "ip", network.address)


def prefix(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "prefix", network.prefix)


def asn(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "asn", network.asn)


def country(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "country", geo.country)


def city(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "city", geo.city)


def browser(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "browser", device.browser)


def os(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "os", device.os)


def device_type(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "device_type", device.type)


def language(attempt: Attempt) -> bool | Unknown:
    return _is_new(attempt, "language", lambda _: _NO_LANGUAGE)


def unusual_hour(attempt: Attempt) -> float | Unknown:
    """Return 1 for an hour of the week at which there was nothing, 0 for the busiest."""
    nothing = without_history(attempt)
    if nothing is not None:
        return nothing
    share = attempt.facts.history.hour_share
    return NO_HISTORY if share is None else min(1.0, max(0.0, 1.0 - share))


def _is_new(attempt: Attempt, level: str, value: Callable[[Attempt], object]) -> bool | Unknown:
    """Answer whether no verified sign-in shared this value; where the attempt has none, say what *value* says."""
    nothing = without_history(attempt)
    if nothing is not None:
        return nothing
    history = attempt.facts.history
    seen = history.counts.get(level)
    if seen is None:
        why = value(attempt)
        return why if isinstance(why, Unknown) else _NOT_COMPARED
    return NO_HISTORY if _never_known(history, level) else seen <= 0


def _never_known(history: HistoryFacts, level: str) -> bool:
    """Answer whether no sign-in of the history has any value here, as before a database was installed."""
    return history.totals.get(level) == 0
