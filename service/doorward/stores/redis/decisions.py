"""The two trips of a decision: count and read, then write."""

import threading

from doorward.core.errors import Conflict, StoreUnavailable
from doorward.ports import SPENT_SECONDS, Changes, Keys, Observation, Rewrite, Snapshot
from doorward.stores.redis import layout, rings, values
from doorward.stores.redis.calls import Call, Reply, call
from doorward.stores.redis.challenges import owner_calls
from doorward.stores.redis.devices import device_of, put_device
from doorward.stores.redis.exchange import Exchange
from doorward.stores.redis.part import SWAPS_AT_MOST, Part
from doorward.stores.redis.proofs import proofs_of
from doorward.stores.redis.records import Days, record_calls
from doorward.stores.redis.spent import spend
from doorward.stores.redis.writes import NewProfile, write

SubjectKey = tuple[str, bytes]


class Decisions(Part):
    """What `decide` reads and writes."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._days = Days()
        # What this thread's last `begin` read: the guess that spares `commit` a trip of its own.
        self._last = threading.local()

    def begin(self, keys: Keys, observation: Observation | None, now: float) -> Snapshot:
        beside = (_profile(keys.tenant, keys.subject), layout.subject(keys.tenant, keys.subject, "authenticators"))
        asked = rings.calls(keys, observation, now, beside) | _others(keys)
        replies = dict(zip(asked, self._exchange.run(list(asked.values())), strict=True))
        # What was only read does not tell of the attempt.
        subject_ring, profile, authenticators, *earlier = replies[layout.SUBJECT]
        self._last.profile = ((keys.tenant, keys.subject), profile)
        lists, tallies = replies["versions"]
        return Snapshot(
            subject_ring=rings.living(subject_ring, now),
            address_ring=_ring(replies, layout.ADDRESS, now),
            prefix_ring=_ring(replies, layout.PREFIX_OF_ADDRESS, now),
            device_ring=_ring(replies, layout.DEVICE, now),
            profile=values.living(profile, now),
            device=device_of(replies.get("device"), now),
            authenticators=values.living(authenticators, now),
            proofs=proofs_of(replies.get("proofs"), now),
            lists_version=int(lists or 0),
            tallies_version=int(tallies or 0),
            earlier_flags=sum(earlier),
        )

    def commit(self, changes: Changes, now: float) -> None:
        profile = self._new_profile(changes, now)
        if changes.spend:
            self._spend(changes, now)
        calls = self._around(changes, now)
        owners = _owners(changes)
        calls += [write(owner, changes, profile, now) for owner in owners]
        if not calls:
            return
        found = self._exchange.run(calls)[-1]
        if profile and changes.rewrite_profile and found != 1:
            self._race(changes, changes.rewrite_profile, profile, found, now)
        self._days.noted(changes.record)

    def rewrite_profile(self, tenant: str, subject: bytes, rewrite: Rewrite, *, expires_at: float, now: float) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            body = rewrite(values.living(raw, now))
            return (b"", 0) if body is None else (values.kept(expires_at, body), values.milliseconds(expires_at, now))

        self._swap(_profile(tenant, subject), change)

    def _new_profile(self, changes: Changes, now: float) -> NewProfile | None:
        """Rewrite before anything is written: what raises here has changed nothing."""
        if not changes.profile_key or not changes.rewrite_profile:
            return None
        return _rewritten(changes, changes.rewrite_profile, self._guess(changes.profile_key), now)

    def _guess(self, key: SubjectKey) -> bytes | None:
        read, profile = getattr(self._last, "profile", (None, None))
        self._last.profile = (None, None)
        return profile if read == key else self._raw(_profile(*key))

    def _race(self, changes: Changes, rewrite: Rewrite, lost: NewProfile, found: bytes | None, now: float) -> None:
        """Write again from what somebody else has written, until nobody comes in between."""
        for _ in range(SWAPS_AT_MOST):
            lost = _rewritten(changes, rewrite, found, now)
            found = self._exchange.one(write(lost.owner, changes, lost, now))
            if found == 1:
                return
        raise StoreUnavailable("too many write the same profile at once")

    def _spend(self, changes: Changes, now: float) -> None:
        if changes.record is None:
            raise ValueError("a proof is spent with a record, whose tenant it belongs to")
        if self._exchange.one(spend(changes.record.tenant, changes.spend, now + SPENT_SECONDS, now)) != 1:
            raise Conflict("the proof was used before")

    def _around(self, changes: Changes, now: float) -> list[Call]:
        """Return what goes before the subject's own: whoever finds nothing there finds nothing."""
        calls = []
        if changes.record:
            calls += record_calls(changes.record, now, self._days)
        if changes.challenge:
            told = changes.record.id if changes.record else ""
            calls += owner_calls(changes.challenge, now, besides=told)
        if changes.device:
            calls.append(put_device(*changes.device, now))
        return calls


def _owners(changes: Changes) -> list[SubjectKey]:
    """Return every subject that is written to, the one whose profile is rewritten last."""
    found: dict[SubjectKey, None] = {}
    for row in (changes.challenge, changes.record):
        if row:
            found[row.tenant, row.subject] = None
    if changes.profile_key and changes.rewrite_profile:
        found.pop(changes.profile_key, None)
        found[changes.profile_key] = None
    return list(found)


def _rewritten(changes: Changes, rewrite: Rewrite, raw: bytes | None, now: float) -> NewProfile:
    body = rewrite(values.living(raw, now))
    ends_at = changes.profile_expires_at
    value = b"" if body is None else values.kept(ends_at, body)
    if changes.profile_key is None:
        raise ValueError("a profile is rewritten under its key")
    return NewProfile(changes.profile_key, values.stamp(raw), value, values.milliseconds(ends_at, now))


def _others(keys: Keys) -> dict[str, Call]:
    asked = {"versions": call("HMGET", layout.of_tenant(keys.tenant, "versions"), "lists", "tallies")}
    if keys.device_id:
        asked["device"] = call("GET", layout.device(keys.tenant, keys.device_id))
    if keys.session is not None:
        asked["proofs"] = call("GET", layout.proofs(keys.tenant, keys.session))
    return asked


def _ring(replies: dict[str, Reply], tag: str, now: float) -> bytes:
    return rings.living(replies[tag][0], now) if tag in replies else b""


def _profile(tenant: str, subject: bytes) -> bytes:
    return layout.subject(tenant, subject, "profile")
