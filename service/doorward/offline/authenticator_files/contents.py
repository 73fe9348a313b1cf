"""What a file of authenticators comes to, whatever its shape. A mistake never holds what stands in the file."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from doorward.adopting import Entry, placed
from doorward.core.errors import Mistake
from doorward.offline.authenticator_files.otpauth import read_otpauth

MAX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 200_000
MAX_LINE = 64 * 1024

_NAMES = ("subject", "type", "label", "uri")


@dataclass(frozen=True, slots=True)
class Said:
    """What the operator says of a file that it may not say itself.

    *rp_id* is for what passkeys were made; *subject_field* is the field of a user that names the subject.
    """

    rp_id: str = ""
    subject_field: str = "id"


@dataclass(slots=True)
class Contents:
    """The entries of a file and the mistakes in it, in their order; and how many of each kind were left out.

    What is left out is of kinds that are not ours, such as passwords.
    """

    entries: list[Entry | Mistake] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def is_full(self) -> bool:
        return len(self.entries) >= MAX_ENTRIES

    def wrong(self, place: str, detail: str, name: str = "") -> None:
        self.entries.append(placed(place, Mistake(detail, f"#/{name}" if name else "#")))

    def too_many(self) -> None:
        self.entries.append(Mistake(f"the file has more than {MAX_ENTRIES} authenticators: split it"))


def add_fields(contents: Contents, place: str, fields: Mapping[str, Any], said: Said) -> None:
    """Add the entry that *fields* are, by the names of our own shapes, or what is wrong with them."""
    names = {name: fields.get(name) for name in _NAMES}
    for name, value in names.items():
        if value is not None and not isinstance(value, str):
            contents.wrong(place, "text was expected", name)
            return
    asked = {name: value for name, value in fields.items() if name not in _NAMES and value is not None}
    kind = names["type"]
    if names["uri"] is not None:
        found = read_otpauth(names["uri"])
        if found is None or (kind is not None and kind != found.type):
            contents.wrong(place, "an otpauth:// address of this type was expected", "uri")
            return
        if set(asked) & {"secret", "secret_hex", *found.asked}:
            contents.wrong(place, "the address says what another field says too", "uri")
            return
        kind, asked = found.type, asked | found.asked
    if kind is None:
        contents.wrong(place, "is missing", "type")
        return
    if kind == "passkey" and said.rp_id:
        asked.setdefault("rp_id", said.rp_id)
    contents.entries.append(Entry(place, names["subject"] or "", kind, names["label"] or "", asked))


def json_of(text: str) -> Any:
    """Return what *text* is in JSON; ValueError, which holds nothing of it, where it is none or says a name twice."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON, or has a name twice") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found
