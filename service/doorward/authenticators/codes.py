"""Codes that a person types: how they are read, compared and made."""

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from doorward.core.errors import BadInput, Mistake

_DIGITS = re.compile(r"[0-9]{6,10}\Z")


def read_digits(response: Mapping[str, Any], *, pointer: str = "#/response") -> str:
    """Return the code of *response*; BadInput for anything but plain decimal digits, and for anything beside them."""
    mistakes = [Mistake("unknown field", f"{pointer}/{name}") for name in response if name != "code"]
    code = response.get("code")
    if not isinstance(code, str) or not _DIGITS.match(code):
        # Full-width digits and spaces are the client's to clean up: a guess at what was meant is a second guess.
        mistakes.append(Mistake("text of 6 to 10 decimal digits was expected", f"{pointer}/code"))
    if mistakes:
        raise BadInput(mistakes)
    return str(code)


def is_same(given: str, expected: str) -> bool:
    """Answer whether two codes are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode(), expected.encode())


def new_digits(count: int) -> str:
    """Return so many decimal digits, each as likely as any other."""
    return f"{secrets.randbelow(10**count):0{count}d}"
