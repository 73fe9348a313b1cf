"""How the text of a setting is read: each parser returns the value or raises ValueError that says what was expected.

No message repeats the text of a secret.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from doorward.core.store_url import EXPECTED, SQLITE, is_redis, redis_url
from doorward.sealing import load_keys

Parser = Callable[[str], Any]

SECRET_BYTES = 32
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}\Z")


class Bind(NamedTuple):
    """Where to listen; the text form puts an IPv6 address into brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def bind(text: str) -> Bind:
    host, separator, port = text.rpartition(":")
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    bare_ipv6 = ":" in host and inner == host
    if not separator or not _HOST.match(inner) or bare_ipv6 or not port.isascii() or not port.isdigit():
        raise ValueError(f"expected host:port, such as 127.0.0.1:8080 or [::1]:8080, got '{text}'")
    if int(port) > 65535:
        raise ValueError(f"expected a port from 0 to 65535, got '{port}'")
    return Bind(inner, int(port))


def optional_bind(text: str) -> Bind | None:
    return bind(text) if text else None


def whole_number(least: int, most: int) -> Parser:
    """Return a parser of whole numbers from *least* to *most*."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
        if number is None or not least <= number <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, got '{text}'")
        return number

    return parse


def choice(*words: str) -> Parser:
    """Return a parser of one of *words*."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected one of {', '.join(words)}, got '{text}'")
        return text

    return parse


def on_with_extra(extra: str, module: str) -> Parser:
    """Return a parser of `off` and `on`; `on` needs *module*, which the package's *extra* brings."""
    either = choice("off", "on")

    def parse(text: str) -> str:
        if either(text) == "on" and not _is_installed(module):
            raise ValueError(f"'on' needs what is not installed: pip install 'doorward[{extra}]'")
        return text

    return parse


def pinning(text: str) -> str:
    """Parse `auto`, `on` and `off`; `on` needs a system that lets a process choose its cores."""
    if choice("auto", "on", "off")(text) == "on" and not hasattr(os, "sched_setaffinity"):
        raise ValueError("'on' needs what this system has not: processes that choose their cores")
    return text


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def text(least: int, most: int) -> Parser:
    """Return a parser of printable text of *least* to *most* characters."""

    def parse(given: str) -> str:
        if not (least <= len(given) <= most and given.isprintable()):
            raise ValueError(f"expected {least} to {most} printable characters")
        return given

    return parse


def path(text: str) -> Path:
    if not text:
        raise ValueError("expected a path, got nothing")
    return Path(text).expanduser()


def existing_directory(text: str) -> Path:
    found = path(text)
    if not found.is_dir():
        raise ValueError(f"there is no folder '{text}'")
    return found


def existing_file(text: str) -> Path:
    found = path(text)
    if not found.is_file():
        raise ValueError(f"there is no file '{text}'")
    return found


def optional_file(text: str) -> Path | None:
    return existing_file(text) if text else None


def existing_paths(text: str) -> tuple[Path, ...]:
    """Read paths that are separated by commas; an empty text means none."""
    found = tuple(path(part.strip()) for part in text.split(",") if part.strip())
    missing = [str(each) for each in found if not each.exists()]
    if missing:
        raise ValueError(f"there is no '{', '.join(missing)}'")
    return found


def store_url(text: str) -> str:
    if is_redis(text):
        redis_url(text)
    elif not text.startswith(SQLITE) or text == SQLITE:
        raise ValueError(EXPECTED)
    return text


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"there is no time zone '{text}'; expected an IANA name such as Europe/Berlin") from None
    return text


def hashing_secret(text: str) -> bytes:
    secret = _base64(text)
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"expected at least {SECRET_BYTES} bytes in base64, got {len(secret)}")
    return secret


def key_list(text: str) -> str:
    """Check the sealing keys; the text itself is kept, as `sealing.load_keys` reads it once more."""
    load_keys(text)
    return text


def _base64(text: str) -> bytes:
    """Decode base64, with the plain or the URL alphabet, padded or not."""
    plain = text.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("expected base64") from None
