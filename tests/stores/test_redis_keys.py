"""What stands in Redis: bounded in size and life, and nothing of it in clear."""

import math

import pytest
from redis.crc import key_slot

from doorward.core import ring
from doorward.core.errors import Unreadable
from doorward.ports import Changes, RecordQuery
from doorward.stores.redis import layout, open_store
from doorward.stores.redis.values import LEEWAY_SECONDS
from doorward.stores.redis.writes import RECORDS_OF_A_SUBJECT

from .contract_whole import fill
from .redis_servers import taken_into_use
from .samples import DAY, KEYS, NOW, SUBJECT, TENANT, api_key, challenge, observation, record, tally

# What has no end: the epoch, and what belongs to a tenant rather than to a sign-in.
FOR_GOOD = (b"dw:{e", b"dw:{t:", b"dw:{k", b"dw:{z:")


@pytest.fixture
def store(server, closing):
    server.ask("FLUSHALL")
    return closing(open_store(taken_into_use(f"redis://{server.address}")))


def keys(server):
    return server.ask("KEYS", "*")


def test_everything_that_ends_has_a_life_in_redis_too(server, store):
    fill(store)
    store.put_key(api_key())
    store.put_secret_if_absent(TENANT, "signing", b"sealed")
    store.add_tallies(TENANT, [tally()], NOW)
    store.sweep(NOW)
    store.ping()

    endless = [key for key in keys(server) if server.ask("TTL", key) < 0 and not key.startswith(FOR_GOOD)]

    assert len(keys(server)) > 15
    assert endless == []


def test_redis_forgets_only_after_the_end_that_was_told(server, store):
    store.begin(KEYS, observation(), NOW)

    (ring_key,) = server.ask("KEYS", "dw:{s:*:ring")
    assert ring.LIFE_SECONDS < server.ask("TTL", ring_key) <= ring.LIFE_SECONDS + LEEWAY_SECONDS


def test_a_life_that_has_no_bound_is_given_one(server, store):
    store.spend(TENANT, "jti-1", expires_at=1e300, now=NOW)

    assert 0 < server.ask("TTL", server.ask("KEYS", "dw:{j:*")[0]) < 21 * 366 * DAY


def test_a_long_name_makes_no_long_key(server, store):
    store.spend(TENANT, "j" * 10_000, expires_at=NOW + DAY, now=NOW)
    store.claim(b"k" * 10_000, b"f" * 10_000, expires_at=NOW + DAY, now=NOW)

    assert max(map(len, keys(server))) < 120
    assert not store.spend(TENANT, "j" * 10_000, expires_at=NOW + DAY, now=NOW)


@pytest.mark.parametrize("name", ["a}b{c", "a:b", "{}", "dec_1\0", "dec 1", "déc"])
def test_a_strange_name_is_a_name_like_any_other(store, name):
    store.commit(Changes(record=record(id=name, tenant=name)), NOW)

    assert store.record(name, name, NOW) == record(id=name, tenant=name)
    assert store.record(TENANT, name, NOW) is None


def test_names_that_would_read_alike_are_kept_apart(store):
    store.spend("a:b", "c", expires_at=NOW + DAY, now=NOW)

    assert store.spend("a", "b:c", expires_at=NOW + DAY, now=NOW)


def test_the_index_of_a_subject_is_bounded(server, store):
    for number in range(RECORDS_OF_A_SUBJECT + 3):
        store.commit(Changes(record=record(id=f"dec_{number}", at=NOW + number, body=b"")), NOW)

    (index,) = server.ask("KEYS", "dw:{s:*:records")
    assert server.ask("ZCARD", index) == RECORDS_OF_A_SUBJECT
    assert store.record(TENANT, "dec_0", NOW) is not None


def test_everything_of_a_subject_is_on_one_node(server, store):
    fill(store)

    slots = {key_slot(key) for key in keys(server) if key.startswith(b"dw:{s:")}

    assert len(slots) == 1


def test_what_was_given_to_be_hashed_is_not_kept(server, store):
    long_key = b"the caller's own key, which is longer than a hash"
    store.claim(long_key, b"fingerprint-in-clear", expires_at=NOW + DAY, now=NOW)
    store.begin(KEYS, observation(), NOW)
    store.commit(Changes(record=record()), NOW)

    dump = b"".join(file.read_bytes() for file in server.folder.rglob("appendonly.aof*"))

    assert b"familiar" in dump  # the rule's name: the dump is read as it is
    assert [each for each in (long_key, b"fingerprint-in-clear") if each in dump] == []


@pytest.mark.parametrize("changes", [{"expires_at": math.inf}, {"rule": "half a \ud800 character"}, {"rule": "Größe"}])
def test_what_json_can_hardly_say_is_read_as_it_was_written(store, changes):
    store.commit(Changes(record=record(**changes)), NOW)

    assert store.record(TENANT, "dec_1", NOW) == record(**changes)


def test_a_challenge_that_was_copied_under_the_key_of_another_is_unreadable(server, store):
    for name in ("chl_1", "chl_2"):
        store.put_challenge(challenge(id=name), NOW)
    one, other = (layout.challenge(TENANT, SUBJECT, name) for name in ("chl_1", "chl_2"))

    server.ask("COPY", one, other, "REPLACE")

    with pytest.raises(Unreadable):
        store.challenge(TENANT, "chl_2", NOW)
    with pytest.raises(Unreadable):
        store.rewrite_challenge(challenge(id="chl_2"), lambda held: held, NOW)


def test_a_record_that_was_copied_under_the_key_of_another_is_unreadable(server, store):
    for name in ("dec_1", "dec_2"):
        store.commit(Changes(record=record(id=name)), NOW)
    one, other = (layout.record(TENANT, SUBJECT, name) for name in ("dec_1", "dec_2"))

    server.ask("COPY", one, other, "REPLACE")

    with pytest.raises(Unreadable):
        store.record(TENANT, "dec_2", NOW)
    with pytest.raises(Unreadable):
        store.rewrite_record(TENANT, "dec_2", lambda body: body, NOW)
    with pytest.raises(Unreadable):
        store.records(RecordQuery(TENANT, subject=SUBJECT), NOW)
    with pytest.raises(Unreadable):
        store.beside_challenge(challenge(decision_id="dec_2"), "guesses", NOW)
