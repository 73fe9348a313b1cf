"""Which kind of row stands under a key, and what the name of the key tells of it."""

import re
from base64 import urlsafe_b64decode
from typing import NamedTuple
from urllib.parse import unquote

_KEY = re.compile(rb"dw:\{([a-z]):([^:}]*)(?::([^}]*))?\}(?::(.*))?\Z", re.DOTALL)

# By the tag, and by what stands behind it: all of it, or up to a colon.
_KINDS = {
    ("s", "profile"): "profiles",
    ("s", "authenticators"): "authenticators",
    ("s", "r"): "records",
    ("s", "c"): "challenges",
    ("s", "n"): "notes",
    ("s", "ring"): "rings",
    ("a", "ring"): "rings",
    ("p", "ring"): "rings",
    ("d", "ring"): "rings",
    ("v", ""): "devices",
    ("n", ""): "proofs",
    ("j", ""): "spent",
    ("z", ""): "secrets",
    ("q", ""): "idempotency",
    ("k", ""): "api_keys",
    ("t", "lists"): "list_entries",
    ("t", "sums"): "tallies",
    ("t", "versions"): "versions",
}
_NO_TENANT = ("q", "k")


class Place(NamedTuple):
    """A key that holds rows of one kind, and what its name says."""

    kind: str
    key: bytes
    tag: str
    tenant: str
    name: str

    @property
    def hashed(self) -> bytes:
        """Return the keyed hash that the name stands for."""
        return urlsafe_b64decode(self.name + "=" * (-len(self.name) % 4))


def place_of(key: bytes) -> Place | None:
    """Return what stands under *key*; None for an index, the epoch and all that is made anew from the rows."""
    found = _KEY.match(key)
    if not found:
        return None
    tag, first, second, what = (part.decode() if part else "" for part in found.groups())
    if what in ("sums:version", "sums:minute"):
        return None
    kind = _KINDS.get((tag, what.partition(":")[0]))
    if kind is None:
        return None
    tenant, name = ("", first) if tag in _NO_TENANT else (unquote(first), second)
    return Place(kind, key, tag, tenant, name)
