import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core import history
from doorward.core.context import Sight
from doorward.core.facts import LEVELS
from doorward.core.history.hours import hour_share

DAY = 86_400
HOUR = 3600


def test_nobody_has_no_history(sight, now):
    facts = history.answers(None, sight(), now)

    assert facts.reachable
    assert facts.events == 0
    assert facts.last_at is None
    assert facts.hour_share is None
    assert facts.counts == facts.totals == dict.fromkeys(LEVELS, 0.0)


def test_a_level_that_the_attempt_has_not_is_missing(sight, learn, now):
    profile = learn(None, "a", now, sight())

    facts = history.answers(profile, sight(marks={"ip": 101}), now)

    assert set(facts.counts) == set(facts.totals) == {"ip"}


def test_a_weight_halves_in_75_days(sight, learn, now):
    profile = learn(None, "a", now, sight())

    facts = history.answers(profile, sight(), now + 75 * DAY)

    assert facts.counts["asn"] == pytest.approx(0.5)
    assert facts.logins == pytest.approx(0.5)
    assert facts.events == 1


def test_after_180_days_a_sign_in_is_gone_without_any_write(sight, learn, now):
    profile = learn(None, "a", now, sight())

    assert history.answers(profile, sight(), now + 179 * DAY).events == 1
    assert history.answers(profile, sight(), now + 180 * DAY).events == 0


def test_another_value_counts_in_the_total_alone(sight, learn, now):
    profile = learn(learn(None, "a", now - DAY, sight(1)), "b", now, sight(2), weight=2.0)

    facts = history.answers(profile, sight(2), now)

    assert facts.counts["city"] == pytest.approx(2.0)
    assert facts.totals["city"] == pytest.approx(2.0 + 0.5 ** (1 / 75))


def test_sign_ins_without_a_value_are_not_in_its_total(sight, learn, now):
    profile = learn(learn(None, "a", now - DAY, sight(marks={"ip": 7})), "b", now, sight(2))

    facts = history.answers(profile, sight(2), now)

    assert facts.totals["asn"] == pytest.approx(1.0)
    assert facts.totals["ip"] == pytest.approx(1.0 + 0.5 ** (1 / 75))


def test_one_day_counts_at_most_three_for_a_value(sight, learn, now):
    profile = None
    for turn in range(3):
        profile = learn(profile, f"e{turn}", now - turn, sight(), weight=2.0)

    facts = history.answers(profile, sight(), now)

    assert facts.counts["country"] == pytest.approx(3.0)
    assert facts.totals["country"] == pytest.approx(3.0)
    assert facts.logins == pytest.approx(6.0)


def test_the_daily_cap_is_for_each_value_by_itself(sight, learn, now):
    profile = None
    for turn in range(4):
        marks = {"ip": turn + 1, "country": 9}
        profile = learn(profile, f"e{turn}", now - turn, sight(marks=marks), weight=2.0)

    facts = history.answers(profile, sight(marks={"ip": 1, "country": 9}), now)

    assert facts.counts["ip"] == pytest.approx(2.0)
    assert facts.totals["ip"] == pytest.approx(8.0)
    assert facts.counts["country"] == pytest.approx(3.0)


def test_quarantine_counts_a_fifth_until_48_hours_have_passed(sight, learn, now):
    profile = learn(None, "a", now, sight(), quarantined=True)

    during = history.answers(profile, sight(), now + 48 * HOUR - 1)
    after = history.answers(profile, sight(), now + 48 * HOUR)

    assert during.logins == pytest.approx(0.2, rel=0.05)
    assert during.settled == 0
    assert after.logins == pytest.approx(1.0, rel=0.05)
    assert after.settled == 1


def test_the_last_sign_in_is_told_with_its_coarse_place(sight, learn, now):
    profile = learn(None, "a", now - DAY, sight())
    profile = learn(
        profile,
        "b",
        now,
        sight(2, country="DE", lat=52.5163, lon=13.3777, accuracy_km=20.4, kind="vpn", anonymous=True),
    )

    facts = history.answers(profile, sight(), now + 60)

    assert (facts.last_at, facts.last_country, facts.last_kind, facts.last_anonymous) == (now, "DE", "vpn", True)
    assert (facts.last_lat, facts.last_lon, facts.last_accuracy_km) == (52.5, 13.4, 20.0)


def test_what_was_not_known_of_the_last_sign_in_stays_unknown(sight, learn, now):
    profile = learn(None, "a", now, sight(country="", lat=None, lon=None, kind="", zone=""))

    facts = history.answers(profile, sight(), now)

    assert facts.last_country is None
    assert facts.last_lat is None
    assert facts.last_accuracy_km is None
    assert facts.last_kind is None
    assert facts.last_anonymous is None
    assert facts.zone == ""


def test_the_same_place_is_no_distance_away(sight, learn, now):
    profile = learn(None, "a", now, sight(lat=59.9139, lon=10.7522))

    assert history.answers(profile, sight(lat=59.9139, lon=10.7522), now).nearest_km == 0.0


def test_the_nearest_place_is_the_nearest(sight, learn, now):
    profile = learn(learn(None, "a", now - DAY, sight(lat=59.9, lon=10.7)), "b", now, sight(2, lat=52.5, lon=13.4))

    assert history.answers(profile, sight(lat=53.5, lon=10.0), now).nearest_km == pytest.approx(252, abs=10)


@pytest.mark.parametrize("changes", [{"anonymous": True, "kind": "vpn"}, {"kind": "mobile"}, {"lat": None}])
def test_a_place_that_says_nothing_is_not_the_nearest(sight, learn, now, changes):
    profile = learn(None, "a", now, sight(**changes))

    assert history.answers(profile, sight(), now).nearest_km is None


