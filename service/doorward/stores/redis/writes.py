"""What one decision writes of a subject: one script, all or nothing."""

from dataclasses import dataclass

from doorward.ports import ENDED_CHALLENGE_SECONDS, ChallengeRow, Changes, RecordRow
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Call, Word

# So many of a subject's records are listed by the subject; older ones are listed by their time alone.
RECORDS_OF_A_SUBJECT = 1000


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile as it shall be where *stamp* is still that of the one that was read; an empty *value* deletes it."""

    owner: tuple[str, bytes]
    stamp: bytes
    value: bytes
    milliseconds: int


def write(owner: tuple[str, bytes], changes: Changes, profile: NewProfile | None, now: float) -> Call:
    """Return the call that writes what *changes* hold of *owner*, and *profile* where it is theirs."""
    record = changes.record if changes.record and (changes.record.tenant, changes.record.subject) == owner else None
    opened = changes.challenge
    challenge = opened if opened and (opened.tenant, opened.subject) == owner else None
    keys = (
        layout.subject(*owner, "profile"),
        layout.record(*owner, record.id if record else ""),
        layout.subject(*owner, "records"),
        layout.challenge(*owner, challenge.id if challenge else ""),
        layout.challenge_of(*owner, challenge.decision_id if challenge else ""),
    )
    mine = profile if profile and profile.owner == owner else None
    return scripts.WRITE.call(keys, *_profile(mine), *_record(record, now), *_challenge(challenge, now))


def record_value(row: RecordRow) -> bytes:
    head = (row.id, row.tenant, row.subject, row.at, row.outcome, row.rule, row.expires_at)
    return values.kept(row.expires_at, values.columns(head, row.body))


def challenge_value(row: ChallengeRow) -> bytes:
    head = (row.id, row.tenant, row.subject, row.decision_id, row.status, row.created_at, row.expires_at)
    return values.kept(row.expires_at + ENDED_CHALLENGE_SECONDS, values.columns(head, row.body))


def _profile(new: NewProfile | None) -> tuple[Word, ...]:
    return (new.stamp, new.value, new.milliseconds) if new else (b"", b"", b"")


def _record(row: RecordRow | None, now: float) -> tuple[Word, ...]:
    if row is None:
        return (b"", b"", b"", b"", b"")
    life = values.milliseconds(row.expires_at, now)
    return (record_value(row), life, repr(row.at), row.id, RECORDS_OF_A_SUBJECT)


def _challenge(row: ChallengeRow | None, now: float) -> tuple[Word, ...]:
    if row is None:
        return (b"", b"", b"")
    ends = row.expires_at + ENDED_CHALLENGE_SECONDS
    newest = values.end(ends) + values.end(row.created_at) + row.id.encode()
    life = values.milliseconds(ends, now)
    return (challenge_value(row), life, newest)
