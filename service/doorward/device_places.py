"""Where the authenticator of a device is: a device knows the authenticator's id, and neither tenant nor subject.

The one look-up that begins without a tenant. What is found is sealed, and read by the keyed hash of an id that has
128 random bits.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from doorward.core.keyed import KeyedHash
from doorward.core.purposes import purpose_at
from doorward.ports import NoteStore, Sealer

KIND = "device-place"
NOTE = "place"
NOWHERE = ""  # the tenant of what has none

# Far longer than anybody leaves a device that is in use alone; each push and each other call begins it anew.
LIFE_SECONDS = 400 * 86_400
MOST_WAITING = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Whose authenticator it is, and the newest challenges that wait for its device, each with its end."""

    tenant: str
    subject_id: str
    until: float
    waiting: tuple[tuple[str, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "subject": self.subject_id, "until": self.until, "waiting": self.waiting}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        waiting = tuple((name, ends) for name, ends in data["waiting"])
        return cls(data["tenant"], data["subject"], data["until"], waiting)


class DevicePlaces:
    """The places of all devices; one that is revoked loses its own."""

    def __init__(self, store: NoteStore, sealer: Sealer, hasher: KeyedHash) -> None:
        self._store = store
        self._sealer = sealer
        self._hasher = hasher

    def put(self, tenant: str, subject_id: str, authenticator_id: str, *, until: float, now: float) -> None:
        """Let the device of a new authenticator find it until then."""
        self._change(authenticator_id, lambda _: Place(tenant, subject_id, until), until, now)

    def find(self, authenticator_id: str, now: float) -> Place | None:
        owner = self._owner(authenticator_id)
        sealed = self._store.note(NOWHERE, owner, NOTE, now)
        return None if sealed is None else self._opened(sealed, owner)

    def keep(self, authenticator_id: str, now: float) -> None:
        """Let the device find its authenticator for a full life from now on."""
        until = now + LIFE_SECONDS
        self._change(authenticator_id, lambda place: place and replace(place, until=until), until, now)

    def wait(
        self, tenant: str, subject_id: str, authenticator_id: str, challenge: tuple[str, float], now: float
    ) -> None:
        """Let the device find the *challenge*, an id and its end; the oldest makes way for more than a few."""
        until = now + LIFE_SECONDS

        def add(place: Place | None) -> Place:
            held = place.waiting if place is not None else ()
            others = [each for each in held if each[0] != challenge[0] and now < each[1]]
            return Place(tenant, subject_id, until, (*others, challenge)[-MOST_WAITING:])

        self._change(authenticator_id, add, until, now)

    def forget(self, authenticator_id: str, now: float) -> None:
        self._change(authenticator_id, lambda _: None, now, now)

    def _change(
        self, authenticator_id: str, change: Callable[[Place | None], Place | None], until: float, now: float
    ) -> None:
        owner = self._owner(authenticator_id)

        def rewrite(sealed: bytes | None) -> bytes | None:
            place = change(None if sealed is None else self._opened(sealed, owner))
            return None if place is None else self._sealed(place, owner)

        self._store.rewrite_note(NOWHERE, owner, NOTE, rewrite, expires_at=until, now=now)

    def _owner(self, authenticator_id: str) -> bytes:
        return self._hasher.key(NOWHERE, "push-device", authenticator_id)

    def _opened(self, sealed: bytes, owner: bytes) -> Place:
        return Place.from_json(json.loads(self._sealer.open(sealed, purpose_of(owner))))

    def _sealed(self, place: Place, owner: bytes) -> bytes:
        return self._sealer.seal(json.dumps(place.to_json(), separators=(",", ":")).encode(), purpose_of(owner))


def purpose_of(owner: bytes) -> str:
    """Return for what the place under *owner* is sealed: that of another device opens nothing there."""
    return purpose_at(KIND, NOWHERE, owner)
