import pytest

from doorward.core.ring import (
    ADDRESS_LIMIT,
    ATTEMPT,
    CODE_SENT,
    FAILED,
    PROVED,
    PUSH_SENT,
    SUBJECT_LIMIT,
    SUCCEEDED,
    append,
)
from doorward.core.signals import SIGNALS
from doorward.core.velocity import SKEW_SECONDS, count


def ring_of(*events, limit=SUBJECT_LIMIT):
    """Make a ring of (at, other, flags) or (at, other, flags, attempt, country)."""
    ring = b""
    for at, other, flags, *rest in events:
        attempt, country = (*rest, 0, "")[:2] if rest else (0, "")
        ring = append(ring, at=at, other=other, flags=flags, attempt=attempt, country=country, limit=limit)
    return ring


def of_subject(ring, now):
    return count(ring, None, None, None, now)


def test_rings_that_are_none_leave_their_names_out(now):
    assert count(None, None, None, None, now) == {}
    assert set(count(None, b"", None, None, now)) == {
        "ip_attempts_10m",
        "ip_attempts_1h",
        "ip_failures_1h",
        "ip_subjects_1h",
    }


def test_all_rings_give_every_integer_signal(now):
    names = {row.name.removeprefix("velocity.") for row in SIGNALS.values() if row.name.startswith("velocity.")}

    counts = count(b"", b"", b"", b"", now)

    assert set(counts) == names - {"asn_failure_ratio_1h", "tenant_failure_ratio_10m"}
    assert set(counts.values()) == {0}


def test_twenty_failures_and_a_success_are_twenty_one_attempts(now):
    failures = [(now - 300 + second, 7, ATTEMPT | FAILED) for second in range(20)]

    counts = of_subject(ring_of(*failures, (now, 7, ATTEMPT | SUCCEEDED)), now)

    assert counts["subject_attempts_10m"] == 21
    assert counts["subject_failures_10m"] == 20
    assert counts["subject_ips_1h"] == 1


@pytest.mark.parametrize(("window", "seconds"), [("10m", 600), ("1h", 3600), ("24h", 86_400)])
def test_a_window_ends_exactly_at_its_length(now, window, seconds):
    name = f"subject_attempts_{window}"

    assert of_subject(ring_of((now - seconds + 1, 1, ATTEMPT)), now)[name] == 1
    assert of_subject(ring_of((now - seconds, 1, ATTEMPT)), now)[name] == 0


def test_a_window_holds_this_very_attempt(now):
    assert of_subject(ring_of((now + 0.9, 1, ATTEMPT)), now + 0.9)["subject_attempts_10m"] == 1


def test_the_calls_of_one_attempt_count_once(now):
    ring = ring_of((now - 9, 7, ATTEMPT, 55, "NO"), (now, 7, ATTEMPT | FAILED, 55, "NO"))

    counts = of_subject(ring, now)

    assert counts["subject_attempts_1h"] == 1
    assert counts["subject_failures_1h"] == 1


def test_codes_and_pushes_are_no_attempts(now):
    counts = of_subject(ring_of((now - 5, 0, CODE_SENT), (now - 4, 0, PUSH_SENT), (now - 3, 0, CODE_SENT)), now)

    assert counts["subject_attempts_1h"] == 0
    assert counts["codes_sent_1h"] == 2


def test_pushes_count_from_the_last_success_on_which_a_right_password_is_not(now):
    before = [(now - 60, 0, PUSH_SENT), (now - 50, 1, PROVED)]
    after = [(now - 40, 0, PUSH_SENT), (now - 35, 1, ATTEMPT | SUCCEEDED), (now - 30, 0, PUSH_SENT)]

    assert of_subject(ring_of(*before), now)["pushes_since_success"] == 0
    assert of_subject(ring_of(*before, *after), now)["pushes_since_success"] == 2


def test_unknown_addresses_and_countries_are_not_counted_as_one(now):
    counts = of_subject(ring_of((now, 0, ATTEMPT), (now, 0, ATTEMPT, 0, "")), now)

    assert counts["subject_ips_1h"] == 0
    assert counts["subject_countries_24h"] == 0


def test_countries_count_apart(now):
    events = [(now - 9, 1, ATTEMPT, 1, "NO"), (now - 8, 2, ATTEMPT, 2, "DE"), (now - 7, 3, ATTEMPT, 3, "NO")]

    assert of_subject(ring_of(*events), now)["subject_countries_24h"] == 2


def test_a_spray_shows_in_the_address_and_the_prefix(now):
    spray = ring_of(*[(now - 600 + 20 * n, n + 1, ATTEMPT | FAILED) for n in range(30)], limit=ADDRESS_LIMIT)

    counts = count(None, spray, spray, None, now)

    assert counts["ip_subjects_1h"] == counts["prefix_subjects_1h"] == 30
    assert counts["ip_failures_1h"] == 30
    assert counts["ip_attempts_10m"] == 29


def test_two_people_on_one_device_are_two(now):
    ring = ring_of((now - 70_000, 1, ATTEMPT), (now - 60_000, 2, ATTEMPT), (now, 1, ATTEMPT))

    assert count(None, None, None, ring, now)["device_subjects_24h"] == 2


def test_a_full_ring_reads_at_least(now):
    ring = ring_of(*[(now - 1, 1, ATTEMPT)] * (SUBJECT_LIMIT + 9))

    assert of_subject(ring, now)["subject_attempts_1h"] == SUBJECT_LIMIT


def test_another_machines_clock_may_be_a_little_ahead(now):
    assert of_subject(ring_of((now + SKEW_SECONDS - 1, 1, ATTEMPT)), now)["subject_attempts_10m"] == 1


def test_a_clock_that_was_set_back_does_not_count_the_future(now):
    assert of_subject(ring_of((now + 5000, 1, ATTEMPT)), now)["subject_attempts_24h"] == 0


def test_a_torn_ring_is_counted_up_to_the_tear(now):
    ring = ring_of((now, 1, ATTEMPT), (now, 2, ATTEMPT))

    assert of_subject(ring[:-3], now)["subject_attempts_10m"] == 1
