"""History rebuilt from a log: the facts of every moment are those that the service itself had."""

from contextlib import closing
from dataclasses import replace

import pytest

from doorward.facts.agents import UserAgents
from doorward.facts.networks import OverriddenLocator, Silence, read_networks
from doorward.offline.event import read_event
from doorward.offline.past import Past
from doorward.offline.shelf import Shelf

from ..line.conftest import FIREFOX, NETWORKS, NEW_YORK, NOWHERE, OSLO, OSLO_TWO, TOR, house_in, login

DAY = 86_400


def past(shelf=None):
    locator = OverriddenLocator(Silence(), read_networks(NETWORKS))
    return Past(locator=locator, agents=UserAgents(), shelf=shelf or Shelf())


SCENES = [
    (0, login("ada")),
    (DAY, login("ada", ip=OSLO_TWO)),
    (2 * DAY, login("ada", agent=FIREFOX)),
    (60, login("ben", ip=OSLO_TWO, result="failed")),
    (5, login("ben", ip=OSLO_TWO, result="failed", attempt_id="one")),
    (5, login("ben", ip=OSLO_TWO, result="passed", attempt_id="one")),
    (3 * DAY, login("ada", ip=NEW_YORK)),
    (60, login("ada", ip=TOR, result="failed")),
    (10, login("cleo", ip=NOWHERE, agent=None)),
    (10, login("cleo", ip=None, result="pending")),
    (4 * DAY, login("ada")),
    (DAY, login("cleo")),
    (DAY / 2, login("ada", kind="action", action={"name": "payments.transfer", "binding": {"amount": "5.00"}})),
    (DAY, login("ben")),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """What the service itself found, decision by decision: its records."""
    house = house_in(tmp_path_factory.mktemp("house"))
    records = []
    for wait, request in SCENES:
        house.wait(wait)
        decided = house.post("/v1/decisions", request).get_json()
        records.append(house.wiring.services.records._kept.read("default", decided["id"], house.now[0]))
    house.wiring.stop()
    return records


def rebuilt(records, *, memory_bytes=2**20):
    found = []
    with closing(Shelf(memory_bytes)) as shelf:
        memory = past(shelf)
        for (_, request), record in zip(SCENES, records, strict=True):
            event = replace(read_event({"at": "2026-07-01T10:00:00Z", "request": request}), at=record.at, enrolled=())
            seen = memory.see(event)
            found.append(seen.facts)
            if record.learned:
                memory.learn(seen, level=record.answer["risk"]["level"])
    return found


@pytest.mark.parametrize("number", range(len(SCENES)))
@pytest.mark.parametrize("group", ["network", "agent", "device", "history", "velocity", "enrolment", "zone"])
def test_a_replay_finds_what_the_service_found(served, number, group):
    assert getattr(rebuilt(served)[number], group) == getattr(served[number].facts, group)


def test_a_replay_knows_how_common_everything_is(served):
    for record, facts in zip(served, rebuilt(served), strict=True):
        assert replace(facts.population, version=0) == replace(record.facts.population, version=0)


def test_some_of_the_sign_ins_were_learned_from(served):
    assert [record.learned for record in served].count(True) >= 5


def test_memory_that_is_too_small_for_the_log_changes_nothing(served):
    assert rebuilt(served, memory_bytes=1) == rebuilt(served)


def event(at, subject="ada", **changes):
    return read_event({"at": at, "request": login(subject, **changes)})


def test_a_device_is_known_once_a_verified_sign_in_has_carried_it():
    memory = past()
    first = memory.see(event("2026-07-01T10:00:00Z", token="laptop"))
    memory.learn(first, level="low")
    other = memory.see(event("2026-07-05T10:00:00Z", token="phone"))
    again = memory.see(event("2026-07-05T10:00:00Z", token="laptop"))
    stranger = memory.see(event("2026-07-05T10:00:00Z", "ben", token="laptop"))
    assert [seen.facts.device.known for seen in (first, other, again, stranger)] == [False, False, True, False]


def test_what_was_not_verified_is_not_learned():
    memory = past()
    memory.see(event("2026-07-01T10:00:00Z", ip=OSLO))
    assert memory.see(event("2026-07-02T10:00:00Z")).facts.history.events == 0


def test_a_log_that_does_not_tell_what_is_enrolled_leaves_it_unknown():
    assert not past().see(event("2026-07-01T10:00:00Z")).facts.enrolment.readable
