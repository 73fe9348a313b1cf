"""The two trips of a decision: count and read, then write."""

import threading
from collections.abc import Sequence
from operator import itemgetter

from doorward.core.errors import Conflict, StoreUnavailable
from doorward.ports import SPENT_SECONDS, Changes, Keys, Observation, Rewrite, Snapshot
from doorward.stores.redis import challenges, layout, records, rings, values
from doorward.stores.redis.calls import Reply, call
from doorward.stores.redis.devices import device_of, device_step
from doorward.stores.redis.exchange import Exchange
from doorward.stores.redis.layout import portions
from doorward.stores.redis.part import SWAPS_AT_MOST, Part
from doorward.stores.redis.proofs import proofs_of
from doorward.stores.redis.spent import spend_step
from doorward.stores.redis.writes import Step, call_of, challenge_steps, key_of, profile_step, record_steps

SubjectKey = tuple[str, bytes]
_what, _name = itemgetter(0), itemgetter(1)


class Decisions(Part):
    """What `decide` reads and writes: where there are no slots, one script each and a few plain commands."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._days = records.Days()
        # What this thread's last `begin` read: the guess that spares `commit` a trip of its own.
        self._last = threading.local()

    def begin(self, keys: Keys, observation: Observation | None, now: float) -> Snapshot:
        found, earlier, (lists, tallies) = self._count_and_read(keys, observation, now)
        self._last.profile = ((keys.tenant, keys.subject), found["profile"])
        if keys.session is not None:
            self._seen.expect(layout.proofs(keys.tenant, keys.session), found["proofs"])
        return Snapshot(
            subject_ring=rings.living(found[layout.SUBJECT], now),
            address_ring=rings.living(found.get(layout.ADDRESS), now),
            prefix_ring=rings.living(found.get(layout.PREFIX_OF_ADDRESS), now),
            device_ring=rings.living(found.get(layout.DEVICE), now),
            profile=values.living(found["profile"], now),
            device=device_of(found.get("device"), now),
            authenticators=values.living(found["authenticators"], now),
            proofs=proofs_of(found.get("proofs"), now),
            lists_version=int(lists or 0),
            tallies_version=int(tallies or 0),
            earlier_flags=earlier,
        )

    def _count_and_read(
        self, keys: Keys, observation: Observation | None, now: float
    ) -> tuple[dict[str, bytes | None], int, list[bytes | None]]:
        """Count, and return what there is then, the flags that the attempt had before, and the tenant's versions."""
        undivided = self._exchange.topology.undivided
        of_rings, others = list(rings.names(keys).items()), list(_names(keys).items())
        counted = portions(of_rings, _name, undivided=undivided) if observation else []
        read = portions(others if observation else of_rings + others, _name, undivided=undivided)
        calls = [rings.counting(portion, observation, now) for portion in counted if observation]
        calls += [call("MGET", *map(_name, portion)) for portion in read]
        calls.append(call("HMGET", layout.of_tenant(keys.tenant, "versions"), "lists", "tallies"))
        *replies, versions = self._exchange.run(calls)
        found: dict[str, bytes | None] = {}
        for portion, reply in zip([*counted, *read], replies, strict=True):
            found.update(zip(map(_what, portion), reply, strict=False))
        # The flags stand behind the rings. What was only read does not tell of the attempt.
        return found, replies[0][-1] if counted else 0, versions

    def commit(self, changes: Changes, now: float) -> None:
        profile = self._new_profile(changes, now)
        undivided = self._exchange.topology.undivided
        steps = _steps(changes, profile, now)
        together = bool(changes.spend) and undivided and not self._exchange.keeping.replicas
        if changes.spend:
            spent = _spent(changes, now)
            if together:
                steps.insert(0, spent)
            else:
                # Its slot is its own, or replicas must have it first: what is written rests on it.
                _check(self._exchange.spend(call_of([spent], now)))
        written = portions(steps, key_of, undivided=undivided)
        if not written:
            return
        days = records.day_calls(changes.record, self._days) if changes.record else []
        calls = [*days, *(call_of(portion, now) for portion in written)]
        found = _check(self._exchange.spend(*calls) if together else self._exchange.run(calls)[-1])
        if changes.rewrite_profile and found != 1:
            self._race(changes, changes.rewrite_profile, written[-1], found, now)
        self._days.noted(changes.record)

    def rewrite_profile(self, tenant: str, subject: bytes, rewrite: Rewrite, *, expires_at: float, now: float) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            body = rewrite(values.living(raw, now))
            return (b"", 0) if body is None else (values.kept(expires_at, body), values.milliseconds(expires_at, now))

        self._swap(_profile(tenant, subject), change)

    def _new_profile(self, changes: Changes, now: float) -> Step | None:
        """Rewrite before anything is written: what raises here has changed nothing."""
        if not changes.profile_key or not changes.rewrite_profile:
            return None
        return _rewritten(changes, changes.rewrite_profile, self._guess(changes.profile_key), now)

    def _guess(self, key: SubjectKey) -> bytes | None:
        read, profile = getattr(self._last, "profile", (None, None))
        self._last.profile = (None, None)
        return profile if read == key else self._raw(_profile(*key))

    def _race(self, changes: Changes, rewrite: Rewrite, lost: Sequence[Step], found: bytes | None, now: float) -> None:
        """Write again, from what somebody else has written, what was not: *lost*, until nobody comes in between."""
        for _ in range(SWAPS_AT_MOST):
            again = [*lost[:-1], _rewritten(changes, rewrite, found, now)]
            found = _check(self._exchange.one(call_of(again, now)))
            if found == 1:
                return
        raise StoreUnavailable("too many write the same profile at once")


