"""Everything that a store keeps sealed, sealed again under the first key, so that those behind it can be taken away.

The service goes on meanwhile: each value is replaced atomically, and one that was changed in between is left to
whoever changed it. Answers to idempotency keys are not sealed again; they end within a day.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from doorward import (
    challenge_rows,
    device_places,
    kept,
    own_scales,
    policy_texts,
    runtime_lists,
    signing_keys,
    subjects,
)
from doorward.core.errors import DoorwardError, Unreadable
from doorward.ports import ChallengeRow, ListEntry, Rewrite, Sealer, Store
from doorward.row_kinds import Row

# Wraps the rows that go by, to show how far it is; the text is a word for the step.
Progress = Callable[[str, Iterable[Row]], Iterable[Row]]

ENDING_BY_THEMSELVES = "idempotency"
# What stands before an answer that the service sealed; one that its client can open is none of ours.
_BY_SERVICE = b"s"


class KeySealer(Sealer, Protocol):
    """A sealer whose keys have names."""

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        ...

    def key_of(self, sealed: bytes) -> str | None:
        """Return the name of the key that *sealed* needs; None where it is not sealed at all."""
        ...


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values of each kind were sealed again, and how many are left under each other key.

    A value that no key opens is among those that are left, and in *unreadable*.
    """

    done: Mapping[str, int]
    left: Mapping[str, Mapping[str, int]]
    unreadable: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Answer whether nothing is left but what ends by itself."""
        return all(set(kinds) <= {ENDING_BY_THEMSELVES} for kinds in self.left.values())


class _ChangedMeanwhile(DoorwardError):
    """Somebody wrote the value after it was read, and sealed it as it should be."""


@dataclass(frozen=True, slots=True)
class SealedKind:
    """One kind of row: the column that is sealed, for which purpose, and how that is replaced.

    The purpose is empty where this row is not ours to seal.
    """

    column: str
    purpose: Callable[[Row], str]
    rewrite: Callable[[Store, Row, Rewrite, float], object]


def reseal(store: Store, sealer: KeySealer, *, now: float, progress: Progress) -> Resealed:
    """Seal everything again that another key than the first has sealed; as often as you like."""
    done, unreadable = Counter[str](), Counter[str]()
    for row in progress("sealing again", store.export(tuple(KINDS), now)):
        if _key_of(row, sealer) in (None, sealer.current) or not KINDS[row.kind].purpose(row):
            continue
        try:
            _reseal_one(store, sealer, row, now)
        except _ChangedMeanwhile:
            continue
        except Unreadable:
            unreadable[row.kind] += 1
        else:
            done[row.kind] += 1
    return Resealed(done, left(store, sealer, now=now, progress=progress), unreadable)


def left(store: Store, sealer: KeySealer, *, now: float, progress: Progress) -> dict[str, dict[str, int]]:
    """Return how many values of each kind are sealed under each key but the first."""
    found: dict[str, Counter[str]] = {}
    for row in progress("looking", store.export((*KINDS, ENDING_BY_THEMSELVES), now)):
        key = _key_of(row, sealer)
        if key not in (None, sealer.current) and (row.kind not in KINDS or KINDS[row.kind].purpose(row)):
            found.setdefault(str(key), Counter())[row.kind] += 1
    return {key: dict(kinds) for key, kinds in sorted(found.items())}


def _key_of(row: Row, sealer: KeySealer) -> str | None:
    if row.kind == ENDING_BY_THEMSELVES:
        answer = row.of("answer") or b""
        return sealer.key_of(answer[1:]) if answer[:1] == _BY_SERVICE else None
    return sealer.key_of(row.of(KINDS[row.kind].column))


def _reseal_one(store: Store, sealer: KeySealer, row: Row, now: float) -> None:
    kind = KINDS[row.kind]
    read, purpose = row.of(kind.column), kind.purpose(row)

    def again(held: bytes | None) -> bytes:
        if held != read:
            raise _ChangedMeanwhile
        return sealer.seal(sealer.open(read, purpose), purpose)

    kind.rewrite(store, row, again, now)


def _rewrite_challenge(store: Store, row: Row, rewrite: Rewrite, now: float) -> None:
    store.rewrite_challenge(_challenge(row), lambda one: replace(one, body=rewrite(one.body) or one.body), now)


def _challenge(row: Row) -> ChallengeRow:
    names = ("id", "tenant", "subject", "decision_id", "status", "body", "created_at", "expires_at")
    return ChallengeRow(*(row.of(name) for name in names))


def _rewrite_note(store: Store, row: Row, rewrite: Rewrite, now: float) -> None:
    store.rewrite_note(
        row.of("tenant"), row.of("owner"), row.of("name"), rewrite, expires_at=row.of("expires_at"), now=now
    )


def _purpose_of_secret(row: Row) -> str:
    of_secret = (signing_keys.purpose_of, policy_texts.purpose_of, own_scales.purpose_of)
    return next(filter(None, (purpose(row.of("tenant"), row.of("name")) for purpose in of_secret)), "")


def _purpose_of_note(row: Row) -> str:
    """Return for what a note is sealed. Counters and budgets name nobody, and stand in clear."""
    return device_places.purpose_of(row.of("owner")) if row.of("name") == device_places.NOTE else ""


def _purpose_of_entry(row: Row) -> str:
    names = ("name", "key", "entry", "until", "created_at")
    return runtime_lists.purpose_of(row.of("tenant"), ListEntry(*(row.of(name) for name in names)))


KINDS: Mapping[str, SealedKind] = {
    "secrets": SealedKind(
        "value",
        _purpose_of_secret,
        lambda store, row, rewrite, _: store.rewrite_secret(row.of("tenant"), row.of("name"), rewrite),
    ),
    "authenticators": SealedKind(
        "body",
        lambda row: subjects.purpose_of(row.of("tenant"), row.of("subject")),
        lambda store, row, rewrite, now: store.rewrite_authenticators(
            row.of("tenant"), row.of("subject"), rewrite, now
        ),
    ),
    "list_entries": SealedKind(
        "entry",
        _purpose_of_entry,
        lambda store, row, rewrite, now: store.rewrite_entry(
            row.of("tenant"), row.of("name"), row.of("key"), rewrite, now
        ),
    ),
    "records": SealedKind(
        "body",
        lambda row: kept.purpose_of(row.of("tenant"), row.of("id")),
        lambda store, row, rewrite, now: store.rewrite_record(row.of("tenant"), row.of("id"), rewrite, now),
    ),
    "challenges": SealedKind("body", lambda row: challenge_rows.purpose_of(_challenge(row)), _rewrite_challenge),
    "notes": SealedKind("body", _purpose_of_note, _rewrite_note),
}
