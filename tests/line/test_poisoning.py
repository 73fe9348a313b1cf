"""What somebody who holds the password can teach the service by signing in, and what not."""

import pytest

from doorward.core.facts import LEVELS
from doorward.core.population import scale

from .conftest import CHROME, FIREFOX, OSLO, OSLO_OTHER_NETWORK, enrolled, house_in, login
from .test_reports import feedback
from .test_sign_ins import DAY, settle


def crowd(house):
    """Let others sign in from both networks, so that neither of them is rare."""
    for number in range(40):
        house.decide(f"other-{number}", ip=f"84.208.{number}.7" if number % 2 else f"81.166.{number}.9")


@pytest.mark.parametrize("times", [1, 4, 10])
@pytest.mark.parametrize("agent", [CHROME, FIREFOX])
def test_whoever_shifts_slowly_is_challenged_where_network_and_device_are_new_at_once(house, times, agent):
    """The attacker begins with the victim's own token: without it, the first step is a challenge already."""
    crowd(house)
    token = settle(house, enrolled(house), times=10)
    for day in range(times):
        shifted = house.decide(ip=f"84.208.{20 + day}.50", token=token)
        assert shifted["risk"]["level"] == "low"
        token = shifted["device"]["token"]
        house.wait(DAY)

    crossed = house.decide(ip=OSLO_OTHER_NETWORK, agent=agent)

    assert crossed["outcome"] == "challenge"


def test_what_is_learned_of_one_subject_makes_another_no_more_familiar(house):
    crowd(house)
    settle(house, "ann", times=10)
    settle(house, enrolled(house, "bob"), times=10)
    before = house.post("/v1/policy/what-if", {"request": login("bob", ip=OSLO_OTHER_NETWORK)}).get_json()
    for _ in range(30):
        house.decide("ann", ip=OSLO_OTHER_NETWORK)

    after = house.post("/v1/policy/what-if", {"request": login("bob", ip=OSLO_OTHER_NETWORK)}).get_json()

    assert after["outcome"] == before["outcome"] == "challenge"


def test_the_first_ten_sign_ins_of_a_subject_are_told_as_few_and_none_is_challenged(house):
    token, told, outcomes = None, [], set()
    for _ in range(11):
        decision = house.decide(token=token)
        token = decision["device"]["token"]
        told.append(decision["risk"]["confidence"])
        outcomes.add(decision["outcome"])
        house.wait(DAY)

    assert told == ["none", *["learning"] * 9, "ok"]
    assert outcomes == {"allow"}


def test_a_newcomer_is_quarantined_for_two_days_and_then_no_more(house):
    first = house.decide()
    house.wait(DAY)
    second = house.decide(token=first["device"]["token"])
    house.wait(DAY + 1)

    third = house.decide(token=second["device"]["token"])

    assert [each["learning"] for each in (first, second, third)] == ["quarantined", "quarantined", "applied"]


def test_confirmed_fraud_leaves_the_population_of_a_twin_who_never_saw_it(house, tmp_path):
    twin = house_in(tmp_path / "twin")
    try:
        for each in (house, twin):
            each.decide("ann")
            each.decide("bob", ip=OSLO_OTHER_NETWORK)
        fraud = house.decide("eve", ip=OSLO_OTHER_NETWORK, agent=FIREFOX)
        assert fraud["learning"] == "quarantined"
        assert population(house) != pytest.approx(population(twin))

        feedback(house, fraud, "fraud")

        assert population(house) == pytest.approx(population(twin), abs=1e-6)
    finally:
        twin.wiring.stop()


def population(house):
    """Return how often each value of each level was counted, without what is as good as nothing."""
    house.wait(0)
    _, tallies = house.wiring.store.tallies_since("default", 0)
    counts = {(each.level, each.value): each.a / scale(house.now[0]) for each in tallies if each.level in LEVELS}
    return {key: count for key, count in counts.items() if count > 1e-6}


def test_a_sign_in_of_which_nobody_told_the_end_is_no_part_of_the_tenants_scale(house):
    house.post("/v1/decisions", {"kind": "login", "subject": {"id": "u-1"}, "client": {"ip": OSLO}})
    house.wait(1)

    _, tallies = house.wiring.store.tallies_since("default", 0)

    assert not [each for each in tallies if each.level.startswith("log_odds")]
