"""A change begins with what the thread last saw; what is there by then decides, and no guess refuses anything."""

import threading

import pytest

from doorward.core.errors import Conflict
from doorward.ports import Changes
from doorward.stores.redis.seen import MOST_KEYS, LastSeen

from .samples import DAY, KEYS, NOW, SUBJECT, TENANT, challenge, device, observation, record


def put(store, value):
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: value, NOW)


def test_what_another_machine_wrote_meanwhile_is_what_is_changed(stores):
    ours, theirs = stores
    put(ours, b"first")
    put(theirs, b"second")
    seen = []

    ours.rewrite_authenticators(TENANT, SUBJECT, lambda held: seen.append(held) or held + b", changed", NOW)

    assert seen == [b"first", b"second"]
    assert theirs.authenticators(TENANT, SUBJECT, NOW) == b"second, changed"


def test_nothing_is_refused_for_what_was_there_before(stores):
    ours, theirs = stores
    put(ours, b"disabled")
    put(theirs, b"active")

    def change(held):
        if held == b"disabled":
            raise Conflict("not now")
        return b"used"

    ours.rewrite_authenticators(TENANT, SUBJECT, change, NOW)

    assert ours.authenticators(TENANT, SUBJECT, NOW) == b"used"


def test_what_is_refused_for_what_is_there_changes_nothing(stores):
    ours, theirs = stores
    put(ours, b"active")
    put(theirs, b"disabled")

    def change(held):
        if held == b"disabled":
            raise Conflict("not now")
        return b"used"

    with pytest.raises(Conflict):
        ours.rewrite_authenticators(TENANT, SUBJECT, change, NOW)

    assert ours.authenticators(TENANT, SUBJECT, NOW) == b"disabled"


def test_what_was_deleted_meanwhile_is_not_brought_back(stores):
    ours, theirs = stores
    put(ours, b"first")
    put(theirs, None)
    seen = []

    ours.rewrite_authenticators(TENANT, SUBJECT, lambda held: seen.append(held) or held, NOW)

    assert seen == [b"first", None]
    assert theirs.authenticators(TENANT, SUBJECT, NOW) is None


def test_a_change_of_what_was_just_written_is_one_trip(stores, server):
    ours = stores[0]
    put(ours, b"first")
    server.ask("CONFIG", "RESETSTAT")

    put(ours, b"second")

    assert scripts(server) == 1


def test_one_server_counts_with_one_script_and_writes_with_another(stores, server):
    ours = stores[0]
    changes = Changes(
        record=record(),
        profile_key=(TENANT, SUBJECT),
        rewrite_profile=lambda held: (held or b"") + b"seen.",
        profile_expires_at=NOW + DAY,
        device=(TENANT, device()),
        challenge=challenge(),
    )
    ours.begin(KEYS, observation(), NOW)
    ours.commit(changes, NOW)
    server.ask("CONFIG", "RESETSTAT")

    ours.begin(KEYS, observation(), NOW)
    assert scripts(server) == 1

    ours.commit(changes._replace(spend="jti-1"), NOW)
    assert scripts(server) == 2


def scripts(server):
    """Return how many scripts *server* has run."""
    calls = {name: told["calls"] for name, told in server.ask("INFO", "commandstats").items()}
    return calls["cmdstat_evalsha"]


def test_only_a_few_values_are_held_and_each_thread_has_its_own():
    seen = LastSeen()
    for number in range(MOST_KEYS + 3):
        seen.put(b"%d" % number, b"x")
    others = []
    thread = threading.Thread(target=lambda: others.append(seen.get(b"5")))
    thread.start()
    thread.join()

    assert [seen.get(b"%d" % number) for number in (0, 2, 3, 14)] == [None, None, b"x", b"x"]
    assert others == [None]
