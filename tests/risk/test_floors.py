"""Findings that raise the level: what makes each, and what must not."""

import pytest

from doorward.core.facts import Facts, VelocityFacts
from doorward.risk.floors import floors_of, level_of

LEVELS = {"medium": 95.0, "high": 99.0}


def names(facts):
    return [name for name, _ in floors_of(facts)]


def test_nothing_is_found_where_nothing_was_counted():
    assert floors_of(Facts(velocity=VelocityFacts(reachable=False))) == ()


def test_an_ordinary_sign_in_has_no_findings(facts):
    assert floors_of(facts()) == ()


def test_an_office_where_some_mistype_is_no_spray(facts):
    office = {"ip_subjects_1h": 60, "ip_attempts_1h": 100, "ip_failures_1h": 30}

    assert names(facts(counts=office)) == []


def test_many_subjects_of_one_address_that_fail_are_a_spray(facts):
    spray = {"ip_subjects_1h": 12, "ip_attempts_1h": 12, "ip_failures_1h": 12}

    assert floors_of(facts(counts=spray)) == (("spray", "high"),)


def test_ten_failures_of_a_subject_are_brute_force(facts):
    assert names(facts(counts={"subject_failures_1h": 9})) == []
    assert floors_of(facts(counts={"subject_failures_1h": 10})) == (("brute_force", "medium"),)


def test_a_device_that_many_subjects_use_is_found(facts):
    assert names(facts(counts={"device_subjects_24h": 5})) == []
    assert names(facts(counts={"device_subjects_24h": 6})) == ["device_fan_out"]


@pytest.mark.parametrize(("attempts", "found"), [(49, []), (50, ["stuffing_wave"])])
def test_a_wave_needs_enough_attempts(facts, attempts, found):
    wave = {"tenant_failure_ratio_10m": 0.9, "tenant_attempts_10m": attempts}

    assert names(facts(device="none", velocity=wave)) == found


def test_a_wave_spares_known_devices(facts):
    wave = {"tenant_failure_ratio_10m": 0.9, "tenant_attempts_10m": 500}

    assert names(facts(device="known", velocity=wave)) == []


def test_a_wave_is_found_where_nothing_else_was_counted():
    velocity = VelocityFacts(tenant_failure_ratio_10m=0.9, tenant_attempts_10m=500)

    assert names(Facts(velocity=velocity)) == ["stuffing_wave"]


@pytest.mark.parametrize(
    ("score", "level"), [(0.0, "low"), (94.99, "low"), (95.0, "medium"), (98.99, "medium"), (99.0, "high")]
)
def test_a_level_begins_at_its_threshold(score, level):
    assert level_of(score, (), LEVELS) == level


def test_a_floor_raises_the_level():
    assert level_of(10.0, (("brute_force", "medium"),), LEVELS) == "medium"


def test_a_floor_never_lowers_the_level():
    assert level_of(99.9, (("brute_force", "medium"),), LEVELS) == "high"


def test_the_highest_of_several_floors_counts():
    assert level_of(10.0, (("spray", "high"), ("brute_force", "medium")), LEVELS) == "high"


def test_without_a_score_the_level_is_unknown():
    assert level_of(None, (), LEVELS) == "unknown"


def test_without_a_score_a_floor_still_holds():
    assert level_of(None, (("spray", "high"),), LEVELS) == "high"


def test_a_level_without_a_threshold_is_reached_by_floors_alone():
    assert level_of(100.0, (), {"high": 101.0}) == "low"
    assert level_of(0.0, (("brute_force", "medium"),), {}) == "medium"
