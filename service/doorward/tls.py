"""TLS on the service's own port: what the settings name, loaded once a worker, so that a hang-up takes up a renewal."""

import ssl
import stat

import structlog

from doorward.core.errors import DoorwardError
from doorward.settings import Settings

# For the next bytes of whoever has begun something. Without that bound, a few who fall silent would hold every thread.
SLOWEST_READ_SECONDS = 3
# For a whole request, which is 64 KiB at most.
LONGEST_ARRIVAL_SECONDS = 6

log = structlog.get_logger()


class ImpatientSocket(ssl.SSLSocket):
    """A connection that waits SLOWEST_READ_SECONDS for a handshake, or for the next bytes, where it is to wait.

    The kernel's own bound on a socket does not help here: Python's TLS tries again for ever.
    """

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(SLOWEST_READ_SECONDS)
        super().do_handshake(block)

    def setblocking(self, flag: bool) -> None:
        self.settimeout(SLOWEST_READ_SECONDS if flag else 0.0)


class TlsUnusable(DoorwardError):
    """A certificate, a key or an authority that the settings name cannot be used."""


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """Return what connections are accepted by, or None for plain HTTP; TlsUnusable names the file that is wrong.

    Without a certificate of an authority in DOORWARD_TLS_CLIENT_CA, where that is set, no handshake succeeds.
    """
    if settings.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = ImpatientSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # What a client begins anew within a connection costs the server more than the client.
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=_no_password)
    except (OSError, ValueError) as wrong:
        raise TlsUnusable(
            f"'{settings.tls_cert}' and '{settings.tls_key}' are no certificate with its key: {_reason(wrong)}"
        ) from None
    if settings.tls_client_ca is not None:
        try:
            context.load_verify_locations(settings.tls_client_ca)
        except (OSError, ValueError) as wrong:
            raise TlsUnusable(f"'{settings.tls_client_ca}' holds no certificate authority: {_reason(wrong)}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_password() -> str:
    """Refuse a key that is sealed with a password: OpenSSL would ask for it at a terminal that is not there."""
    raise ValueError("the key asks for a password; nobody is there to type one")


def _reason(wrong: OSError | ValueError) -> str:
    """Return what is wrong in a few words; OpenSSL's own text names lines of its source."""
    if isinstance(wrong, ssl.SSLError):
        return (wrong.reason or "it is not PEM").replace("_", " ").lower()
    return getattr(wrong, "strerror", None) or str(wrong)


def check_tls(settings: Settings) -> None:
    """Raise TlsUnusable for what no worker could start with, and warn of a key that every user may read."""
    server_context(settings)
    key = settings.tls_key
    # Its group may: that is how a volume of secrets reaches a container that is not root.
    if key is not None and stat.S_IMODE(key.stat().st_mode) & stat.S_IRWXO:
        log.warning("tls_key_exposed", file=str(key), reason="every user of the machine may read or change it")
