"""The audit: what gives attackers away is found, and what does not is not."""

from itertools import islice

import pytest

from doorward.offline.training.audit import REPLACING, NothingToAudit, audit
from doorward.offline.training.windows import GROUPS, successes

from .made import made


def log(hour_of_attacks):
    """Return 40 users who sign in at all hours for 60 days; attackers take some places, at their own hour."""
    events = []
    for user in range(40):
        for number in range(30):
            day = 2 * number + (user * 7 + number * 5) % 24 / 24
            family = REPLACING[number % 6] if number > 17 and (user + number) % 2 else None
            day = int(day) + hour_of_attacks / 24 if family and hour_of_attacks is not None else day
            events.append(made(f"u-{user}", day, family=family, ip=f"240.0.0.{user}"))
    return sorted(events, key=lambda event: event["at"])


def test_a_log_without_attacks_cannot_be_audited():
    with pytest.raises(NothingToAudit, match="naive"):
        audit([made("a", 0)])


def test_attackers_with_an_hour_of_their_own_are_found():
    _, hour = islice(audit(log(3)), 2)

    assert (hour.family, hour.group) == ("naive", "hour")
    assert hour.auc > 0.9
    assert not hour.is_inside


def test_times_that_end_in_a_small_z_are_read():
    events = [{**event, "at": event["at"].replace("+00:00", "z")} for event in log(3)]

    assert [each.at for each in successes(events)] == [each.at for each in successes(log(3))]


def test_the_numbers_are_those_before_a_success():
    events = [
        made("a", 0.0),
        made("a", 1.0, passed=False),
        made("b", 1.0, passed=False),
        made("a", 1.01),
    ]
    first, second = successes(events)

    assert first.groups == ((0.0, 0), (0.0,), (0.0, 0.0), (0.0, 0.0, 0.0))
    assert dict(zip(GROUPS, second.groups, strict=True))["account failures"] == (1.0, 1.0)
    assert dict(zip(GROUPS, second.groups, strict=True))["address windows"] == (2.0, 2.0, 2.0)


def test_an_attackers_success_is_no_history():
    *_, last = successes([made("a", 0), made("a", 1, family="naive"), made("a", 2)])

    assert last.earlier == 1
