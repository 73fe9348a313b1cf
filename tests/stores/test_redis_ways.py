"""The ways to Redis: a user and a password, TLS, Sentinels; a database of its own."""

import datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import open_store

from .redis_servers import Server, free_port
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


def certificate(folder):
    """Write a key and a certificate of 127.0.0.1, signed by itself, and return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis of a test")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


def counts(store):
    """Answer whether the store counts an attempt."""
    return marks(store.begin(KEYS, observation(), NOW).subject_ring) == [22]


def test_a_wrong_password_is_unavailable_and_not_told(started, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous")

    with pytest.raises(StoreUnavailable) as refused:
        open_store(f"redis://doorward:wrong@{server.address}")

    assert "wrong" not in str(refused.value)


def test_a_user_with_a_password_may_do_what_is_needed(started, closing, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous", "+info")

    store = closing(open_store(f"redis://doorward:p%3A%40ss@{server.address}"))

    assert counts(store)
    assert store.warnings() == []
    assert store.sweep(NOW) == 0


def test_a_user_who_may_not_look_around_is_told_so(started, closing, tmp_path):
    server = started(Server(tmp_path))
    server.ask("ACL", "SETUSER", "doorward", "on", ">p:@ss", "~dw:*", "+@all", "-@dangerous")

    (warning,) = closing(open_store(f"redis://doorward:p%3A%40ss@{server.address}")).warnings()

    assert "+info" in warning


def test_a_database_by_its_number_is_one_of_its_own(started, closing, tmp_path):
    server = started(Server(tmp_path))
    first, second = (closing(open_store(f"redis://{server.address}/{number}")) for number in (0, 3))

    assert counts(first)
    assert counts(second)
    assert first.epoch() != second.epoch()


def test_tls_is_used_and_its_certificate_checked(started, closing, tmp_path):
    key, ca = certificate(tmp_path)
    port = free_port()
    tls = ("--tls-port", str(port), "--tls-cert-file", str(key.with_name(ca.name)), "--tls-key-file", str(key))
    started(Server(tmp_path / "redis", *tls, "--tls-ca-cert-file", str(ca), "--tls-auth-clients", "no"))

    with pytest.raises(StoreUnavailable):
        open_store(f"rediss://127.0.0.1:{port}", connect_seconds=5)

    assert counts(closing(open_store(f"rediss://127.0.0.1:{port}?ca={ca}", connect_seconds=5)))


def test_sentinels_tell_where_the_master_is(started, closing, tmp_path):
    server = started(Server(tmp_path / "master"))
    conf = tmp_path / "sentinel.conf"
    conf.write_text(f"sentinel monitor doorward 127.0.0.1 {server.port} 1\n")
    sentinel = started(Sentinel(tmp_path / "sentinel", conf))

    store = closing(open_store(f"redis+sentinel://127.0.0.1:1,{sentinel.address}/doorward"))

    assert counts(store)
    with pytest.raises(StoreUnavailable):
        open_store(f"redis+sentinel://{sentinel.address}/another")


class Sentinel(Server):
    def __init__(self, folder, conf):
        super().__init__(folder)
        self.conf = conf

    def command(self, found):
        plain = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [found, str(self.conf), "--sentinel", *plain]
