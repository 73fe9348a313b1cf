"""Codes and proofs of before a Redis was another run of itself: what it may have forgotten as used is not good."""

from dataclasses import replace

import pytest

from ..line.conftest import house_in
from ..stores.redis_servers import Server, taken_into_use
from .conftest import ADMIN, bound_totp, challenged, code_of, proof_of, verify

PATH = "/v1/subjects/u-1/authenticators"
PERIOD = 30


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def house(tmp_path, server):
    url = taken_into_use(f"redis://{server.address}")

    def on_redis(settings):
        return replace(settings, store=url, store_connect_ms=5000, store_command_ms=5000)

    made = house_in(tmp_path, change=on_redis)
    made.wiring.tick()
    yield made
    made.wiring.stop()


def started_again(house, server):
    """Put another run of the server in the place of this one, as a replica that takes over is."""
    house.wait(5)
    house.wiring.tick()
    server.kill()
    server.start()


def test_a_code_whose_period_began_before_is_refused(house, server):
    made = bound_totp(house)
    challenge = challenged(house)
    started_again(house, server)
    house.wiring.tick()

    answer = verify(house, challenge, made["id"], code_of(house, made)).get_json()

    assert (answer["status"], answer["error"]) == ("pending", "replayed_code")


def test_until_it_was_noticed_nobody_is_let_in_by_a_code(house, server):
    made = bound_totp(house)
    challenge = challenged(house)
    started_again(house, server)

    assert verify(house, challenge, made["id"], code_of(house, made)).status_code == 503


def test_the_code_of_the_next_period_is_good(house, server):
    made = bound_totp(house)
    challenge = challenged(house)
    started_again(house, server)
    house.wiring.tick()
    house.wait(PERIOD)

    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["status"] == "passed"


def test_an_app_that_was_bound_since_then_is_good_at_once(house, server):
    started_again(house, server)
    house.wiring.tick()
    house.wait(1)

    made = house.post(PATH, {"type": "totp", "label": "phone", **ADMIN}).get_json()
    house.post(f"{PATH}/{made['id']}/confirm", {"code": code_of(house, made, steps=-1)})

    assert verify(house, challenged(house), made["id"], code_of(house, made)).get_json()["status"] == "passed"


def test_a_proof_that_was_signed_before_is_not_redeemed(house, server):
    proof = proof_of(house, bound_totp(house))
    started_again(house, server)
    house.wiring.tick()

    answer = house.post("/v1/assertions/redeem", {"assertion": proof})

    assert answer.status_code == 422
    assert "older than what the store remembers for sure" in answer.get_json()["detail"]
