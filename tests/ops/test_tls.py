"""The service's own port behind TLS, with and without certificates of those who connect; real ones, by trustme."""

import os
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from doorward.settings import SettingsError, load
from doorward.tls import TlsUnusable, check_tls, server_context

from .slow_sender import trickling

SERVICE = str(Path(__file__).with_name("small_service.py"))
Start = Callable[..., Any]


@dataclass
class Place:
    """Where the certificates lie, and who made them."""

    folder: Path
    ca: trustme.CA
    callers: trustme.CA

    def renew(self) -> None:
        """Put a fresh certificate and its key into the place of the old ones."""
        made = self.ca.issue_cert("127.0.0.1")
        made.private_key_pem.write_to_path(self.folder / "key.pem")
        made.cert_chain_pems[0].write_to_path(self.folder / "cert.pem")
        (self.folder / "key.pem").chmod(0o600)

    def settings(self, *, mutual: bool = True) -> dict[str, str]:
        names = {"TLS_CERT": "cert.pem", "TLS_KEY": "key.pem"} | ({"TLS_CLIENT_CA": "callers.pem"} if mutual else {})
        return {f"DOORWARD_{name}": str(self.folder / file) for name, file in names.items()}

    def client(self, issuer: trustme.CA | None = None) -> ssl.SSLContext:
        """Return a client that trusts the service, with a certificate of *issuer* if there is one."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        if issuer is not None:
            issuer.issue_cert("caller@example.org").configure_cert(context)
        return context


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, trustme.CA(), trustme.CA())
    made.callers.cert_pem.write_to_path(tmp_path / "callers.pem")
    made.renew()
    return made


@pytest.fixture
def mutual(start: Start, place: Place) -> tuple[Any, tuple[str, int]]:
    program = start(SERVICE, DOORWARD_WORKERS="1", **place.settings())
    return program, address_of(program)


def address_of(program: Any) -> tuple[str, int]:
    host, port = program.wait_for(r"up https://([0-9.]+):([0-9]+)").groups()
    return host, int(port)


def asked(address: tuple[str, int], client: ssl.SSLContext) -> tuple[bytes, bytes]:
    """Return the answer to a request, and the certificate of who gave it."""
    with (
        socket.create_connection(address, timeout=10) as plain,
        client.wrap_socket(plain, server_hostname=address[0]) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        certificate = connection.getpeercert(binary_form=True) or b""
        return connection.makefile("rb").read(), certificate


def test_who_has_no_certificate_or_another_authoritys_is_not_let_in(mutual, place):
    program, address = mutual

    for client in (place.client(), place.client(trustme.CA())):
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            asked(address, client)

    assert asked(address, place.client(place.callers))[0].startswith(b"HTTP/1.1 200 ")
    assert "Traceback" not in program.output


def test_plain_http_gets_no_answer_at_a_port_of_tls(mutual, place):
    program, address = mutual

    with socket.create_connection(address, timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = read_all(plain)

    assert b"HTTP/" not in answer
    assert asked(address, place.client(place.callers))[0].startswith(b"HTTP/1.1 200 ")
    assert "Traceback" not in program.output


def read_all(connection: socket.socket) -> bytes:
    try:
        return connection.makefile("rb").read()
    except ConnectionResetError:
        return b""


def test_who_falls_silent_in_a_handshake_or_in_a_request_keeps_nobody_waiting(start, place):
    program = start(
        SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="2", DOORWARD_MOST_WAIT_MS="60000", **place.settings()
    )
    address, client = address_of(program), place.client(place.callers)

    with socket.create_connection(address, timeout=10) as half, socket.create_connection(address, timeout=10) as plain:
        half.sendall(b"\x16")
        with client.wrap_socket(plain, server_hostname=address[0]) as begun:
            begun.sendall(b"GET / HTTP/1.1\r\nHo")
            answer = asked(address, client)[0]

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert "Traceback" not in program.output


def test_who_sends_a_byte_now_and_then_by_tls_keeps_nobody_waiting_for_long(start, place):
    program = start(
        SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="60000", **place.settings()
    )
    address, client = address_of(program), place.client(place.callers)

    with (
        socket.create_connection(address, timeout=10) as plain,
        client.wrap_socket(plain, server_hostname=address[0]) as slow,
        trickling(slow),
    ):
        answer = asked(address, client)[0]

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert "Traceback" not in program.output


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
def test_tls_before_1_2_is_refused(mutual, place):
    _, address = mutual
    old = place.client(place.callers)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        asked(address, old)


def test_a_hang_up_takes_up_a_renewed_certificate_and_keeps_the_old_one_where_that_is_broken(mutual, place, eventually):
    program, address = mutual
    client = place.client(place.callers)
    first = asked(address, client)[1]
    place.renew()
    whole = (place.folder / "cert.pem").read_bytes()
    (place.folder / "cert.pem").write_bytes(whole[:300])

    program.process.send_signal(signal.SIGHUP)
    program.wait_for("reload_refused")

    assert asked(address, client)[1] == first

    (place.folder / "cert.pem").write_bytes(whole)
    program.process.send_signal(signal.SIGHUP)

    assert eventually(lambda: asked(address, client)[1] == ssl.PEM_cert_to_DER_cert(whole.decode()))


def test_without_an_authority_of_callers_none_is_asked_for_a_certificate(start, place):
    program = start(SERVICE, DOORWARD_WORKERS="1", **place.settings(mutual=False))

    assert asked(address_of(program), place.client())[0].startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("left_out", ["DOORWARD_TLS_CERT", "DOORWARD_TLS_KEY"])
def test_a_certificate_and_its_key_go_together(place, left_out):
    environ = place.settings()
    del environ[left_out]

    with pytest.raises(SettingsError) as refused:
        load(environ)

    assert any(line.startswith(left_out) for line in refused.value.mistakes)


def test_what_is_no_key_of_the_certificate_is_told_by_its_file_alone(place):
    other = place.ca.issue_cert("elsewhere.example").private_key_pem
    other.write_to_path(place.folder / "key.pem")

    with pytest.raises(TlsUnusable, match="key values mismatch") as refused:
        server_context(load(place.settings()))

    assert other.bytes().decode().splitlines()[1] not in str(refused.value)


def test_a_key_behind_a_password_is_refused_and_nobody_is_asked_for_it(place):
    pem = (place.folder / "key.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    form = serialization.PrivateFormat.PKCS8
    sealed = key.private_bytes(serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"word"))
    (place.folder / "key.pem").write_bytes(sealed)

    with pytest.raises(TlsUnusable, match="asks for a password"):
        server_context(load(place.settings()))


def test_an_authority_that_is_none_is_refused(place):
    (place.folder / "callers.pem").write_text("nothing")

    with pytest.raises(TlsUnusable, match=r"callers\.pem"):
        server_context(load(place.settings()))


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_key_that_every_user_may_read_is_warned_of(place, mode, warned):
    os.chmod(place.folder / "key.pem", mode)

    with capture_logs() as lines:
        check_tls(load(place.settings()))

    assert ("tls_key_exposed" in [line["event"] for line in lines]) is warned


def test_granian_is_not_asked_to_speak_tls(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    (tmp_path / "key.pem").touch()

    with pytest.raises(SettingsError, match="granian is served behind a proxy"):
        load(
            {
                "DOORWARD_SERVER": "granian",
                "DOORWARD_TLS_CERT": str(tmp_path / "cert.pem"),
                "DOORWARD_TLS_KEY": str(tmp_path / "key.pem"),
            }
        )