def _check(found: Reply) -> Reply:
    """Return the answer of `scripts.WRITE`; Conflict where it says that the proof was spent."""
    if found == 0:
        raise Conflict("the proof was used before")
    return found


def _spent(changes: Changes, now: float) -> Step:
    if changes.record is None:
        raise ValueError("a proof is spent with a record, whose tenant it belongs to")
    return spend_step(changes.record.tenant, changes.spend, now + SPENT_SECONDS, now)


def _steps(changes: Changes, profile: Step | None, now: float) -> list[Step]:
    """Return what is written: first what leads to the subject's own, so that who finds nothing there finds nothing.

    The profile comes last: its answer is waited for.
    """
    steps: list[Step] = []
    record, challenge = changes.record, changes.challenge
    if record:
        steps += records.told_steps(record, now)
    if challenge:
        steps += challenges.told_steps(challenge, now, besides=record.id if record else "")
    if changes.device:
        steps.append(device_step(*changes.device, now))
    if challenge:
        steps += challenge_steps(challenge, now)
    if record:
        steps += record_steps(record, now)
    return [*steps, profile] if profile else steps


def _rewritten(changes: Changes, rewrite: Rewrite, raw: bytes | None, now: float) -> Step:
    body = rewrite(values.living(raw, now))
    ends_at = changes.profile_expires_at
    value = b"" if body is None else values.kept(ends_at, body)
    if changes.profile_key is None:
        raise ValueError("a profile is rewritten under its key")
    return profile_step(_profile(*changes.profile_key), values.stamp(raw), value, values.milliseconds(ends_at, now))


def _names(keys: Keys) -> dict[str, bytes]:
    """Return the key of everything that is read and not counted in."""
    found = {
        "profile": _profile(keys.tenant, keys.subject),
        "authenticators": layout.subject(keys.tenant, keys.subject, "authenticators"),
    }
    if keys.device_id:
        found["device"] = layout.device(keys.tenant, keys.device_id)
    if keys.session is not None:
        found["proofs"] = layout.proofs(keys.tenant, keys.session)
    return found


def _profile(tenant: str, subject: bytes) -> bytes:
    return layout.subject(tenant, subject, "profile")
