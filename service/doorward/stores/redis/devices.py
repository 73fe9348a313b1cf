"""The browsers of a tenant."""

from doorward.ports import ENDED_DEVICE_SECONDS, DeviceRecord
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.part import Part
from doorward.stores.redis.writes import Step, call_of


class Devices(Part):
    """Read for a while after their end too, and revoked for good."""

    def device(self, tenant: str, device_id: str, now: float) -> DeviceRecord | None:
        return device_of(self._raw(layout.device(tenant, device_id)), now)

    def put_device(self, tenant: str, device: DeviceRecord, now: float) -> None:
        self._exchange.one(call_of([device_step(tenant, device, now)], now))

    def revoke_device(self, tenant: str, device_id: str, now: float) -> None:
        self._exchange.spend(scripts.REVOKE_DEVICE.call((layout.device(tenant, device_id),), repr(now)))


def device_step(tenant: str, device: DeviceRecord, now: float) -> Step:
    """Return the step that keeps *device*; one that was revoked stays revoked."""
    tokens = (device.token_hash, device.created_at, device.expires_at, device.previous_hash, device.previous_until)
    body = values.columns((device.id, *tokens, device.current_seen))
    ends = device.expires_at + ENDED_DEVICE_SECONDS
    value = values.kept(ends, (b"1" if device.revoked else b"0") + body)
    return Step(layout.device(tenant, device.id), "device", value, values.milliseconds(ends, now))


def device_of(raw: bytes | None, now: float) -> DeviceRecord | None:
    plain = values.living(raw, now)
    return device_of_plain(plain) if plain is not None else None


def device_of_plain(plain: bytes) -> DeviceRecord:
    (device_id, token, created_at, expires_at, previous, until, seen), _ = values.columns_of(plain[1:])
    tokens = (bytes.fromhex(token), created_at, expires_at, bytes.fromhex(previous), until)
    return DeviceRecord(device_id, *tokens, seen, plain[:1] == b"1")
