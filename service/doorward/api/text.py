"""How it is said that a value does not fit, and which characters text may hold, as a pattern for the document."""

from collections.abc import Sequence
from difflib import get_close_matches
from urllib.parse import quote

from doorward.core.safe_text import UNSAFE_CLASS

# What RFC 3986 allows in a fragment without an escape, besides letters and digits.
_FRAGMENT = "-._~!$&'()*+,;=:@"
_NEAR_NAME_LENGTH = 64


def safe_pattern(without: str = "") -> str:
    """Return the pattern, as JSON Schema reads it, of text that is safe and holds none of *without*."""
    return f"^[^{without}{UNSAFE_CLASS}]*$"


def pointer(path: Sequence[str | int]) -> str:
    """Return the RFC 6901 JSON pointer to *path* as a URI fragment, for example `#/client/ip`."""
    return "#" + "".join("/" + quote(_escaped(str(step)), safe=_FRAGMENT, errors="backslashreplace") for step in path)


def unknown_name(kind: str, name: str, known: Sequence[str]) -> str:
    """Say that *name* is not known, with the nearest known name where one is near."""
    shown = name if len(name) <= _NEAR_NAME_LENGTH else name[:_NEAR_NAME_LENGTH] + "…"
    near = get_close_matches(name, known, n=1) if len(name) <= _NEAR_NAME_LENGTH else []
    return f"unknown {kind} '{shown}'" + (f" (did you mean '{near[0]}'?)" if near else "")


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
