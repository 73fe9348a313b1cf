"""What can be used once counts only where a replica has it, and a server that took over is noticed before it counts."""

import signal
from contextlib import suppress
from dataclasses import replace

import pytest

from doorward.core.errors import SpendNotKept, Throttled
from doorward.core.keyed import KeyedHash
from doorward.core.quotas import Quotas, quota
from doorward.meter import NullMeter
from doorward.ports import Changes
from doorward.quotas import QuotaDesk
from doorward.services import Caller
from doorward.stores.redis import open_store

from .redis_servers import Replica, Server, taken_into_use
from .samples import HOUR, KEYS, NOW, SESSION, SUBJECT, TENANT, api_key, challenge, observation, proof, record

LATER = NOW + 60


def spend(store, name="jti-1"):
    return store.spend(TENANT, name, expires_at=NOW + HOUR, now=NOW)


def count(store):
    store.rewrite_note(TENANT, SUBJECT, "guesses", lambda body: (body or b"") + b"1", expires_at=LATER, now=NOW)


SPENDS = {
    "a proof redeemed": spend,
    "a proof in a decision": lambda store: store.commit(Changes(record=record(), spend="jti-1"), NOW),
    "a guess": count,
    "a challenge": lambda store: store.rewrite_challenge(challenge(), lambda row: replace(row, status="passed"), NOW),
    "an authenticator": lambda store: store.rewrite_authenticators(TENANT, SUBJECT, lambda body: b"step 2", NOW),
    "a browser revoked": lambda store: store.revoke_device(TENANT, "dev_1", NOW),
    "a signing key withdrawn": lambda store: store.rewrite_lasting_secret(TENANT, "signing", lambda _: b"key 2"),
    "an API key revoked": lambda store: store.revoke_key("key_1", NOW),
    "a session ended": lambda store: store.drop_proofs(TENANT, SESSION, NOW),
}


@pytest.fixture
def master(tmp_path):
    server = Server(tmp_path / "master")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def replica(master, tmp_path):
    server = Replica(tmp_path / "replica", master)
    server.start()
    yield server
    server.pause(signal.SIGCONT)
    server.kill()


@pytest.fixture
def opening(master, closing, tmp_path):
    taken_into_use(f"redis://{master.address}")

    def opening(server=master, *, replicas=1):
        url, waits = f"redis://{server.address}", {"connect_seconds": 5, "command_seconds": 2}
        return closing(open_store(url, replicas=replicas, **waits))

    return opening


@pytest.mark.parametrize("name", SPENDS)
def test_nothing_that_is_used_up_counts_before_a_replica_has_it(opening, replica, name):
    store = opening()
    store.put_challenge(challenge(), NOW)
    store.put_key(api_key())
    replica.pause(signal.SIGSTOP)

    with pytest.raises(SpendNotKept, match="0 of 1 replicas"):
        SPENDS[name](store)


def test_a_key_that_is_revoked_again_waits_again(opening, replica):
    store = opening()
    store.put_key(api_key())
    replica.pause(signal.SIGSTOP)

    for later in (1, 2):
        with pytest.raises(SpendNotKept):
            store.revoke_key("key_1", NOW + later)

    assert store.key_by_digest(api_key().digest).revoked_at == NOW + 1


def test_what_no_replica_has_is_spent_all_the_same(opening, replica):
    store = opening()
    replica.pause(signal.SIGSTOP)
    with pytest.raises(SpendNotKept):
        spend(store)
    replica.pause(signal.SIGCONT)

    assert not spend(store)


def test_a_decision_writes_nothing_that_rests_on_a_proof_that_is_not_kept(opening, replica):
    store = opening()
    replica.pause(signal.SIGSTOP)

    with pytest.raises(SpendNotKept):
        store.commit(Changes(record=record(), spend="jti-1"), NOW)

    assert store.record(TENANT, record().id, NOW) is None


def test_a_spend_that_a_replica_has_counts(opening, replica):
    store = opening()

    assert spend(store)
    assert replica.ask("DBSIZE") >= 2


def test_a_script_that_the_server_did_not_know_is_waited_for_too(opening, master, replica):
    store = opening()
    spend(store)
    replica.pause(signal.SIGSTOP)
    master.ask("SCRIPT", "FLUSH")

    with pytest.raises(SpendNotKept):
        spend(store, "jti-2")


def test_decisions_wait_for_no_replica(opening):
    store = opening()

    store.begin(KEYS, observation(), NOW)
    store.commit(Changes(record=record()), NOW)
    store.put_proof(TENANT, SESSION, proof(), expires_at=LATER, now=NOW)

    assert store.record(TENANT, record().id, NOW)


def test_what_may_be_lost_waits_for_no_replica(opening):
    store = opening()

    store.rewrite_losable_note(TENANT, SUBJECT, "quota", lambda _: b"1", expires_at=LATER, now=NOW)

    assert store.note(TENANT, SUBJECT, "quota", NOW) == b"1"


def test_a_quota_holds_where_the_replica_that_is_asked_for_is_missing(opening):
    desk = QuotaDesk(opening(), KeyedHash(b"s" * 32), lambda _: Quotas(key=quota(8)), NullMeter())
    caller, let_in = Caller(TENANT, "key_1", frozenset()), 0

    for _ in range(40):
        with suppress(Throttled):
            desk.count(caller, NOW)
            let_in += 1

    assert let_in == 8


def test_fewer_replicas_than_are_asked_for_are_told_of(opening, replica):
    (warning,) = opening(replicas=2).warnings()

    assert "1 of the 2 replicas" in warning


def test_nothing_counts_on_a_server_that_took_over_until_that_was_noticed(opening, master, replica):
    before = opening()
    before.look()
    before.beat(NOW + 1)
    spend(before)
    master.kill()
    replica.take_over()

    with pytest.raises(SpendNotKept, match="taken over"):
        spend(opening(replica, replicas=0), "jti-2")


def test_codes_of_before_a_take_over_are_those_of_before_it_was_noticed(opening, master, replica):
    before = opening()
    before.look()
    before.beat(NOW + 1)
    spend(before)
    master.kill()
    replica.take_over()
    store = opening(replica, replicas=0)

    store.look()
    store.beat(NOW + 5)

    assert spend(store, "jti-2")
    assert (before.epoch_info().codes_from, store.epoch_info().codes_from) == (NOW, NOW + 5)


def test_a_server_that_was_started_again_is_noticed_like_another(opening, master):
    store = opening(replicas=0)
    store.look()
    store.beat(NOW + 1)
    master.kill()
    master.start()
    with pytest.raises(SpendNotKept):
        spend(store)
    store.look()
    store.beat(NOW + 2)

    assert spend(store, "jti-2")
    assert store.epoch_info().codes_from == NOW + 2


def test_whoever_learns_of_a_take_over_from_the_store_refuses_the_same_codes(opening, master):
    first, second = opening(replicas=0), opening(replicas=0)
    for store in (first, second):
        store.look()
    first.beat(NOW + 1)
    spend(second)
    master.kill()
    master.start()
    first.look()
    first.beat(NOW + 2)

    assert spend(second, "jti-2")
    assert second.epoch_info().codes_from == NOW + 2


def test_a_user_who_may_not_see_the_server_spends_all_the_same(opening, master, replica, closing):
    master.ask("ACL", "SETUSER", "doorward", "on", ">pass", "~dw:*", "+@all", "-@dangerous")
    opening()
    store = closing(open_store(f"redis://doorward:pass@{master.address}", replicas=1, command_seconds=2))
    store.look()
    store.beat(NOW + 1)

    assert spend(store)
