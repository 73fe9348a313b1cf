"""Which devices a subject has used: the part of a history that says «familiar» and «remembered»."""

import hashlib
from dataclasses import dataclass

from doorward.core.history.codec import (
    MAX_DEVICE_NAME_BYTES,
    MAX_DEVICES,
    Device,
    Profile,
    decode,
    devices_of,
    encode,
    scan,
)
from doorward.core.history.entries import Entry
from doorward.core.history.weights import LIFE_SECONDS, settles_at

_NEVER = 0xFFFFFFFF

# A device that is remembered is forgotten after a week without use (contract, Device).
IDLE_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """How a subject stands to one device: *known* once a sign-in on it has settled."""

    seen: bool = False
    known: bool = False
    remembered: bool = False
    first_used_at: float | None = None


@dataclass(frozen=True, slots=True)
class UsedDevice:
    """One device of a subject, for a listing; times in seconds since 1970, 0 for not remembered."""

    id: str
    known: bool
    first_used_at: float
    last_used_at: float
    remembered_until: float


def device_use(profile: bytes | None, device_id: str, now: float) -> DeviceUse:
    """Answer how the subject stands to *device_id*; one not used for 180 days is a stranger again."""
    name = device_name(device_id)
    for device in devices_of(scan(profile)):
        if device.name == name and name and _alive(device, now):
            return DeviceUse(
                seen=True,
                known=device.known_from <= now,
                remembered=_is_remembered(device, now),
                first_used_at=float(device.first_used_at),
            )
    return DeviceUse()


def used_devices(profile: bytes | None, now: float) -> list[UsedDevice]:
    """Return the subject's devices, the one used last first."""
    alive = [device for device in devices_of(scan(profile)) if _alive(device, now)]
    return [
        UsedDevice(
            id=device.name,
            known=device.known_from <= now,
            first_used_at=float(device.first_used_at),
            last_used_at=float(device.last_used_at),
            remembered_until=float(min(device.remembered_until, device.last_used_at + IDLE_SECONDS)),
        )
        for device in sorted(alive, key=lambda device: -device.last_used_at)
    ]


def remember_device(profile: bytes | None, device_id: str, until: float) -> bytes:
    """Return the history with a device that the subject has used remembered until then; others stay unknown."""
    name = device_name(device_id)
    before = decode(profile)
    devices = [
        device._replace(remembered_until=max(0, min(int(until), _NEVER))) if device.name == name else device
        for device in before.devices
    ]
    return encode(before._replace(devices=tuple(devices)))


def drop_device(profile: bytes | None, device_id: str) -> bytes:
    """Return the history without that device: neither known nor remembered any more."""
    name = device_name(device_id)
    before = decode(profile)
    return encode(before._replace(devices=tuple(device for device in before.devices if device.name != name)))


def drop_all_devices(profile: bytes | None) -> bytes:
    """Return the history without any device."""
    return encode(decode(profile)._replace(devices=()))


def device_name(device_id: str) -> str:
    """Return the text that a device is kept under: the id itself, or a digest of one that is too long."""
    if device_id.isascii() and len(device_id) <= MAX_DEVICE_NAME_BYTES:
        return device_id
    return hashlib.blake2b(device_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def device_mark(device_id: str) -> int:
    """Return a non-zero 32-bit mark of a device, 0 for none. Its ids are random, so the mark needs no key."""
    if not device_id:
        return 0
    return int.from_bytes(hashlib.blake2b(device_name(device_id).encode(), digest_size=4).digest(), "big") or 1


def with_use(devices: tuple[Device, ...], entry: Entry, device_id: str, now: float) -> tuple[Device, ...]:
    """Return *devices* after *entry* was made on *device_id*; at most 20, those used last."""
    if not device_id:
        return devices
    name, settled = device_name(device_id), settles_at(entry.at, entry.state)
    known = [device for device in devices if device.name == name]
    used = known[0] if known else Device(entry.event, entry.at, entry.at, settled, 0, name)
    used = used._replace(
        first_used_at=min(used.first_used_at, entry.at),
        last_used_at=max(used.last_used_at, entry.at),
        known_from=min(used.known_from, settled),
    )
    if known:
        return tuple(used if device.name == name else device for device in devices)
    return (*_most_recent([device for device in devices if _alive(device, now)], MAX_DEVICES - 1), used)


def without_event(profile: Profile, event: int, removed: Entry | None) -> tuple[Device, ...]:
    """Return the devices as if *event* had not been: what it introduced is gone, what it used is as before."""
    kept = [device for device in profile.devices if device.event != event]
    if removed is None or not removed.device:
        return tuple(kept)
    others = [entry for entry in profile.entries if entry.device == removed.device and entry.event != event]
    return tuple(
        _unused(device, removed, others) if device_mark(device.name) == removed.device else device for device in kept
    )


def _unused(device: Device, removed: Entry, others: list[Entry]) -> Device:
    """Return *device* without what the removed sign-in alone had set."""
    if device.last_used_at == removed.at:
        last = max([entry.at for entry in others], default=device.first_used_at)
        device = device._replace(last_used_at=last)
    if device.known_from == settles_at(removed.at, removed.state):
        settled = min([settles_at(entry.at, entry.state) for entry in others], default=_NEVER)
        device = device._replace(known_from=settled)
    return device


def _is_remembered(device: Device, now: float) -> bool:
    return device.remembered_until > now and device.last_used_at + IDLE_SECONDS > now


def _alive(device: Device, now: float) -> bool:
    return device.last_used_at > now - LIFE_SECONDS or device.remembered_until > now


def _most_recent(devices: list[Device], limit: int) -> list[Device]:
    """Return the *limit* devices used last, in the order they are in."""
    if len(devices) <= limit:
        return devices
    kept = set(sorted(devices, key=lambda device: device.last_used_at)[-limit:])
    return [device for device in devices if device in kept]
