"""History rebuilt from a log: the facts of every moment are those that the service itself had."""

from contextlib import closing
from dataclasses import replace

import pytest

from doorward.core.times import rfc3339
from doorward.offline.event import read_event
from doorward.offline.shelf import Shelf

from ..line.conftest import FIREFOX, OSLO, house_in, login
from .scenes import SCENES, past


def rebuilt(served, *, memory_bytes=2**20):
    found = []
    with closing(Shelf(memory_bytes)) as shelf:
        memory = past(shelf)
        for event, record in zip(map(read_event, served.events()), served.records, strict=True):
            seen = memory.see(event)
            found.append(seen.facts)
            if record.learned:
                memory.learn(seen, level=record.answer["risk"]["level"])
    return found


@pytest.mark.parametrize("number", range(len(SCENES)))
@pytest.mark.parametrize("group", ["network", "agent", "device", "history", "velocity", "enrolment", "zone"])
def test_a_replay_finds_what_the_service_found(served, number, group):
    assert getattr(rebuilt(served)[number], group) == getattr(served.records[number].facts, group)


def test_a_replay_knows_how_common_everything_is(served):
    for record, facts in zip(served.records, rebuilt(served), strict=True):
        its, known = facts.population, record.facts.population
        assert its.counts == pytest.approx(known.counts)
        assert its.totals == pytest.approx(known.totals)
        assert its.distinct == known.distinct


def test_some_of_the_sign_ins_were_learned_from(served):
    assert [record.learned for record in served.records].count(True) >= 5


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


def test_a_browser_that_was_given_a_token_is_known_when_it_first_presents_it(tmp_path):
    house = house_in(tmp_path)
    token, days, served, log = None, (0, 3, 1), [], []
    for wait in days:
        house.wait(wait * 86_400)
        decided = house.decide("ada", token=token)
        token = decided["device"]["token"]
        record = house.wiring.services.records._kept.read("default", decided["id"], house.now[0])
        served.append(record.facts.device)
        log.append((rfc3339(record.at), "c-1" if record.facts.device.device_id else None))
    house.wiring.stop()
    memory, rebuilt = past(), []
    for at, name in log:
        seen = memory.see(event(at, token=name))
        memory.learn(seen, level="low")
        rebuilt.append(seen.facts.device)
    assert [replace(device, device_id="") for device in rebuilt] == [replace(device, device_id="") for device in served]
    assert [device.known for device in rebuilt] == [False, True, True]


def test_a_name_that_another_kind_of_browser_presents_is_not_the_one_that_was_given(tmp_path):
    memory = past()
    memory.learn(memory.see(event("2026-07-01T10:00:00Z", token=None)), level="low")
    other = memory.see(event("2026-07-05T10:00:00Z", token="c-1", agent=FIREFOX))
    assert (other.facts.device.seen, other.facts.device.known) == (False, False)
