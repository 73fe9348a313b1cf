"""Which characters an identifier, or a text that a person approves, may not hold."""

import re

# Control characters, line and paragraph separators, and the marks that turn the direction of what is displayed:
# in an identifier or a text that a person approves they can make one thing look like another.
# Written as it stands in a character class of ECMA 262, for the OpenAPI document, which Python reads alike.
UNSAFE_CLASS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[{UNSAFE_CLASS}]")


def has_unsafe_characters(text: str) -> bool:
    """Answer whether *text* holds a control character or a mark that turns the direction of display."""
    return _UNSAFE.search(text) is not None
