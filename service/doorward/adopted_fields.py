"""What may be said of an authenticator that another system hands over: the fields of each type, and their kinds."""

from collections.abc import Mapping
from typing import Any

from doorward.core.errors import BadInput, Mistake

TEXT, WHOLE, FLAG, TEXTS = "text", "a whole number", "true or false", "a list of texts"

FIELDS: Mapping[str, str] = {
    "secret": TEXT,
    "secret_hex": TEXT,
    "algorithm": TEXT,
    "digits": WHOLE,
    "period": WHOLE,
    "counter": WHOLE,
    "phone": TEXT,
    "address": TEXT,
    "credential_id": TEXT,
    "public_key": TEXT,
    "sign_count": WHOLE,
    "rp_id": TEXT,
    "user_handle": TEXT,
    "transports": TEXTS,
    "backup_eligible": FLAG,
    "backed_up": FLAG,
    "aaguid": TEXT,
}
_SEED = ("secret", "secret_hex", "algorithm", "digits")
_PASSKEY = ("credential_id", "public_key", "sign_count", "rp_id", "user_handle", "transports")
OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "totp": (*_SEED, "period"),
    "hotp": (*_SEED, "counter"),
    "sms": ("phone",),
    "voice": ("phone",),
    "email": ("address",),
    "passkey": (*_PASSKEY, "backup_eligible", "backed_up", "aaguid"),
}

MAX_TEXT = 4096


def checked_fields(kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of *asked* that hold something; BadInput for each that its type has not, or of another kind."""
    given = {name: value for name, value in asked.items() if value is not None}
    mistakes = []
    for name, value in given.items():
        if name not in FIELDS:
            # Who mistakes a column may have put a secret where a name belongs.
            mistakes.append(Mistake("there is a field that no type has", "#"))
        elif name not in OF_TYPE[kind]:
            mistakes.append(Mistake(f"is not for {kind}", f"#/{name}"))
        elif not _is(FIELDS[name], value):
            mistakes.append(Mistake(f"{FIELDS[name]} was expected", f"#/{name}"))
    if mistakes:
        raise BadInput(mistakes)
    return given


def _is(kind: str, value: Any) -> bool:
    """Answer whether *value* is of *kind*; `true` is no number."""
    if kind == TEXT:
        return isinstance(value, str) and len(value) <= MAX_TEXT
    if kind == WHOLE:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == FLAG:
        return isinstance(value, bool)
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
