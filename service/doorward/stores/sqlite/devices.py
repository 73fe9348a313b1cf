"""The browsers of a tenant."""

from collections.abc import Sequence
from typing import Any

import apsw

from doorward.ports import ENDED_DEVICE_SECONDS, DeviceRecord
from doorward.stores.sqlite.part import Part

DEVICE_COLUMNS = """devices.id, devices.token_hash, devices.created_at, devices.expires_at, devices.previous_hash,
  devices.previous_until, devices.current_seen, devices.revoked"""
_ONE = f"SELECT {DEVICE_COLUMNS} FROM devices WHERE id = ? AND tenant = ? AND expires_at > ?"  # noqa: S608
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
        found = self._row(_ONE, device_id, tenant, life_begins(now))
        return device_of(found) if found else None

    def put_device(self, tenant: str, device: DeviceRecord, now: float) -> None:
        with self._database.writing() as db:
            put_device(db, tenant, device, now)

    def revoke_device(self, tenant: str, device_id: str, now: float) -> None:
        self._write(_REVOKE, device_id, tenant, life_begins(now))


def life_begins(now: float) -> float:
    """Return the token's end that a record must lie past to be kept at *now*."""
    return now - ENDED_DEVICE_SECONDS


def device_of(columns: Sequence[Any]) -> DeviceRecord:
    """Return the record that a row of DEVICE_COLUMNS holds."""
    return DeviceRecord(*columns[:6], *map(bool, columns[6:]))


def put_device(db: apsw.Connection, tenant: str, device: DeviceRecord, now: float) -> None:
    """Keep *device*; one that was revoked stays revoked."""
    db.execute(_FORGET_ENDED, (device.id, tenant, life_begins(now)))
    tokens = (device.token_hash, device.created_at, device.expires_at, device.previous_hash, device.previous_until)
    db.execute(_PUT, (tenant, device.id, *tokens, device.current_seen, device.revoked))
