"""The ways to Redis: a user and a password, TLS, Sentinels; a database of its own."""

import pytest
import trustme

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import open_store

from .redis_servers import Sentinel, Server, TlsServer, free_port, start_cluster, taken_into_use
from .samples import KEYS, NOW, marks, observation


@pytest.fixture
def started():
    """Start servers that end with the test."""
    running = []

    def started(server):
        running.append(server)
        server.start()
        return server

    yield started
    for server in running:
        server.kill()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def tls(authority, tmp_path):
    """Options of a server that proves to be 127.0.0.1, and the file of the authority that says so."""
    proof = authority.issue_cert("127.0.0.1")
    key, chain, ca = (tmp_path / name for name in ("key.pem", "chain.pem", "ca.pem"))
    proof.private_key_pem.write_to_path(key)
    proof.cert_chain_pems[0].write_to_path(chain)
    authority.cert_pem.write_to_path(ca)
    files = ("--tls-cert-file", chain, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no")
    return tuple(map(str, files)), ca


def counts(store):
    """Answer whether the store counts an attempt."""
    return marks(store.begin(KEYS, observation(), NOW).subject_ring) == [22]


def test_a_wrong_password_is_unavailable_and_not_told(started, closing, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous")

    with pytest.raises(StoreUnavailable) as refused:
        closing(open_store(f"redis://doorward:wrong@{server.address}")).look()

    assert "wrong" not in str(refused.value)


def test_a_user_with_a_password_may_do_what_is_needed(started, closing, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous", "+info")

    store = closing(open_store(taken_into_use(f"redis://doorward:p%3A%40ss@{server.address}")))

    assert counts(store)
    assert store.warnings() == []
    assert store.sweep(NOW) == 0


def test_a_user_who_may_not_look_around_is_told_so(started, closing, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous")

    (warning,) = closing(open_store(taken_into_use(f"redis://doorward:p%3A%40ss@{server.address}"))).warnings()

    assert "+info" in warning


def test_a_database_by_its_number_is_one_of_its_own(started, closing, tmp_path):
    server = started(Server(tmp_path))
    first, second = (closing(open_store(taken_into_use(f"redis://{server.address}/{number}"))) for number in (0, 3))

    assert counts(first)
    assert counts(second)
    assert first.epoch_info().name != second.epoch_info().name


def test_tls_is_used_and_its_certificate_checked(started, closing, tmp_path, tls):
    options, ca = tls
    server = started(TlsServer(tmp_path / "redis", *options))
    url = f"rediss://127.0.0.1:{server.tls_port}"

    with pytest.raises(StoreUnavailable):
        closing(open_store(url, connect_seconds=5)).look()

    assert counts(closing(open_store(taken_into_use(f"{url}?ca={ca}"), connect_seconds=5)))


def test_a_certificate_of_another_name_is_refused(started, closing, tmp_path, tls):
    options, ca = tls
    server = started(TlsServer(tmp_path / "redis", *options))

    with pytest.raises(StoreUnavailable):
        closing(open_store(f"rediss://localhost:{server.tls_port}?ca={ca}", connect_seconds=5)).look()


def test_a_cluster_is_reached_over_tls(closing, tmp_path, tls):
    options, ca = tls
    servers = start_cluster(tmp_path / "cluster", *options, kind=TlsServer)
    try:
        url = taken_into_use(f"rediss+cluster://127.0.0.1:{servers[0].tls_port}?ca={ca}")
        store = closing(open_store(url, connect_seconds=5, command_seconds=5))

        assert counts(store)
        assert {port for _, port in store._exchange.topology.masters()} == {each.tls_port for each in servers}
    finally:
        for server in servers:
            server.kill()


def test_sentinels_tell_where_the_master_is(started, closing, tmp_path):
    server = started(Server(tmp_path / "master"))
    sentinel = started(Sentinel(tmp_path, server.port))

    store = closing(open_store(taken_into_use(f"redis+sentinel://127.0.0.1:1,{sentinel.address}/doorward")))

    assert counts(store)
    with pytest.raises(StoreUnavailable):
        closing(open_store(f"redis+sentinel://{sentinel.address}/another")).look()


def test_sentinels_are_reached_over_tls_with_a_password_of_their_own(started, closing, tmp_path, tls):
    options, ca = tls
    server = started(TlsServer(tmp_path / "master", *options))
    port = free_port()
    sentinel = started(
        Sentinel(tmp_path, server.tls_port, *options, "--tls-port", str(port), "--tls-replication", "yes")
    )
    sentinel.ask("ACL", "SETUSER", "watcher", "on", ">p&q", "+@all")
    sentinel.ask("ACL", "SETUSER", "default", "-@all", "+ping")
    url = f"rediss+sentinel://127.0.0.1:{port}/doorward?ca={ca}"

    with pytest.raises(StoreUnavailable):
        closing(open_store(url, connect_seconds=5)).look()

    known = f"{url}&sentinel_user=watcher&sentinel_password=p%26q"
    assert counts(closing(open_store(taken_into_use(known), connect_seconds=5)))
