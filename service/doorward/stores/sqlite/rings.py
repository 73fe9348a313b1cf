"""The velocity rings of one attempt: read, appended to and written back inside the caller's transaction."""

from typing import NamedTuple

import apsw

from doorward.core import ring
from doorward.ports import Keys, Observation
from doorward.stores.sqlite.part import rows

SUBJECT, ADDRESS, PREFIX, DEVICE = 1, 2, 3, 4
_LIMITS = {
    SUBJECT: ring.SUBJECT_LIMIT,
    ADDRESS: ring.ADDRESS_LIMIT,
    PREFIX: ring.PREFIX_LIMIT,
    DEVICE: ring.DEVICE_LIMIT,
}

# A ring's end moves in whole hours, so that counting an attempt seldom touches the index by end.
_HOUR = 3600

# Keys are keyed hashes with kind and tenant mixed in, so at most a row a key is found before those are compared.
_SELECT = "SELECT kind, key, id, expires_at, ring FROM rings WHERE key IN (?, ?, ?, ?) AND tenant = ?"
_INSERT = """
INSERT INTO rings (tenant, kind, key, expires_at, ring) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key, kind, tenant) DO UPDATE SET expires_at = excluded.expires_at, ring = excluded.ring
"""
_UPDATE = "UPDATE rings SET ring = ? WHERE id = ?"

Rings = dict[int, bytes]


class Counted(NamedTuple):
    """The rings as they are now, and the flags that the subject's held of this attempt before."""

    rings: Rings
    earlier_flags: int = 0


def read(db: apsw.Connection, keys: Keys, now: float) -> Counted:
    """Return the rings of *keys* that have not ended."""
    return Counted(_living(_found(db, keys), now))


def count(db: apsw.Connection, keys: Keys, observation: Observation, now: float) -> Counted:
    """Append *observation* to the ring of every key, and return the rings as they are now."""
    found = _found(db, keys)
    living = _living(found, now)
    expires_at = _end(now)
    counted: Rings = {}
    for kind, key in _present(keys):
        number, ends, _ = found.get(kind, (0, 0.0, b""))
        counted[kind] = _append(kind, living.get(kind, b""), observation, now)
        if ends == expires_at:
            db.execute(_UPDATE, (counted[kind], number))
        else:
            db.execute(_INSERT, (keys.tenant, kind, key, expires_at, counted[kind]))
    return Counted(counted, ring.flags_of(living.get(SUBJECT, b""), observation.attempt))


def _append(kind: int, held: bytes, observation: Observation, now: float) -> bytes:
    return ring.append(
        held,
        at=now if observation.at is None else observation.at,
        other=observation.address_mark if kind == SUBJECT else observation.subject_mark,
        attempt=observation.attempt,
        country=observation.country,
        flags=observation.flags,
        limit=_LIMITS[kind],
    )


def _found(db: apsw.Connection, keys: Keys) -> dict[int, tuple[int, float, bytes]]:
    wanted = set(_present(keys))
    found = rows(db, _SELECT, keys.subject, keys.address, keys.prefix, keys.device, keys.tenant)
    return {kind: (number, ends, held) for kind, key, number, ends, held in found if (kind, key) in wanted}


def _living(found: dict[int, tuple[int, float, bytes]], now: float) -> Rings:
    return {kind: held for kind, (_, ends, held) in found.items() if ends > now}


def _present(keys: Keys) -> list[tuple[int, bytes]]:
    each = ((SUBJECT, keys.subject), (ADDRESS, keys.address), (PREFIX, keys.prefix), (DEVICE, keys.device))
    return [(kind, key) for kind, key in each if key is not None]


def _end(now: float) -> float:
    return (now // _HOUR + 1) * _HOUR + ring.LIFE_SECONDS
