"""Mail servers on loopback, with certificates that a test's own authority has signed."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "door", "a-password-of-mail"

LATE_SECONDS = 1.5

# A server that takes a login outside of STARTTLS: in clear, or over TLS from the first byte.
NO_STARTTLS = {"tls_context": None, "require_starttls": False, "auth_required": False, "auth_require_tls": False}


def authority_in(folder: Path) -> SimpleNamespace:
    """Return an authority: *ca* is its file, and *server* a context with a certificate for 127.0.0.1 alone."""
    made = trustme.CA()
    file = folder / "ca.pem"
    made.cert_pem.write_to_path(file)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.issue_cert("127.0.0.1").configure_cert(server)
    return SimpleNamespace(ca=str(file), server=server)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Mailbox:
    """Takes mail on *port*; *answer* is what it says to a recipient, in place of taking it.

    It answers late to the command that *slow* names, and *verdict* to a mail that it was given.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[Any] = []
        self.encrypted: list[bool] = []
        self.answer = ""
        self.slow = ""
        self.verdict = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        await self._wait("RCPT")
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope)
        self.encrypted.append(session.ssl is not None)
        await self._wait("DATA")
        return self.verdict

    async def _wait(self, command: str) -> None:
        if self.slow == command:
            await asyncio.sleep(LATE_SECONDS)


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@contextlib.contextmanager
def mail_servers(authority: SimpleNamespace) -> Iterator[Callable[..., Mailbox]]:
    """Start mail servers, each with a mailbox: without a word it demands STARTTLS and a login."""
    running: list[Controller] = []

    def start(**changed: Any) -> Mailbox:
        box = Mailbox(free_port())
        demanded = {"tls_context": authority.server, "require_starttls": True, "auth_required": True} | changed
        controller = Controller(box, hostname="127.0.0.1", port=box.port, authenticator=_login, **demanded)
        controller.start()
        running.append(controller)
        return box

    yield start
    for controller in running:
        controller.stop()
