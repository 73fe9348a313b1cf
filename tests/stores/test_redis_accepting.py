"""A Redis that was emptied or rolled back, beneath those who use it and before the next start."""

import pytest

from doorward.stores.redis import open_store

from .accepting import SECONDS, refused, serve
from .redis_servers import Dumped, taken_into_use
from .samples import KEYS, NOW, SUBJECT, TENANT, challenge, observation, record


@pytest.fixture
def server(tmp_path):
    server = Dumped(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def url(server):
    return taken_into_use(f"redis://{server.address}")


@pytest.fixture
def opening(url, tmp_path, closing):
    """Open the store as one more start on this machine does."""
    return lambda: closing(open_store(url, state_dir=tmp_path / "state", connect_seconds=5, command_seconds=5))


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.begin(KEYS, None, NOW),
        lambda store: store.begin(KEYS, observation(), NOW),
        lambda store: store.authenticators(TENANT, SUBJECT, NOW),
        lambda store: store.spend(TENANT, "jti-1", expires_at=NOW + 60, now=NOW),
        lambda store: store.is_spent(TENANT, "jti-1", NOW),
        lambda store: store.put_challenge(challenge(), NOW),
        lambda store: store.record(TENANT, record().id, NOW),
        lambda store: store.entries(TENANT, NOW),
        lambda store: store.key_by_digest(b"d" * 32),
        lambda store: store.sweep(NOW),
        lambda store: store.ping(),
        lambda store: store.look(),
    ],
)
def test_no_call_after_a_flush_is_answered(server, opening, call):
    store = opening()
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)
    server.ask("FLUSHALL")

    assert "empty" in refused(lambda: call(store)) or "accepted" in refused(lambda: call(store))


def test_an_emptied_store_is_given_no_name_by_those_who_use_it(server, opening):
    store = opening()
    serve(store)
    server.ask("FLUSHALL")

    refused(store.look)
    store.beat(NOW + 30)

    refused(opening().look)
    assert server.ask("KEYS", "dw:{e*") == []


def test_a_new_store_says_what_must_be_done(server, opening):
    server.ask("FLUSHALL")

    assert "doorward store accept" in refused(opening().look)


def test_a_store_that_was_rolled_back_is_refused_by_whoever_used_it(server, opening):
    store = opening()
    yesterday = server.dump()
    serve(store)

    server.roll_back(yesterday)

    assert "rolled back" in refused(lambda: store.begin(KEYS, None, NOW + 20))
    assert "rolled back" in refused(store.look)
    assert "rolled back" in refused(opening().look)


def test_a_moment_left_by_another_machine_does_not_hide_what_is_missing(server, url, opening, closing):
    store = opening()
    yesterday = server.dump()
    serve(store)
    server.roll_back(yesterday)
    stranger = closing(open_store(url))
    serve(stranger, (60, 61))

    assert "rolled back" in refused(lambda: store.begin(KEYS, None, NOW + 62))
    assert "rolled back" in refused(opening().look)


def test_what_a_server_may_lose_in_its_last_moments_is_no_reason_to_refuse(server, opening):
    store = opening()
    serve(store)
    moments_ago = server.dump()
    serve(store, (16, 20))

    server.roll_back(moments_ago)

    assert store.look().beat == NOW + SECONDS[-1]


def test_after_an_acceptance_everybody_goes_on(server, opening, url, closing):
    store, operator = opening(), closing(open_store(url))
    yesterday = server.dump()
    serve(store)
    server.roll_back(yesterday)
    refused(lambda: store.begin(KEYS, None, NOW))

    operator.accept(NOW + 20)

    assert "anew" in refused(lambda: store.begin(KEYS, None, NOW))
    store.look()
    assert store.begin(KEYS, None, NOW).profile is None
    assert store.epoch_info().accepted_at == NOW + 20


def test_a_dump_from_before_an_acceptance_is_refused(server, opening):
    store = opening()
    yesterday = server.dump()
    serve(store)
    store.accept(NOW + 20)

    server.roll_back(yesterday)

    assert "before it was last accepted" in refused(store.look)
