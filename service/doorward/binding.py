"""What an earlier version has kept, bound to its place: sealed values to theirs, API keys to what they may do.

Such a version sealed all values of a kind alike and proved no key, so nobody can tell what was moved or made up since:
what is there is taken for what it says, once, because an operator says that nobody else has written to the store.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorward.api_keys import ApiKeyRing
from doorward.core.errors import Unreadable
from doorward.ports import ApiKeyRow, Rewrite, Sealer, Store
from doorward.resealing import KINDS, Progress
from doorward.row_kinds import Row

# For what everything of a kind was sealed before; that of a secret goes by the beginning of its name.
_FORMER: Mapping[str, str] = {
    "authenticators": "authenticators",
    "list_entries": "list",
    "records": "record",
    "challenges": "challenge",
    "notes": "device-place",
}
_FORMER_SECRETS = {"policy:": "policy", "scale_state:": "scale", "scale:": "scale"}


@dataclass(frozen=True, slots=True)
class Bound:
    """How many values of each kind were bound, how many nobody can open, and the keys that were proved."""

    done: Mapping[str, int]
    unreadable: Mapping[str, int]
    keys: Sequence[ApiKeyRow]


def bind(store: Store, sealer: Sealer, ring: ApiKeyRing, *, apply: bool, now: float, progress: Progress) -> Bound:
    """Bind everything that is not bound yet, or tell what that would be; as often as you like.

    Nobody else may serve on the store: a key that is revoked meanwhile would be good again.
    """
    done, unreadable = Counter[str](), Counter[str]()
    for row in progress("binding", store.export(tuple(KINDS), now)):
        purpose = KINDS[row.kind].purpose(row)
        if not purpose or _opens(sealer, row, purpose):
            continue
        if not _opens(sealer, row, _former(row)):
            unreadable[row.kind] += 1
            continue
        if apply:
            KINDS[row.kind].rewrite(store, row, _again(sealer, _former(row), purpose), now)
        done[row.kind] += 1
    unproved = [key for key in store.keys(None) if key.revoked_at is None and not ring.is_proved(key)]
    for key in unproved if apply else ():
        store.put_key(ring.proved(key))
    return Bound(done, unreadable, unproved)


def _opens(sealer: Sealer, row: Row, purpose: str) -> bool:
    try:
        sealer.open(row.of(KINDS[row.kind].column), purpose)
    except Unreadable:
        return False
    return True


def _again(sealer: Sealer, former: str, purpose: str) -> Rewrite:
    return lambda held: held and sealer.seal(sealer.open(held, former), purpose)


def _former(row: Row) -> str:
    if row.kind in _FORMER:
        return _FORMER[row.kind]
    name = str(row.of("name"))
    return next((purpose for beginning, purpose in _FORMER_SECRETS.items() if name.startswith(beginning)), "")
