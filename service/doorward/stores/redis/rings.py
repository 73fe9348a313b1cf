"""The velocity rings of one attempt, each with its end before it."""

from collections.abc import Sequence
from operator import itemgetter

from doorward.core import ring
from doorward.ports import Keys, Observation
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Call, Word

_LIMITS = {
    layout.SUBJECT: ring.SUBJECT_LIMIT,
    layout.ADDRESS: ring.ADDRESS_LIMIT,
    layout.PREFIX_OF_ADDRESS: ring.PREFIX_LIMIT,
    layout.DEVICE: ring.DEVICE_LIMIT,
}
_END = values.END_BYTES


def names(keys: Keys) -> dict[str, bytes]:
    """Return the ring of everything that has a key by its tag, the subject's first."""
    each = (
        (layout.SUBJECT, keys.subject),
        (layout.ADDRESS, keys.address),
        (layout.PREFIX_OF_ADDRESS, keys.prefix),
        (layout.DEVICE, keys.device),
    )
    return {tag: layout.tagged(tag, keys.tenant, key, "ring") for tag, key in each if key is not None}


def counting(rings: Sequence[tuple[str, bytes]], observation: Observation, now: float) -> Call:
    """Return the call that counts *observation* in *rings*, which one node must have.

    It is answered with each ring, and the flags that the first of them had of the attempt before.
    """
    ends = now + ring.LIFE_SECONDS
    words: list[Word] = [values.end(ends), values.milliseconds(ends, now)]
    of_subject = _entry(observation, observation.address_mark, now)
    of_others = _entry(observation, observation.subject_mark, now)
    for tag, _ in rings:
        words += (of_subject if tag == layout.SUBJECT else of_others, _LIMITS[tag])
    return scripts.COUNT.call(tuple(map(itemgetter(1), rings)), repr(now), *words)


def living(raw: bytes | None, now: float) -> bytes:
    """Return the ring, empty where it has ended."""
    return raw[_END:] if raw and values.ends(raw) > now else b""


def _entry(observation: Observation, other: int, now: float) -> bytes:
    return ring.entry(
        at=now if observation.at is None else observation.at,
        other=other,
        attempt=observation.attempt,
        country=observation.country,
        flags=observation.flags,
    )
