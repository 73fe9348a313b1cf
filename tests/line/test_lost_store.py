"""Redis emptied or rolled back under a service with enrolled people: nobody reads as not enrolled."""

import pytest

from doorward.core.errors import StoreNotAccepted
from doorward.stores.redis import open_store

from ..stores.redis_servers import Dumped
from .conftest import NEW_YORK, NOW, TOR, enrolled, house_in

DAY = 86_400.0


@pytest.fixture
def server(tmp_path):
    server = Dumped(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def opening(server, tmp_path):
    """Open the store of this machine."""
    url = f"redis://{server.address}"
    return lambda: open_store(url, state_dir=tmp_path, connect_seconds=5, command_seconds=5)


@pytest.fixture
def house(opening, tmp_path):
    """A house in which u-1 has signed in before and is enrolled."""
    store = opening()
    store.accept(NOW)
    made = house_in(tmp_path, store=store)
    enrolled(made)
    made.decide()
    yield made
    made.wiring.stop()


@pytest.fixture
def yesterday(house, server):
    """A dump from before the house was served for a while, and had another person enrolled."""
    dump = server.dump()
    house.now[0] += DAY
    for _ in range(6):
        house.now[0] += 3
        house.wiring.store_watch.look(house.now[0])
    enrolled(house, "u-2")
    house.decide("u-2")  # and the API key was checked a moment ago
    return dump


def assert_nobody_is_unenrolled(house):
    for subject in ("u-1", "u-2"):
        for ip in (NEW_YORK, TOR):
            decision = house.decide(subject, ip=ip)
            assert decision["degraded"] == ["history"]
            assert decision["outcome"] in ("challenge", "deny")
            assert decision["challenge"] is None
            assert decision["device"] is None


def store_state(house):
    answer = house.get("/readyz")
    return answer.status_code, answer.get_json()["store"]


def test_a_flush_under_the_service_unenrols_nobody(house, server):
    server.ask("FLUSHALL")

    assert_nobody_is_unenrolled(house)


def test_a_roll_back_under_the_service_unenrols_nobody(house, server, yesterday):
    server.roll_back(yesterday)

    assert_nobody_is_unenrolled(house)


def test_readiness_tells_that_the_store_was_rolled_back(house, server, yesterday):
    server.roll_back(yesterday)

    status, told = store_state(house)

    assert status == 503
    assert (told["reachable"], told["accepted"]) == (True, False)
    assert "rolled back" in told["reason"]


def test_a_store_that_does_not_answer_is_neither_accepted_nor_not(house, server):
    server.kill()

    status, told = store_state(house)

    assert status == 503
    assert (told["reachable"], told["accepted"]) == (False, None)


def test_everything_else_is_refused_with_the_reason(house, server):
    decision = house.decide()
    server.ask("FLUSHALL")

    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed"})

    assert answer.status_code == 503
    assert "empty" in answer.get_json()["detail"]


def test_a_spent_proof_is_not_fresh_again(house, server, yesterday):
    store = house.wiring.store
    store.spend("default", "jti-1", expires_at=house.now[0] + DAY, now=house.now[0])
    server.roll_back(yesterday)

    with pytest.raises(StoreNotAccepted):
        store.spend("default", "jti-1", expires_at=house.now[0] + DAY, now=house.now[0])


def test_after_an_acceptance_answers_are_full_again_without_a_restart(house, server, yesterday, opening):
    server.roll_back(yesterday)
    assert house.decide()["degraded"] == ["history"]
    operator = opening()
    operator.accept(house.now[0])
    operator.close()

    house.wiring.store_watch.look(house.now[0])

    assert house.decide()["degraded"] == []
    assert store_state(house)[0] == 200
    assert house.wiring.store.epoch_info().accepted_at == house.now[0]


def test_a_fresh_start_on_a_rolled_back_store_is_refused_too(house, server, yesterday, opening, tmp_path):
    server.roll_back(yesterday)
    again = house_of_another_start(tmp_path, opening())

    assert store_state(again)[0] == 503
    assert again.post("/v1/decisions", {}).status_code == 503


def house_of_another_start(folder, store):
    made = house_in(folder, store=store, key="of-no-use")
    made.now[0] += 2 * DAY
    return made
