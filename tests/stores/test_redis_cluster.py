import time

import pytest
from redis.crc import key_slot

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import layout, open_store

from .contract import SharedStoreContract
from .redis_servers import start_cluster, taken_into_use
from .samples import HOUR, KEYS, NOW, TENANT, marks, observation


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    servers = start_cluster(tmp_path_factory.mktemp("cluster"))
    yield servers
    for server in servers:
        server.kill()


@pytest.fixture
def url(servers):
    for server in servers:
        server.ask("FLUSHALL")
    return taken_into_use("redis+cluster://" + ",".join(server.address for server in servers[:2]))


@pytest.fixture
def store(url):
    store = open_store(url, connect_seconds=5, command_seconds=5)
    yield store
    store.close()


class TestRedisCluster(SharedStoreContract):
    @pytest.fixture
    def reopen(self, url, closing):
        return lambda: closing(open_store(url, command_seconds=5))

    @pytest.fixture
    def opener(self, url):
        return "doorward.stores.redis:open_store", url


def owner_of(servers, slot):
    """Return the server that has *slot*, by its own word."""
    for server in servers:
        for first, last, (_, port, *_), *_ in slots(server):
            if first <= slot <= last:
                return next(each for each in servers if each.port == port)
    raise LookupError(slot)


def slots(server):
    return server.ask("CLUSTER", "SLOTS")


def move(servers, slot, target):
    """Give an empty *slot* to *target*, and tell everybody."""
    name = target.ask("CLUSTER", "MYID")
    for server in [target, *(each for each in servers if each is not target)]:
        server.ask("CLUSTER", "SETSLOT", slot, "NODE", name)


def test_everything_of_a_cluster_is_spread(servers, store):
    for number in range(40):
        store.begin(KEYS._replace(subject=b"subject-%d" % number), observation(), NOW)

    assert all(server.ask("DBSIZE") > 5 for server in servers)


def test_a_slot_that_moved_is_followed_and_counted_once(servers, store):
    slot = key_slot(layout.subject(TENANT, KEYS.subject, "ring"))
    store.begin(KEYS._replace(subject=b"another"), observation(), NOW)
    owner = owner_of(servers, slot)
    target = next(server for server in servers if server is not owner)

    move(servers, slot, target)
    try:
        snapshots = [store.begin(KEYS, observation(address_mark=mark), NOW) for mark in (1, 2)]
        assert owner_of(servers, slot) is target
    finally:
        target.ask("FLUSHALL")
        move(servers, slot, owner)

    assert [marks(snapshot.subject_ring) for snapshot in snapshots] == [[1], [1, 2]]
    assert len(marks(snapshots[1].address_ring)) == 3


def test_a_slot_on_its_way_is_asked_for_where_it_goes(servers, store):
    slot = key_slot(layout.spent(TENANT, "jti-1"))
    owner = owner_of(servers, slot)
    target = next(server for server in servers if server is not owner)
    names = {server: server.ask("CLUSTER", "MYID") for server in (owner, target)}

    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", names[owner])
    owner.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", names[target])
    try:
        spent = [store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW) for _ in range(2)]
    finally:
        target.ask("FLUSHALL")
        for server in (owner, target):
            server.ask("CLUSTER", "SETSLOT", slot, "STABLE")

    assert spent == [True, False]


def test_a_master_that_came_back_empty_is_not_taken_for_the_one_that_was(servers, store):
    store.rewrite_authenticators(TENANT, KEYS.subject, lambda _: b"sealed", NOW)
    owner = owner_of(servers, key_slot(layout.subject(TENANT, KEYS.subject, "authenticators")))
    owner.ask("FLUSHALL")
    owner.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            store.authenticators(TENANT, KEYS.subject, NOW)


def test_a_sweep_leaves_the_epoch(store):
    before = store.epoch_info().name

    store.sweep(NOW + 1000 * HOUR)

    assert store.epoch_info().name == before


def test_a_killed_master_is_unavailable_and_its_return_is_noticed(servers, store):
    store.begin(KEYS, observation(), NOW)
    slot = key_slot(layout.subject(TENANT, KEYS.subject, "ring"))
    victim = owner_of(servers, slot)
    victim.kill()
    waited = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.begin(KEYS, observation(), NOW)
        waited.append(time.monotonic() - began)

    victim.start()
    for server in servers:
        server.wait(lambda server=server: b"cluster_state:ok" in raw(server.ask("CLUSTER", "INFO")))

    assert max(waited) < 1
    assert marks(store.begin(KEYS, None, NOW).subject_ring)[0] == 22


def raw(told):
    return told if isinstance(told, bytes) else "".join(f"{name}:{value} " for name, value in told.items()).encode()
