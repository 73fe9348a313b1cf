"""What text may hold: which characters are refused, and how to say that a value does not fit."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from urllib.parse import quote

# Control characters, line and paragraph separators, and the marks that turn the direction of what is displayed:
# in an identifier or a text that a person approves they can make one thing look like another.
# Written as it stands in a character class of ECMA 262, for the OpenAPI document, which Python reads alike.
_UNSAFE_CLASS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[{_UNSAFE_CLASS}]")

# What RFC 3986 allows in a fragment without an escape, besides letters and digits.
_FRAGMENT = "-._~!$&'()*+,;=:@"
_NEAR_NAME_LENGTH = 64


def has_unsafe_characters(text: str) -> bool:
    """Answer whether *text* holds a control character or a mark that turns the direction of display."""
    return _UNSAFE.search(text) is not None


def safe_pattern(without: str = "") -> str:
    """Return the pattern, as JSON Schema reads it, of text that is safe and holds none of *without*."""
    return f"^[^{without}{_UNSAFE_CLASS}]*$"


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
