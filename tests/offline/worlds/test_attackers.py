"""What each family of attackers does, and that none gives itself away by how it was put into the world."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from .made import genuine, network_of, of_family, passed, token_of, user_of, when

REPLACING = ("naive", "vpn", "resproxy", "targeted", "very_targeted", "cookie_theft", "boiling_frog")
KNOWING = ("resproxy", "targeted", "very_targeted", "cookie_theft")
WITHOUT_COOKIE = ("naive", "vpn", "resproxy", "targeted", "very_targeted", "stuffing", "spray", "brute", "slowlow")


def moment(event):
    return user_of(event), event["at"], passed(event)


def home_of(base_events, user):
    """Return the city and network where most of a user's sign-ins are, those that are no home left out."""
    places = Counter(
        (network["country"], network["city"])
        for event in base_events
        if user_of(event) == user and (network := network_of(event))["kind"] != "vpn"
    )
    return places.most_common(1)[0][0]


def before(events, attack):
    return [
        each
        for each in genuine(events)
        if user_of(each) == user_of(attack) and passed(each) and when(each) < when(attack)
    ]


def test_an_attack_takes_the_very_moment_of_a_genuine_sign_in(events, base_events):
    base = {moment(event) for event in base_events}

    assert {moment(event) for event in of_family(events, *REPLACING)} <= base


def test_whoever_is_replaced_is_not_there_as_well(events, base_events):
    added = {"stuffing", "spray", "brute", "slowlow"}
    kept = Counter(moment(event) for event in events if event["family"] not in added | {"rare_asn"})
    base = Counter(moment(event) for event in base_events)
    rare = Counter(moment(event) for event in of_family(events, "rare_asn"))

    assert max(kept.values()) == 1
    assert (base - kept) - rare == Counter()


def test_genuine_sign_ins_are_those_of_the_world_without_attackers(events, base_events):
    def without_token(event):
        return *moment(event), event["request"]["client"]["ip"], event["request"]["client"]["user_agent"]

    assert {without_token(event) for event in genuine(events)} <= {without_token(event) for event in base_events}


def test_nobody_is_attacked_before_there_is_a_history(events, base_events):
    begun = when(base_events[0]) // 86_400 * 86_400
    # A tenth of a day for the failures before the first success.
    assert min(when(event) for event in events if event["family"]) > begun + 29.9 * 86_400


@pytest.mark.parametrize("family", KNOWING)
def test_who_knows_a_victim_shows_one_of_its_last_browsers(events, family):
    for attack in filter(passed, of_family(events, family)):
        last = before(events, attack)[-5:]
        kinds = {shape(each) for each in last}
        assert shape(attack) in kinds


def shape(event):
    """Return a user agent without its versions."""
    return "".join(letter for letter in event["request"]["client"]["user_agent"] if not letter.isdigit())


def test_cookies_are_never_from_the_future(events):
    """Each token needs an earlier genuine success without one, at which it was handed out."""
    handed_out, presented = Counter(), defaultdict(set)
    for event in events:
        user, token = user_of(event), token_of(event)
        if token is not None:
            presented[user].add(token)
            assert len(presented[user]) <= handed_out[user]
        elif event["verified"]:
            handed_out[user] += 1


def test_a_stolen_cookie_is_one_of_the_victims(events):
    for attack in of_family(events, "cookie_theft"):
        assert token_of(attack) is not None
        assert any(token_of(each) in (token_of(attack), None) for each in before(events, attack))


@pytest.mark.parametrize("family", WITHOUT_COOKIE)
def test_all_other_attackers_have_no_cookie(events, family):
    assert {token_of(event) for event in of_family(events, family)} == {None}


def test_the_naive_come_from_afar(events):
    countries = {network_of(event)["country"] for event in of_family(events, "naive")}

    assert countries.isdisjoint({"NO", "SE", "DK", "FI"})


