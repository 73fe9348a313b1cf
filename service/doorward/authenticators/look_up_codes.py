"""Codes that are printed and kept: how they are made, shown and read back."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from doorward.core.errors import BadInput, Mistake

# Crockford's base32: no I, L, O and U, which are read as something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 4, 4  # 80 random bits; SP 800-63B-4, section 4.2.1.1, asks for 64

_LOOKS_LIKE = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{ALPHABET}]{{{GROUPS * GROUP_LENGTH}}}\Z")


def new_code() -> str:
    """Return a code such as `4F7Q-8ZK2-M0PA-77XW`."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH)]
    return "-".join("".join(letters[at : at + GROUP_LENGTH]) for at in range(0, len(letters), GROUP_LENGTH))


def plain(code: str) -> str:
    """Return the code as it is hashed: without hyphens and spaces, in capitals, look-alikes read as meant."""
    return code.replace("-", "").replace(" ", "").upper().translate(_LOOKS_LIKE)


def read_code(response: Mapping[str, Any]) -> str:
    """Return the code of *response*; BadInput for anything that cannot be one."""
    mistakes = [Mistake("unknown field", f"#/response/{name}") for name in response if name != "code"]
    code = response.get("code")
    if not isinstance(code, str) or len(code) > 64 or not _CODE.match(plain(code)):
        mistakes.append(Mistake("a code such as 4F7Q-8ZK2-M0PA-77XW was expected", "#/response/code"))
    if mistakes:
        raise BadInput(mistakes)
    return plain(str(code))
