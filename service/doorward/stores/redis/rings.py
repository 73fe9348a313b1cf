"""The velocity rings of one attempt, each with its end before it."""

from doorward.core import ring
from doorward.ports import Keys, Observation
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Call, call

_LIMITS = {
    layout.SUBJECT: ring.SUBJECT_LIMIT,
    layout.ADDRESS: ring.ADDRESS_LIMIT,
    layout.PREFIX_OF_ADDRESS: ring.PREFIX_LIMIT,
    layout.DEVICE: ring.DEVICE_LIMIT,
}
_END = values.END_BYTES


def calls(keys: Keys, observation: Observation | None, now: float, beside: tuple[bytes, ...]) -> dict[str, Call]:
    """Return the call for the ring of every tag that has a key; *beside* is read with the subject's."""
    found = {}
    for tag, key in _present(keys):
        names = (layout.tagged(tag, keys.tenant, key, "ring"), *(beside if tag == layout.SUBJECT else ()))
        if observation is None:
            found[tag] = call("MGET", *names)
        else:
            entry = _entry(tag, observation, now)
            ends = now + ring.LIFE_SECONDS
            life = (values.end(ends), entry, _LIMITS[tag], values.milliseconds(ends, now))
            found[tag] = scripts.COUNT.call(names, repr(now), *life)
    return found


def living(raw: bytes | None, now: float) -> bytes:
    """Return the ring, empty where it has ended."""
    return raw[_END:] if raw and values.ends(raw) > now else b""


def _entry(tag: str, observation: Observation, now: float) -> bytes:
    other = observation.address_mark if tag == layout.SUBJECT else observation.subject_mark
    return ring.append(
        b"",
        at=now,
        other=other,
        attempt=observation.attempt,
        country=observation.country,
        flags=observation.flags,
        limit=1,
    )


def _present(keys: Keys) -> list[tuple[str, bytes]]:
    each = (
        (layout.SUBJECT, keys.subject),
        (layout.ADDRESS, keys.address),
        (layout.PREFIX_OF_ADDRESS, keys.prefix),
        (layout.DEVICE, keys.device),
    )
    return [(tag, key) for tag, key in each if key is not None]