def test_a_quarantined_place_does_not_make_itself_familiar(sight, learn, now):
    profile = learn(None, "a", now - DAY, sight(lat=59.9, lon=10.7))
    profile = learn(profile, "b", now, sight(2, lat=-33.9, lon=151.2), quarantined=True)

    assert history.answers(profile, sight(lat=-33.9, lon=151.2), now).nearest_km > 10_000


def test_a_fingerprint_is_known_from_settled_history_alone(sight, learn, now):
    profile = learn(None, "a", now - DAY, sight(fingerprint_mark=5))
    profile = learn(profile, "b", now, sight(fingerprint_mark=6), quarantined=True)

    assert history.answers(profile, sight(fingerprint_mark=5), now).fingerprint_known is True
    assert history.answers(profile, sight(fingerprint_mark=6), now).fingerprint_known is False
    assert history.answers(profile, sight(), now).fingerprint_known is None


def test_a_history_without_fingerprints_knows_of_none(sight, learn, now):
    profile = learn(None, "a", now, sight())

    assert history.answers(profile, sight(fingerprint_mark=5), now).fingerprint_known is None


def test_zone_and_country_are_where_most_of_the_weight_is(sight, learn, now):
    profile = learn(None, "a", now - 2 * DAY, sight())
    profile = learn(profile, "b", now - DAY, sight(2, country="DE", zone="Europe/Berlin"), weight=2.0)
    profile = learn(profile, "c", now, sight(3, country="", zone=""), weight=2.0)

    facts = history.answers(profile, sight(), now)

    assert (facts.zone, facts.usual_country) == ("Europe/Berlin", "DE")


def test_flags_end_by_themselves(now):
    profile = history.raise_flag(None, "not_me", until=now + HOUR)
    profile = history.raise_flag(profile, "recovery_used", until=now + 2 * HOUR)

    assert set(flags(profile, now)) == {"not_me", "recovery_used"}
    assert flags(profile, now + HOUR) == ("recovery_used",)
    assert flags(profile, now + 2 * HOUR) == ()


def test_a_flag_can_be_lowered(now):
    profile = history.raise_flag(history.raise_flag(None, "not_me", until=now + HOUR), "not_me", until=0)

    assert flags(profile, now) == ()


def test_a_flag_that_nobody_knows_is_refused(now):
    with pytest.raises(ValueError, match="unknown flag 'not_you'"):
        history.raise_flag(None, "not_you", until=now)


def test_a_changed_credential_is_flagged_and_dated(sight, now):
    profile = history.credential_changed(None, now)

    facts = history.answers(profile, sight(), now + HOUR)

    assert facts.flags == ("credential_changed",)
    assert facts.credential_changed_at == now
    assert flags(profile, now + history.CREDENTIAL_CHANGED_SECONDS) == ()


def test_an_older_change_told_late_alters_nothing(now):
    profile = history.credential_changed(None, now)

    assert history.credential_changed(profile, now - DAY) == profile


def test_flags_survive_learning_and_forgetting(sight, learn, now):
    flagged = history.raise_flag(None, "not_me", until=now + DAY)
    profile = learn(flagged, "a", now, sight())

    assert flags(history.forget(profile, "a", now).profile, now) == ("not_me",)


def test_an_export_holds_everything_but_the_marks(sight, learn, now):
    profile = learn(
        history.raise_flag(None, "not_me", until=now + DAY),
        "a",
        now,
        sight(device_id="dev_a"),
        weight=0.5,
        quarantined=True,
    )

    exported = history.export(profile, now)

    assert exported["flags"] == {"not_me": now + DAY}
    assert exported["devices"][0]["id"] == "dev_a"
    assert exported["sign_ins"] == [
        {
            "at": now,
            "weight": 0.5,
            "quarantined": True,
            "log_odds": None,
            "network_kind": "residential",
            "timezone": "Europe/Oslo",
            "country": "NO",
            "lat": 59.9,
            "lon": 10.7,
            "accuracy_km": None,
        }
    ]


def test_a_sign_in_ahead_of_the_clock_counts_as_one_of_now(sight, learn, now):
    profile = learn(None, "a", now + DAY, sight())

    assert history.answers(profile, sight(), now).logins == 1.0


def share(times, now, offset=0.0):
    return hour_share(times, [1.0] * len(times), now=now, offset_seconds=offset)


def test_the_busiest_hour_has_the_whole_share(now):
    assert share([int(now) - week * 7 * DAY for week in range(9)], now) == 1.0


def test_the_far_side_of_the_clock_has_hardly_any(now):
    assert share([int(now) + 12 * HOUR - week * 7 * DAY for week in range(1, 20)], now) < 0.02


def test_one_sign_in_does_not_make_other_hours_impossible(now):
    assert share([int(now) - 12 * HOUR - 7 * DAY], now) > 0.1


def test_midnight_is_no_wall():
    monday = 1_767_571_200  # 2026-01-05T00:00:00Z
    tuesdays = [monday + DAY + 600 - week * 7 * DAY for week in range(1, 10)]

    assert share(tuesdays, monday + 4 * DAY - 600) > 0.7


def test_a_weekend_is_half_as_usual_for_who_works_on_weekdays(now):
    weekdays = [int(now) - week * 7 * DAY for week in range(1, 30)]

    assert share(weekdays, now + 2 * DAY) == pytest.approx(0.5, abs=0.05)


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=60),
    st.floats(0, 2**32),
    st.floats(-50_000, 50_000),
)
def test_a_share_lies_between_0_and_1(times, now, offset):
    assert 0.0 <= share(times, now, offset) <= 1.0


def flags(profile, now):
    return history.answers(profile, Sight(marks={}), now).flags
