"""The browsers of a tenant."""

import apsw

from doorward.ports import ENDED_DEVICE_SECONDS, DeviceRecord
from doorward.stores.sqlite.part import Part, row

_ONE = """
SELECT id, token_hash, created_at, expires_at, previous_hash, previous_until, current_seen, revoked FROM devices
WHERE id = ? AND tenant = ? AND expires_at > ?
"""
_FORGET_ENDED = "DELETE FROM devices WHERE id = ? AND tenant = ? AND expires_at <= ?"
_REVOKE = "UPDATE devices SET revoked = 1 WHERE id = ? AND tenant = ? AND expires_at > ?"
_PUT = """
INSERT INTO devices (tenant, id, token_hash, created_at, expires_at, previous_hash, previous_until, current_seen,
  revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id, tenant) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at,
  expires_at = excluded.expires_at, previous_hash = excluded.previous_hash, previous_until = excluded.previous_until,
  current_seen = excluded.current_seen, revoked = max(revoked, excluded.revoked)
"""


class Devices(Part):
    """Read for a while after their end too, and revoked for good."""

    def device(self, tenant: str, device_id: str, now: float) -> DeviceRecord | None:
        with self._database.reading() as db:
            return device_in(db, tenant, device_id, now)

    def put_device(self, tenant: str, device: DeviceRecord, now: float) -> None:
        with self._database.writing() as db:
            put_device(db, tenant, device, now)

    def revoke_device(self, tenant: str, device_id: str, now: float) -> None:
        self._write(_REVOKE, device_id, tenant, _life_begins(now))


def device_in(db: apsw.Connection, tenant: str, device_id: str, now: float) -> DeviceRecord | None:
    """Return the device that *db* holds; None where there is none, or it has ended."""
    found = row(db, _ONE, device_id, tenant, _life_begins(now))
    return DeviceRecord(*found[:6], *map(bool, found[6:])) if found else None


def _life_begins(now: float) -> float:
    """Return the token's end that a record must lie past to be kept at *now*."""
    return now - ENDED_DEVICE_SECONDS


def put_device(db: apsw.Connection, tenant: str, device: DeviceRecord, now: float) -> None:
    """Keep *device*; one that was revoked stays revoked."""
    db.execute(_FORGET_ENDED, (device.id, tenant, _life_begins(now)))
    tokens = (device.token_hash, device.created_at, device.expires_at, device.previous_hash, device.previous_until)
    db.execute(_PUT, (tenant, device.id, *tokens, device.current_seen, device.revoked))
