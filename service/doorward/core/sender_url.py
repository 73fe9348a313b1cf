"""Who carries messages, as one URL whose scheme picks the sender; no message repeats it, for it may hold a password."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

SMTP, SMTPS, CONSOLE = "smtp", "smtps", "console"
WEBHOOK, FORM = "webhook", "form"

_PORTS = {SMTP: 587, SMTPS: 465}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\Z|[0-9A-Fa-f:.]{2,45}\Z")
_FROM = re.compile(r"\+[1-9][0-9]{6,14}\Z|[A-Za-z0-9 ]{1,11}\Z")

EXPECTED: Mapping[str, str] = {
    SMTP: "smtp://[user:password@]host[:port] (STARTTLS; ?tls=none, ?ca=file)",
    SMTPS: "smtps://[user:password@]host[:port] (?ca=file)",
    WEBHOOK: "webhook+https://host/path (?ca=file)",
    FORM: "form+https://user:password@host/path?from=+15550001111 (&ca=file)",
    CONSOLE: "console:",
}


@dataclass(frozen=True, slots=True)
class SenderUrl:
    """How to reach whoever carries messages. *target* is where a web-hook or form goes, *sender* the form's `From`."""

    kind: str
    host: str = ""
    port: int = 0
    target: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca: str = ""
    encrypted: bool = True
    sender: str = ""


def sender_url(*kinds: str) -> Callable[[str], SenderUrl]:
    """Return a reader of URLs of *kinds*; it raises ValueError that says what was expected."""
    expected = "expected " + " or ".join(EXPECTED[kind] for kind in kinds)

    def read(text: str) -> SenderUrl:
        try:
            found = _read(text)
        except ValueError as wrong:
            raise ValueError(f"{expected}; {wrong}" if str(wrong) else expected) from None
        if found.kind not in kinds:
            raise ValueError(expected)
        return found

    return read


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(text: str) -> SenderUrl:
    if text in (f"{CONSOLE}:", f"{CONSOLE}://"):
        return SenderUrl(CONSOLE)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it holds what no URL holds")
    parts, host, port = _split(text)
    if parts.scheme in _PORTS:
        return _smtp(parts, host, port)
    kind, _, scheme = parts.scheme.partition("+")
    if kind not in (WEBHOOK, FORM) or scheme not in ("http", "https"):
        raise ValueError
    if scheme == "http" and not is_loopback(host):
        raise ValueError("http goes to a loopback address alone")
    return _http(kind, scheme, parts, host, port)


def _split(text: str) -> tuple[SplitResult, str, int | None]:
    """Return the parts of a URL; urlsplit's own errors repeat what they found wrong."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("the host or the port is none") from None
    if not _HOST.match(host) or port == 0 or parts.fragment:
        raise ValueError("the host or the port is none")
    return parts, host, port


def _smtp(parts: SplitResult, host: str, port: int | None) -> SenderUrl:
    query = _query(parts, "tls", "ca")
    encrypted = "tls" not in query
    if not encrypted and (query["tls"] != "none" or parts.scheme == SMTPS):
        raise ValueError("tls=none is all that can be said of TLS, and of smtp:// alone")
    user, password = _login(parts)
    if user and not encrypted and not is_loopback(host):
        raise ValueError("a password goes in clear to a loopback address alone")
    if parts.path not in ("", "/") or bool(user) != bool(password):
        raise ValueError
    return SenderUrl(
        parts.scheme,
        host,
        port or _PORTS[parts.scheme],
        user=user,
        password=password,
        ca=query.get("ca", ""),
        encrypted=encrypted,
    )


def _http(kind: str, scheme: str, parts: SplitResult, host: str, port: int | None) -> SenderUrl:
    user, password = _login(parts)
    query = _query(parts, *(("ca", "from") if kind == FORM else ("ca",)))
    if kind == FORM and not (user and password and _FROM.match(query.get("from", ""))):
        raise ValueError("user, password and from are needed")
    if kind == WEBHOOK and (user or password):
        raise ValueError("a web-hook is signed and takes no password")
    shown = f"[{host}]" if ":" in host else host
    target = f"{scheme}://{shown}{f':{port}' if port else ''}{parts.path or '/'}"
    return SenderUrl(
        kind,
        host,
        port or (443 if scheme == "https" else 80),
        target=target,
        user=user,
        password=password,
        ca=query.get("ca", ""),
        encrypted=scheme == "https",
        sender=query.get("from", ""),
    )


def _login(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def _query(parts: SplitResult, *names: str) -> dict[str, str]:
    """Return what stands behind the `?`; a plus sign is one, for a number begins with it."""
    pairs = [part.partition("=") for part in parts.query.split("&") if part]
    found = {name: unquote(value) for name, _, value in pairs}
    if len(found) != len(pairs) or not set(found) <= set(names) or not all(found.values()):
        raise ValueError(f"behind the ? only {' and '.join(names)} may stand, each once")
    return found
