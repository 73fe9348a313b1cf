"""What one decision writes: steps of one script, all or nothing, or one script for each hash tag of a Cluster."""

from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from doorward.ports import ENDED_CHALLENGE_SECONDS, ChallengeRow, RecordRow
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Call, Word

# So many of a subject's records are listed by the subject; older ones are listed by their time alone.
RECORDS_OF_A_SUBJECT = 1000


class Step(NamedTuple):
    """What is done under *key*: *what* of `scripts.WRITE`, the value, its life in milliseconds, and two words more."""

    key: bytes
    what: str
    value: bytes
    life: int
    third: Word = b""
    fourth: Word = b""


key_of, _words = itemgetter(0), itemgetter(slice(1, None))


def call_of(steps: Sequence[Step], now: float) -> Call:
    """Return the call that takes *steps*, which one node must be able to: 1, or why nothing was written."""
    return scripts.WRITE.call(tuple(map(key_of, steps)), repr(now), *chain.from_iterable(map(_words, steps)))


def calls_of(steps: Sequence[Step], now: float) -> list[Call]:
    """Return the calls that take *steps* on whatever kind of Redis."""
    return [call_of(portion, now) for portion in layout.portions(steps, key_of, undivided=False)]


def own(tenant: str, name: str, subject: bytes, ends_at: float, now: float) -> Step:
    """Return the step that says whose the thing called *name* is."""
    value = values.end(ends_at) + subject
    return Step(layout.owner(tenant, name), "own", value, values.milliseconds(ends_at, now))


def profile_step(key: bytes, stamp: bytes, value: bytes, life: int) -> Step:
    """Return the step that lets nothing be written where the profile has not *stamp* any more; b"" deletes it."""
    return Step(key, "profile", value, life, stamp)


def record_steps(row: RecordRow, now: float) -> list[Step]:
    """Return what keeps *row* with its subject, and lists it there."""
    owner, life = (row.tenant, row.subject), values.milliseconds(row.expires_at, now)
    listed = (row.id.encode(), life, repr(row.at), RECORDS_OF_A_SUBJECT)
    return [
        Step(layout.record(*owner, row.id), "record", record_value(row), life),
        Step(layout.subject(*owner, "records"), "index", *listed),
    ]


def challenge_steps(row: ChallengeRow, now: float) -> list[Step]:
    """Return what keeps *row* with its subject, and makes it the newest of its decision unless there is a newer."""
    owner, ends = (row.tenant, row.subject), row.expires_at + ENDED_CHALLENGE_SECONDS
    life = values.milliseconds(ends, now)
    newest = values.end(ends) + values.end(row.created_at) + row.id.encode()
    return [
        Step(layout.challenge(*owner, row.id), "challenge", challenge_value(row), life),
        Step(layout.challenge_of(*owner, row.decision_id), "newest", newest, life),
    ]


def record_value(row: RecordRow) -> bytes:
    head = (row.id, row.tenant, row.subject, row.at, row.outcome, row.rule, row.expires_at)
    return values.kept(row.expires_at, values.columns(head, row.body))


def challenge_value(row: ChallengeRow) -> bytes:
    head = (row.id, row.tenant, row.subject, row.decision_id, row.status, row.created_at, row.expires_at)
    return values.kept(row.expires_at + ENDED_CHALLENGE_SECONDS, values.columns(head, row.body))
