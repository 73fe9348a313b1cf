"""Authenticators that another system has bound and confirmed, bound here as they are: looked at first, then bound.

What is bound keeps its name however often it is brought: its id is a keyed hash of what it is. So it is bound once,
and one that was revoked since does not come back with the next run.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doorward.adopted_fields import checked_fields
from doorward.ceremony import Adopter, Ceremony, Json, Realm
from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.enrolment import ACTIVE, MAX_AUTHENTICATORS, PENDING, Authenticator, Event, Holdings
from doorward.core.errors import BadInput, Conflict, Mistake, Unreadable
from doorward.core.leave import IMPORT
from doorward.core.safe_text import has_unsafe_characters
from doorward.subjects import Subjects

# How an authenticator of the file stands to what its subject has.
NEW = "new"
THERE = "there"
ENDED = "ended"
TWICE = "twice"
STANDINGS = (NEW, THERE, ENDED, TWICE)

EVENT = "imported"

MAX_SUBJECT = 256
MAX_LABEL = 100
MAX_ORIGIN = 128

# What makes two authenticators of a type the same one.
_SAME: Mapping[str, str] = {
    "totp": "secret",
    "hotp": "secret",
    "sms": "to",
    "voice": "to",
    "email": "to",
    "passkey": "credential_id",
}
# A number may be shared by a household; a secret belongs to one person.
_ONE_OWNER = ("totp", "hotp", "passkey")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says of one authenticator; *place* is where it says so: a line, or a path in a document."""

    place: str
    subject: str
    type: str
    label: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An authenticator that could be bound; *again* where the file has it a second time."""

    place: str
    subject: str
    one: Authenticator
    again: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """How each candidate stands, in the order of the subjects, and why some cannot be bound."""

    rows: tuple[tuple[Candidate, str], ...]
    mistakes: tuple[Mistake, ...]


# Wraps the subjects that go by, to show how far it is.
Progress = Callable[[Sequence[str]], Iterable[str]]


class AdoptionDesk:
    """Takes over what another system has bound; *origin* is the name of the file, for the record."""

    def __init__(self, subjects: Subjects, adopters: Mapping[str, Adopter], realm: Realm, origin: str) -> None:
        self._subjects = subjects
        self._adopters = adopters
        self._realm = realm
        self._origin = "".join(each if each.isprintable() else "?" for each in origin)[:MAX_ORIGIN]

    def read(self, entries: Iterable[Entry | Mistake], now: float) -> tuple[list[Candidate], list[Mistake]]:
        """Return what the entries stand for, and every mistake in the file, each with its place, in their order."""
        candidates: list[Candidate] = []
        mistakes: list[Mistake] = []
        owners: dict[bytes, tuple[str, str]] = {}
        seen: set[str] = set()
        for entry in entries:
            if isinstance(entry, Mistake):
                mistakes.append(entry)
                continue
            try:
                one = self._one(entry, now)
                self._check_owner(entry, one, owners)
            except BadInput as bad:
                mistakes += [placed(entry.place, each) for each in bad.mistakes]
                continue
            candidates.append(Candidate(entry.place, entry.subject, one, again=one.id in seen))
            seen.add(one.id)
        return candidates, mistakes

    def look(self, candidates: Iterable[Candidate], now: float, progress: Progress) -> Looked:
        """Return what would be bound; nothing is written."""
        return self._each(candidates, self._looked_at, now, progress)

    def bind(self, candidates: Iterable[Candidate], now: float, progress: Progress) -> Looked:
        """Bind what is new, each subject at once and beside a service that goes on."""
        return self._each(candidates, self._bound, now, progress)

    def _each(
        self,
        candidates: Iterable[Candidate],
        act: Callable[[str, list[Candidate], float], list[tuple[Candidate, str]]],
        now: float,
        progress: Progress,
    ) -> Looked:
        of_subjects: dict[str, list[Candidate]] = {}
        for each in candidates:
            of_subjects.setdefault(each.subject, []).append(each)
        rows: list[tuple[Candidate, str]] = []
        mistakes: list[Mistake] = []
        for subject in progress(list(of_subjects)):
            group = of_subjects[subject]
            try:
                rows += act(subject, group, now)
            except Conflict:
                too_many = f"with it the subject would have more than {MAX_AUTHENTICATORS} authenticators"
                mistakes.append(placed(group[-1].place, Mistake(too_many)))
            except Unreadable:
                mistakes.append(placed(group[0].place, Mistake("no key opens what the subject has bound")))
        return Looked(tuple(rows), tuple(mistakes))

    def _looked_at(self, subject: str, group: list[Candidate], now: float) -> list[tuple[Candidate, str]]:
        held = self._subjects.read(self._realm.tenant, self._key(subject), now).tidy(now)
        rows = _standings(held, group)
        self._with_new(held, rows, now)
        return rows

    def _bound(self, subject: str, group: list[Candidate], now: float) -> list[tuple[Candidate, str]]:
        rows = self._looked_at(subject, group, now)
        if not any(standing == NEW for _, standing in rows):
            return rows

        def add(kept: Holdings) -> Holdings:
            held = kept.tidy(now)
            rows[:] = _standings(held, group)
            return self._with_new(held, rows, now)

        self._subjects.change(self._realm.tenant, self._key(subject), add, now)
        return rows

    def _with_new(self, held: Holdings, rows: list[tuple[Candidate, str]], now: float) -> Holdings:
        for each, standing in rows:
            if standing == NEW:
                held = held.with_(each.one).noted(Event(now, EVENT, each.one.id, IMPORT, self._origin))
        return held

    def _key(self, subject: str) -> bytes:
        return self._subjects.key(self._realm.tenant, subject)

    def _one(self, entry: Entry, now: float) -> Authenticator:
        _check_names(entry)
        if entry.type not in self._adopters:
            raise BadInput([Mistake(f"one of {', '.join(self._adopters)} was expected", "#/type")])
        asked = checked_fields(entry.type, entry.asked)
        state = self._adopters[entry.type].adopt(_with_seed(asked), Ceremony("", self._realm, entry.subject, now))
        kind = AUTHENTICATOR_TYPES[entry.type]
        return Authenticator(
            self._id(entry, state),
            kind.name,
            state,
            label=entry.label,
            status=ACTIVE,
            created_at=now,
            confirmed_at=now,
            phishing_resistant=kind.phishing_resistant,
            restricted=kind.restricted,
            aal=kind.aal_after_password,
            bound_from={"by": IMPORT, "reason": self._origin},
            status_at=now,
        )

    def _id(self, entry: Entry, state: Json) -> str:
        named = f"{entry.subject}\x1f{entry.type}\x1f{state[_SAME[entry.type]]}"
        digest = self._subjects.hasher.key(self._realm.tenant, "adopted", named)
        return f"fac_{base64.urlsafe_b64encode(digest).decode('ascii').rstrip('=')}"

    def _check_owner(self, entry: Entry, one: Authenticator, owners: dict[bytes, tuple[str, str]]) -> None:
        """Return where no other subject of the file has the same secret."""
        if one.type not in _ONE_OWNER:
            return
        mark = self._subjects.hasher.key(self._realm.tenant, "adopted-secret", str(one.state[_SAME[one.type]]))
        owner, place = owners.setdefault(mark, (entry.subject, entry.place))
        if owner != entry.subject:
            what = "#/credential_id" if one.type == "passkey" else "#/secret"
            raise BadInput([Mistake(f"another subject has the same, in {place}", what)])


def placed(place: str, mistake: Mistake) -> Mistake:
    """Return *mistake* with the place in its text; it holds nothing of what stands there."""
    name = mistake.pointer.removeprefix("#").strip("/")
    return Mistake(": ".join(each for each in (place, name, mistake.detail) if each), mistake.pointer)


def _standings(held: Holdings, group: list[Candidate]) -> list[tuple[Candidate, str]]:
    return [(each, _standing(held, each)) for each in group]


def _standing(held: Holdings, candidate: Candidate) -> str:
    one = candidate.one
    if candidate.again:
        return TWICE
    if any(each.id == one.id or _is_same(each, one) for each in held.authenticators):
        return THERE
    return ENDED if any(each.id == one.id for each in held.past) else NEW


def _is_same(held: Authenticator, one: Authenticator) -> bool:
    """Answer whether *held* was bound here, and is what *one* is; what nobody has confirmed may never be."""
    name = _SAME[one.type]
    return held.type == one.type and held.status != PENDING and held.state.get(name) == one.state[name]


def _check_names(entry: Entry) -> None:
    mistakes = []
    if not 1 <= len(entry.subject) <= MAX_SUBJECT or has_unsafe_characters(entry.subject):
        expected = f"1 to {MAX_SUBJECT} characters without control or direction characters were expected"
        mistakes.append(Mistake(expected, "#/subject"))
    if len(entry.label) > MAX_LABEL or has_unsafe_characters(entry.label):
        expected = f"at most {MAX_LABEL} characters without control or direction characters were expected"
        mistakes.append(Mistake(expected, "#/label"))
    if mistakes:
        raise BadInput(mistakes)


def _with_seed(asked: Json) -> Json:
    """Return *asked* with a seed that was given in hexadecimal as base32."""
    if "secret_hex" not in asked:
        return asked
    rest = {name: value for name, value in asked.items() if name != "secret_hex"}
    if "secret" in rest:
        raise BadInput([Mistake("the seed is given twice, as 'secret' too", "#/secret_hex")])
    try:
        seed = binascii.unhexlify(asked["secret_hex"])
    except ValueError:
        raise BadInput([Mistake("hexadecimal digits were expected", "#/secret_hex")]) from None
    return rest | {"secret": base64.b32encode(seed).decode("ascii")}
