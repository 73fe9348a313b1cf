"""`otpauth://` addresses, as QR codes of authenticator apps hold them (Key URI Format)."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_WHOLE = ("digits", "period", "counter")
# Of no use here: whom the seed is for is said by the file.
_IGNORED = ("issuer", "image")
_MOST_PARAMETERS = 16


@dataclass(frozen=True, slots=True)
class Otpauth:
    """The type and the fields of a seed."""

    type: str
    asked: dict[str, Any] = field(repr=False)


def read_otpauth(text: str) -> Otpauth | None:
    """Return what an address says; None where it is none, or says a thing twice or what is not known."""
    try:
        parts = urlsplit(text)
        pairs = parse_qsl(parts.query, strict_parsing=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return None
    asked: dict[str, Any] = dict(pairs)
    if parts.scheme != "otpauth" or parts.netloc not in ("totp", "hotp") or len(asked) < len(pairs):
        return None
    known = {name: value for name, value in asked.items() if name not in _IGNORED}
    if set(known) - {"secret", "algorithm", *_WHOLE} or not all(_is_whole(known.get(name, "0")) for name in _WHOLE):
        return None
    if "algorithm" in known:
        known["algorithm"] = known["algorithm"].upper()
    return Otpauth(parts.netloc, known | {name: int(known[name]) for name in _WHOLE if name in known})


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16
