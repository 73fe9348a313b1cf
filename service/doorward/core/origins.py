"""Web origins and RP ids: who may answer for whom, and where a person may be sent.

Everything is compared as a browser writes it: lower case, ASCII, without a port that goes without saying.
"""

import re
from collections.abc import Iterable

MAX_URL = 2048

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_BASE = re.compile(rf"(https?)://({_HOST})(?::([1-9][0-9]{{0,4}}))?(?=[/?#]|\Z)", re.ASCII)
_RP_ID = re.compile(rf"{_HOST}\Z", re.ASCII)
# A backslash reads as a slash in a browser; blanks and what is not ASCII are written otherwise in a URL.
_PLAIN = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]*\Z", re.ASCII)
_DOTS = re.compile(r"(?:\A|/)(?:\.|%2e){1,2}(?:/|\Z)", re.ASCII | re.IGNORECASE)
_IMPLIED_PORTS = {"http": 80, "https": 443}
LOCALHOST = "localhost"


def is_origin(text: str) -> bool:
    """Answer whether *text* is a secure origin: `https`, or `http` on localhost, and nothing behind the port."""
    return text != "" and origin_of(text) == text


def origin_of(url: str) -> str:
    """Return the secure origin of *url*, empty where it has none that can be relied on."""
    match = _BASE.match(url) if len(url) <= MAX_URL else None
    if match is None or len(match[2]) > 253:
        return ""
    scheme, host, port = match[1], match[2], int(match[3] or 0)
    if port > 65535 or port == _IMPLIED_PORTS[scheme] or (scheme == "http" and host != LOCALHOST):
        return ""
    return match[0]


def is_rp_id(text: str) -> bool:
    """Answer whether *text* can be an RP id: a domain of at least two parts, or localhost; an address is none."""
    if text == LOCALHOST:
        return True
    return len(text) <= 253 and bool(_RP_ID.match(text)) and "." in text and not text.rpartition(".")[2].isdigit()


def covers(rp_id: str, origin: str) -> bool:
    """Answer whether a page of *origin* may use passkeys of *rp_id*: its own host, or a domain above it."""
    match = _BASE.match(origin)
    return match is not None and (match[2] == rp_id or match[2].endswith(f".{rp_id}"))


def is_local(origin: str) -> bool:
    """Answer whether *origin* is localhost, with any port."""
    return is_origin(origin) and covers(LOCALHOST, origin)


def is_plain_url(url: str) -> bool:
    """Answer whether *url* is one that every reader takes apart alike: a secure origin, and a path without dots."""
    origin = origin_of(url)
    rest = url[len(origin) :]
    return bool(origin) and bool(_PLAIN.match(rest)) and not _DOTS.search(path_of(url))


def path_of(url: str) -> str:
    """Return the path of *url*, without query and fragment."""
    return re.split(r"[?#]", url[len(origin_of(url)) :], maxsplit=1)[0]


def is_within(url: str, allowed: Iterable[str]) -> bool:
    """Answer whether *url* lies under one of *allowed*: the same origin, and its path or one below that."""
    return is_plain_url(url) and any(_is_under(url, each) for each in allowed)


def _is_under(url: str, allowed: str) -> bool:
    if origin_of(url) != origin_of(allowed):
        return False
    path, above = path_of(url).rstrip("/"), path_of(allowed).rstrip("/")
    return path == above or path.startswith(f"{above}/")