def test_vpn_attackers_use_an_exit_in_the_victims_country(events, base_events):
    attacks = of_family(events, "vpn")

    assert {network_of(event)["kind"] for event in attacks} == {"vpn"}
    assert all(network_of(event)["country"] == home_of(base_events, user_of(event))[0] for event in attacks)


def test_a_proxy_is_in_the_victims_country_but_not_its_city(events, base_events):
    for attack in of_family(events, "resproxy"):
        country, city = home_of(base_events, user_of(attack))
        assert network_of(attack)["country"] == country
        assert network_of(attack)["city"] != city
        assert network_of(attack)["kind"] in ("residential", "mobile")


@pytest.mark.parametrize("family", ["targeted", "very_targeted", "cookie_theft"])
def test_the_targeted_are_in_the_victims_city(events, base_events, family):
    for attack in of_family(events, family):
        network = network_of(attack)
        assert (network["country"], network["city"]) == home_of(base_events, user_of(attack))


def test_the_very_targeted_have_an_address_that_the_victim_never_had(events):
    for attack in filter(passed, of_family(events, "very_targeted", "cookie_theft")):
        own = {each["request"]["client"]["ip"] for each in before(events, attack)}
        assert attack["request"]["client"]["ip"] not in own


def test_most_who_know_their_victim_borrow_an_address_in_circulation(events):
    attacks = list(filter(passed, of_family(events, *KNOWING)))
    used = defaultdict(list)
    for event in genuine(events):
        used[event["request"]["client"]["ip"]].append(when(event))

    borrowed = [a for a in attacks if any(at < when(a) - 600 for at in used[a["request"]["client"]["ip"]])]

    assert len(borrowed) > len(attacks) / 3


def test_rare_networks_have_no_genuine_traffic_and_victims_without_a_history(events):
    attacks = of_family(events, "rare_asn")
    theirs = {network_of(event)["asn"] for event in attacks}

    assert theirs.isdisjoint({network_of(event)["asn"] for event in events if event["family"] != "rare_asn"})
    assert any(not before(events, attack) for attack in attacks)


def test_a_boiling_frog_changes_the_network_and_then_the_device(events):
    steps = list(filter(passed, of_family(events, "boiling_frog")))
    networks = [network_of(step)["asn"] for step in steps]

    assert len(steps) == 6
    assert len({user_of(step) for step in steps}) == 1
    assert len({network_of(step)["city"] for step in steps}) == 1
    assert networks[0] == networks[1]
    assert networks[1] != networks[2]
    assert len(set(networks[2:])) == 1
    assert [token_of(step) is None for step in steps] == [False] * 4 + [True] * 2


def test_stuffing_tries_names_that_nobody_has(events):
    known = {user_of(event) for event in genuine(events)}
    tries = of_family(events, "stuffing")
    unknown = [event for event in tries if int(user_of(event).removeprefix("u-")) >= 300]

    assert known.isdisjoint({user_of(event) for event in unknown})
    assert 0.5 < len(unknown) / len(tries) < 0.7
    assert not any(map(passed, unknown))


def test_a_spray_tries_each_user_once_from_a_few_servers(events):
    tries = of_family(events, "spray")

    assert len({user_of(event) for event in tries}) == len(tries)
    assert len({event["request"]["client"]["ip"] for event in tries}) <= 8
    assert {network_of(event)["kind"] for event in tries} == {"hosting"}
    assert len({event["request"]["client"]["user_agent"] for event in tries}) == 1


def test_brute_force_ends_with_a_success_from_one_address(events):
    tries = of_family(events, "brute")

    assert 15 <= len(tries) <= 60
    assert [passed(event) for event in tries] == [False] * (len(tries) - 1) + [True]
    assert len({event["request"]["client"]["ip"] for event in tries}) == 1


def test_the_slow_and_low_come_from_homes_with_pauses(events):
    tries = of_family(events, "slowlow")

    assert {network_of(event)["kind"] for event in tries} == {"residential"}
    assert all(abs(when(later) - when(earlier) - 43 * 60) < 1 for earlier, later in pairwise(tries))
