"""How each kind of row that has a key of its own stands in Redis, to read it and to put it. `SHAPES` is the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doorward.ports import ApiKeyRow, ChallengeRow, DeviceRecord, RecordRow
from doorward.row_kinds import Row
from doorward.stores.redis import challenges, layout, records, values
from doorward.stores.redis.calls import Call, call
from doorward.stores.redis.devices import device_of_plain, device_step
from doorward.stores.redis.keys import keep_key, key_of
from doorward.stores.redis.notes import name_and_note, named
from doorward.stores.redis.places import Place
from doorward.stores.redis.secret_values import name_and_secret, secret_value
from doorward.stores.redis.spent import spent_name, spent_value
from doorward.stores.redis.writes import calls_of, challenge_steps, record_steps

_TAGS = (layout.SUBJECT, layout.ADDRESS, layout.PREFIX_OF_ADDRESS, layout.DEVICE)
_END, _STAMP = values.END_BYTES, values.STAMP_BYTES
_CLAIM_FLAG, _CLAIM_ANSWER = 16, 49


@dataclass(frozen=True, slots=True)
class Shape:
    """*key* is where a row stands, *values* what is read there, *put* the calls that keep a row until its end.

    *beside* are keys that go with it.
    """

    key: Callable[[Row], bytes]
    values: Callable[[Place, bytes], tuple[Any, ...]]
    put: Callable[[Row, float], list[Call]]
    beside: Callable[[Row], list[bytes]] = lambda _: []


def _set(key: bytes, value: bytes, ends_at: float, now: float) -> list[Call]:
    life = values.milliseconds(ends_at, now)
    return [call("SET", key, value, "PX", life) if life else call("SET", key, value)]


def _subject(what: str) -> Callable[[Row], bytes]:
    return lambda row: layout.subject(row.of("tenant"), row.of("subject"), what)


def _ring_key(row: Row) -> bytes:
    key, kind, tenant, *_ = row.values
    return layout.tagged(_TAGS[kind - 1], tenant, key, "ring")


def _ring(place: Place, raw: bytes) -> tuple[Any, ...]:
    return place.hashed, _TAGS.index(place.tag) + 1, place.tenant, values.ends(raw), raw[_END:]


def _put_ring(row: Row, now: float) -> list[Call]:
    *_, ends_at, ring = row.values
    return _set(_ring_key(row), values.end(ends_at) + ring, ends_at, now)


def _put_profile(row: Row, now: float) -> list[Call]:
    *_, ends_at, body = row.values
    return _set(_subject("profile")(row), values.kept(ends_at, body), ends_at, now)


def _put_authenticators(row: Row, now: float) -> list[Call]:
    return _set(_subject("authenticators")(row), values.kept(values.NEVER, row.of("body")), values.NEVER, now)


def _device(place: Place, raw: bytes) -> tuple[Any, ...]:
    found = device_of_plain(raw[_STAMP:])
    tokens = (found.token_hash, found.created_at, found.expires_at, found.previous_hash, found.previous_until)
    return (found.id, place.tenant, *tokens, int(found.current_seen), int(found.revoked))


def _put_device(row: Row, now: float) -> list[Call]:
    device_id, tenant, *rest = row.values
    return calls_of([device_step(tenant, DeviceRecord(device_id, *rest), now)], now)


def _proofs_key(row: Row) -> bytes:
    return layout.proofs(row.of("tenant"), row.of("session"))


def _put_proofs(row: Row, now: float) -> list[Call]:
    *_, ends_at, body = row.values
    return _set(_proofs_key(row), values.kept(ends_at, body.encode()), ends_at, now)


def _spent_key(row: Row) -> bytes:
    return layout.spent(row.of("tenant"), row.of("jti"))


def _put_spent(row: Row, now: float) -> list[Call]:
    jti, _, ends_at = row.values
    return _set(_spent_key(row), spent_value(jti, ends_at), ends_at, now)


def _record(_: Place, raw: bytes) -> tuple[Any, ...]:
    found = records.record_of_plain(raw[_STAMP:])
    head = (found.id, found.tenant, found.subject, found.at, found.outcome, found.rule)
    return (*head, found.expires_at, found.body)


def _put_record(row: Row, now: float) -> list[Call]:
    record_id, tenant, subject, at, outcome, rule, ends_at, body = row.values
    record = RecordRow(record_id, tenant, subject, at, outcome, rule, body, ends_at)
    steps = [*records.told_steps(record, now), *record_steps(record, now)]
    return [*records.day_calls(record, records.Days()), *calls_of(steps, now)]


def _challenge(_: Place, raw: bytes) -> tuple[Any, ...]:
    found = challenges.challenge_of_plain(raw[_STAMP:])
    head = (found.id, found.tenant, found.subject, found.decision_id, found.status)
    return (*head, found.created_at, found.expires_at, found.body)


def _put_challenge(row: Row, now: float) -> list[Call]:
    challenge_id, tenant, subject, decision_id, status, created_at, ends_at, body = row.values
    challenge = ChallengeRow(challenge_id, tenant, subject, decision_id, status, body, created_at, ends_at)
    return calls_of([*challenges.told_steps(challenge, now), *challenge_steps(challenge, now)], now)


def _owned(what: Callable[[str, bytes, str], bytes]) -> Callable[[Row], bytes]:
    return lambda row: what(row.of("tenant"), row.of("subject"), row.of("id"))


def _told_by(row: Row) -> list[bytes]:
    return [layout.owner(row.of("tenant"), row.of("id"))]


def _note_key(row: Row) -> bytes:
    return layout.note(row.of("tenant"), row.of("owner"), row.of("name"))


def _note(place: Place, raw: bytes) -> tuple[Any, ...]:
    name, body = name_and_note(raw[_STAMP:])
    return place.hashed, name, place.tenant, values.ends(raw), body


def _put_note(row: Row, now: float) -> list[Call]:
    *_, ends_at, body = row.values
    return _set(_note_key(row), values.kept(ends_at, named(row.of("name"), body)), ends_at, now)


def _claim(place: Place, raw: bytes) -> tuple[Any, ...]:
    answered = raw[_CLAIM_FLAG : _CLAIM_FLAG + 1] == b"1"
    fingerprint = raw[_CLAIM_FLAG + 1 : _CLAIM_ANSWER]
    answer = raw[_CLAIM_ANSWER:] if answered else None
    return place.hashed, fingerprint, values.ends(raw[_END:]), values.ends(raw), answer


def _claim_key(row: Row) -> bytes:
    return layout.claim(row.of("key"))


def _put_claim(row: Row, now: float) -> list[Call]:
    _, fingerprint, claimed_at, ends_at, answer = row.values
    flag = b"0" if answer is None else b"1"
    value = values.end(ends_at) + values.end(claimed_at) + flag + fingerprint + (answer or b"")
    return _set(_claim_key(row), value, ends_at, now)


def _api_key(_: Place, raw: bytes) -> tuple[Any, ...]:
    found = key_of(raw)
    life = (found.created_at, found.expires_at, found.revoked_at)
    return (found.id, found.tenant, found.digest, " ".join(found.scopes), found.label, *life, found.mac)


def _put_api_key(row: Row, now: float) -> list[Call]:  # noqa: ARG001 (a key has no end here)
    key_id, tenant, digest, scopes, label, *life = row.values
    return keep_key(ApiKeyRow(key_id, tenant, digest, tuple(scopes.split()), label, *life))


def _secret(place: Place, raw: bytes) -> tuple[Any, ...]:
    return (place.tenant, *name_and_secret(raw[_STAMP:]))


def _secret_key(row: Row) -> bytes:
    return layout.secret(row.of("tenant"), row.of("name"))


def _put_secret(row: Row, now: float) -> list[Call]:
    value = secret_value(row.of("name"), row.of("value"))
    return _set(_secret_key(row), value, values.NEVER, now)


SHAPES = {
    "rings": Shape(_ring_key, _ring, _put_ring),
    "profiles": Shape(
        _subject("profile"),
        lambda place, raw: (place.hashed, place.tenant, values.ends(raw), raw[_STAMP:]),
        _put_profile,
    ),
    "authenticators": Shape(
        _subject("authenticators"),
        lambda place, raw: (place.hashed, place.tenant, raw[_STAMP:]),
        _put_authenticators,
    ),
    "devices": Shape(lambda row: layout.device(row.of("tenant"), row.of("id")), _device, _put_device),
    "proofs": Shape(
        _proofs_key,
        lambda place, raw: (place.hashed, place.tenant, values.ends(raw), raw[_STAMP:].decode()),
        _put_proofs,
    ),
    "spent": Shape(
        _spent_key,
        lambda place, raw: (spent_name(place.name, raw), place.tenant, values.ends(raw)),
        _put_spent,
    ),
    "records": Shape(_owned(layout.record), _record, _put_record, _told_by),
    "challenges": Shape(_owned(layout.challenge), _challenge, _put_challenge, _told_by),
    "notes": Shape(_note_key, _note, _put_note),
    "idempotency": Shape(_claim_key, _claim, _put_claim),
    "api_keys": Shape(lambda row: layout.api_key(row.of("digest")), _api_key, _put_api_key),
    "secrets": Shape(_secret_key, _secret, _put_secret),
}
