"""A world is the same for the same seed, in order, and its events are such as everything of ours reads."""

import hashlib
import json
from itertools import pairwise

import pytest

from doorward.api.schemas import DecisionBody
from doorward.offline.event import read_event
from doorward.offline.worlds.attackers import FAMILIES
from doorward.offline.worlds.world import Asked, World

from .conftest import ASKED
from .made import genuine, network_of, of_family, passed, user_of, when

# With numpy 2.4.6; another version may draw other numbers.
TINY = Asked(seed=1, users=40, days=30)
TINY_SHA256 = "932b4d206df4192551684a03dd0b59c1e9ba35059004e8731de9208593100adf"


def written(asked):
    return "".join(json.dumps(event) + "\n" for event in World(asked).events()).encode()


@pytest.fixture(scope="module")
def read(events):
    return [read_event(event) for event in events]


def test_the_same_seed_gives_the_same_bytes():
    assert hashlib.sha256(written(TINY)).hexdigest() == TINY_SHA256
    assert written(TINY) == written(TINY)


def test_another_seed_gives_another_world():
    assert written(TINY) != written(Asked(seed=2, users=40, days=30))


def test_another_start_gives_the_same_times_of_another_year_with_its_own_weekends():
    later = Asked(seed=1, users=40, days=30, start=TINY.start.replace(year=2032))

    assert {event["at"][:4] for event in World(later).events()} == {"2032"}
    assert TINY.start.weekday() == later.start.weekday()
    assert [event["at"][4:] for event in World(later).events()] == [event["at"][4:] for event in World(TINY).events()]


def test_what_a_person_does_depends_on_no_other_person():
    few = World(Asked(seed=1, users=20, days=30, attackers=False)).events()
    more = World(Asked(seed=1, users=40, days=30, attackers=False)).events()
    known = {f"u-{index}" for index in range(20)}

    assert list(few) == [event for event in more if user_of(event) in known]


def test_events_come_in_the_order_of_time_within_the_world(events):
    times = [when(event) for event in events]

    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] - times[0] < ASKED["days"] * 86_400


def test_every_family_is_there_and_labelled(events):
    assert {event["family"] for event in events} == {None, *FAMILIES}
    assert {event["label"] for event in of_family(events, *FAMILIES)} == {"fraud"}
    assert {event["label"] for event in of_family(events, None)} == {"genuine"}


def test_only_genuine_successes_are_verified(events):
    assert all(event["verified"] == (passed(event) and event["label"] == "genuine") for event in events)


def test_every_event_is_read_and_its_prefix_is_that_of_its_address(read):
    bits = {4: "/24", 6: "/48"}

    assert all(not event.network.private for event in read)
    assert {event.network.version for event in read} == {4, 6}
    assert all(event.network.prefix.endswith(bits[event.network.version]) for event in read)


def test_a_browser_without_a_token_was_looked_at(read):
    assert all(event.request.client.device_token_collected for event in read)


def test_every_request_is_one_that_the_interface_takes(events):
    for event in events:
        DecisionBody().load(event["request"])


def test_vpns_alone_are_anonymous(events):
    assert all(network_of(event)["anonymous"] == (network_of(event)["kind"] == "vpn") for event in events)


def test_a_network_has_one_operator_and_kind(events):
    told = {(network["asn"], network["as_org"], network["kind"]) for network in map(network_of, events)}

    assert len(told) == len({asn for asn, *_ in told})


def test_an_address_belongs_to_one_network(events):
    told = {(event["request"]["client"]["ip"], network_of(event)["asn"]) for event in events}

    assert len(told) == len({address for address, _ in told})


def test_a_mobile_carrier_has_few_prefixes_and_many_users_of_each(read):
    mobile = [event for event in read if event.network.kind == "mobile" and event.label == "genuine"]
    prefixes = {}
    for event in mobile:
        prefixes.setdefault(event.network.asn, set()).add(event.network.prefix)

    assert max(len(of_one) for of_one in prefixes.values()) == 2


def test_a_failure_and_the_success_after_it_share_their_context(events):
    by_user = {}
    for event in genuine(events):
        by_user.setdefault(user_of(event), []).append(event)
    pairs = [
        (earlier, later)
        for own in by_user.values()
        for earlier, later in pairwise(own)
        if not passed(earlier) and when(later) - when(earlier) < 23
    ]

    assert pairs
    assert all(earlier["request"]["client"] == later["request"]["client"] for earlier, later in pairs)


def test_the_rba_like_world_holds_to_the_number_of_attempts():
    world = World(Asked(profile="rba_like", seed=3, users=400, days=60, attackers=False))
    attempts = {}
    for event in world.events():
        attempts[user_of(event)] = attempts.get(user_of(event), 0) + 1

    assert len(attempts) == 400
    assert 0.3 < sum(number == 1 for number in attempts.values()) / 400 < 0.5
