"""The two trips of a decision: count and read, then write."""

import apsw

from doorward.core.errors import Conflict
from doorward.ports import SPENT_SECONDS, Changes, Keys, Observation, Rewrite, Snapshot
from doorward.stores.sqlite import rings
from doorward.stores.sqlite.challenges import put_challenge
from doorward.stores.sqlite.devices import device_in, put_device
from doorward.stores.sqlite.part import Part, row, rows
from doorward.stores.sqlite.proofs import proofs_of
from doorward.stores.sqlite.records import put_record
from doorward.stores.sqlite.spent import spend

# One statement for everything but rings and device: a statement costs more than what it finds here. Joins in it would
# cost ten times as much as all of them.
_SNAPSHOT = """
SELECT (SELECT body FROM profiles WHERE subject = ?1 AND tenant = ?2 AND expires_at > ?3),
       (SELECT body FROM authenticators WHERE subject = ?1 AND tenant = ?2),
       (SELECT body FROM proofs WHERE session = ?4 AND tenant = ?2 AND expires_at > ?3),
       (SELECT lists FROM versions WHERE tenant = ?2), (SELECT tallies FROM versions WHERE tenant = ?2)
"""

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
    ((profile, authenticators, proofs, lists, tallies),) = rows(
        db, _SNAPSHOT, keys.subject, keys.tenant, now, keys.session
    )
    held = counted.rings
    return Snapshot(
        subject_ring=held.get(rings.SUBJECT, b""),
        address_ring=held.get(rings.ADDRESS, b""),
        prefix_ring=held.get(rings.PREFIX, b""),
        device_ring=held.get(rings.DEVICE, b""),
        profile=profile,
        device=device_in(db, keys.tenant, keys.device_id, now) if keys.device_id else None,
        authenticators=authenticators,
        proofs=proofs_of(proofs, now),
        lists_version=lists or 0,
        tallies_version=tallies or 0,
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
