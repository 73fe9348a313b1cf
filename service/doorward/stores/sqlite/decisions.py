"""The two trips of a decision: count and read, then write."""

from typing import Any

import apsw

from doorward.core.errors import Conflict
from doorward.ports import SPENT_SECONDS, Changes, Keys, Observation, Rewrite, Snapshot
from doorward.stores.sqlite import rings
from doorward.stores.sqlite.challenges import put_challenge
from doorward.stores.sqlite.devices import DEVICE_COLUMNS, device_of, life_begins, put_device
from doorward.stores.sqlite.part import Part, row
from doorward.stores.sqlite.proofs import proofs_of
from doorward.stores.sqlite.records import put_record
from doorward.stores.sqlite.spent import spend

# One statement for everything but the rings: a statement costs more than what it finds here.
_SNAPSHOT = f"""
SELECT (SELECT body FROM profiles WHERE tenant = :tenant AND subject = :subject AND expires_at > :now),
       (SELECT body FROM authenticators WHERE tenant = :tenant AND subject = :subject),
       (SELECT body FROM proofs WHERE tenant = :tenant AND session = :session AND expires_at > :now),
       ifnull(versions.lists, 0), ifnull(versions.tallies, 0), {DEVICE_COLUMNS}
FROM (SELECT 1)
LEFT JOIN versions ON versions.tenant = :tenant
LEFT JOIN devices ON devices.tenant = :tenant AND devices.id = :device AND devices.expires_at > :device_now
"""  # noqa: S608 (columns of our own)

_PROFILE = "SELECT body FROM profiles WHERE tenant = ? AND subject = ? AND expires_at > ?"
_PUT_PROFILE = """
INSERT INTO profiles (tenant, subject, expires_at, body) VALUES (?, ?, ?, ?)
ON CONFLICT (subject, tenant) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
"""


class Decisions(Part):
    """What `decide` reads and writes, each in one transaction."""

    def begin(self, keys: Keys, observation: Observation | None, now: float) -> Snapshot:
        if observation is None:
            with self._database.reading() as db:
                return _snapshot(db, keys, rings.read(db, keys, now), now)
        with self._database.writing() as db:
            return _snapshot(db, keys, rings.count(db, keys, observation, now), now)

    def commit(self, changes: Changes, now: float) -> None:
        with self._database.writing() as db:
            if changes.spend:
                _spend(db, changes, now)
            if changes.record:
                put_record(db, changes.record)
            if changes.profile_key and changes.rewrite_profile:
                _rewrite(db, changes.profile_key, changes.rewrite_profile, changes.profile_expires_at, now)
            if changes.device:
                put_device(db, *changes.device, now)
            if changes.challenge:
                put_challenge(db, changes.challenge)

    def rewrite_profile(self, tenant: str, subject: bytes, rewrite: Rewrite, *, expires_at: float, now: float) -> None:
        with self._database.writing() as db:
            _rewrite(db, (tenant, subject), rewrite, expires_at, now)


def _snapshot(db: apsw.Connection, keys: Keys, counted: rings.Counted, now: float) -> Snapshot:
    values: dict[str, Any] = {
        "tenant": keys.tenant,
        "subject": keys.subject,
        "session": keys.session,
        "device": keys.device_id,
        "now": now,
        "device_now": life_begins(now),
    }
    found: list[tuple[Any, ...]] = db.execute(_SNAPSHOT, values).fetchall()
    profile, authenticators, proofs, lists, tallies, *device = found[0]
    held = counted.rings
    return Snapshot(
        subject_ring=held.get(rings.SUBJECT, b""),
        address_ring=held.get(rings.ADDRESS, b""),
        prefix_ring=held.get(rings.PREFIX, b""),
        device_ring=held.get(rings.DEVICE, b""),
        profile=profile,
        device=device_of(device) if device[0] is not None else None,
        authenticators=authenticators,
        proofs=proofs_of(proofs, now),
        lists_version=lists,
        tallies_version=tallies,
        earlier_flags=counted.earlier_flags,
    )


def _spend(db: apsw.Connection, changes: Changes, now: float) -> None:
    if changes.record is None:
        raise ValueError("a proof is spent with a record, whose tenant it belongs to")
    if not spend(db, changes.record.tenant, changes.spend, now + SPENT_SECONDS, now):
        raise Conflict("the proof was used before")


def _rewrite(db: apsw.Connection, key: tuple[str, bytes], rewrite: Rewrite, expires_at: float, now: float) -> None:
    held = row(db, _PROFILE, *key, now)
    body = rewrite(held[0] if held else None)
    if body is None:
        db.execute("DELETE FROM profiles WHERE tenant = ? AND subject = ?", key)
    else:
        db.execute(_PUT_PROFILE, (*key, expires_at, body))
