"""What is asked, when, and in which application: always known."""

from collections.abc import Mapping
from datetime import UTC, datetime

from doorward.core.signals.base import Attempt
from doorward.core.zones import first_zone


def kind(attempt: Attempt) -> str:
    return attempt.request.kind


def application_id(attempt: Attempt) -> str:
    return attempt.request.application_id


def action_name(attempt: Attempt) -> str:
    return attempt.request.action.name


def action_binding(attempt: Attempt) -> Mapping[str, str]:
    return attempt.request.action.binding


def time(attempt: Attempt) -> datetime:
    return datetime.fromtimestamp(attempt.now, UTC)


def hour(attempt: Attempt) -> int:
    return _local_time(attempt).hour


def weekday(attempt: Attempt) -> int:
    return _local_time(attempt).weekday()


def weekend(attempt: Attempt) -> bool:
    return _local_time(attempt).weekday() >= 5


def _local_time(attempt: Attempt) -> datetime:
    """Return the time where the subject usually is; the client's own word for it is an attacker's to choose."""
    facts = attempt.facts
    return datetime.fromtimestamp(attempt.now, first_zone(facts.history.zone, facts.zone))
