"""The life of a challenge, as a pure state machine: opened, answered, passed or ended.

An attempt is spent before the answer is checked, and settled afterwards. Answers that are checked at the same time
are counted as *in flight*, so that the last wrong one does not fail a challenge that another is just passing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from doorward.core.assurance import AUTHENTICATOR_TYPES, Assurance, combine, first_factors, meets
from doorward.core.contacts import Vouched
from doorward.core.errors import ChallengeEnded, ChallengeExpired, MoreRequired, ReplayedCode, TooManyAttempts
from doorward.core.hosted import Hosted
from doorward.core.outcome import Enrolled, Proof, Requirement
from doorward.core.record import request_from_json, request_to_json
from doorward.core.request import DecisionRequest

PENDING = "pending"
PASSED = "passed"
FAILED = "failed"
EXPIRED = "expired"
CANCELLED = "cancelled"

MAX_ATTEMPTS = 5

# SP 800-63B-4, section 3.1.3.2: out-of-band authentication completes within ten minutes, in all cases.
MAX_LIFE_SECONDS = 600

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One authenticator that was verified for a challenge; *user_verified* and *synced* are a passkey's flags."""

    id: str
    type: str
    at: float
    user_verified: bool = True
    synced: bool = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge, and all that it is bound to.

    *offered* are the authenticators that may answer, *live* what each must be answered with, by its id.
    *enrol* are the types that may be bound within it, where the subject has none, and *grant* is the hash of what
    allows it until *grant_until*, after what reaches *grant_aal* was shown. *vouched* are the contacts among the
    offered: a code to one of them passes nothing, it gives the grant. *lane* is the known device that it was opened
    from, whose guesses are counted apart. *hosted* is what our own page keeps of it.
    """

    request: DecisionRequest
    required: Requirement
    offered: tuple[Enrolled, ...] = ()
    passed: tuple[Shown, ...] = ()
    enrol: tuple[str, ...] = ()
    vouched: tuple[Vouched, ...] = ()
    bind: bool = False
    binding: str = ""
    max_age: float | None = None
    level: str = ""
    status: str = PENDING
    expires_at: float = 0.0
    spent: int = 0
    in_flight: int = 0
    live: Mapping[str, Json] = field(default_factory=dict, repr=False)
    grant: str = ""
    grant_until: float = 0.0
    grant_aal: int = 0
    lane: str = ""
    hosted: Hosted = field(default_factory=Hosted)

    @property
    def subject_id(self) -> str:
        return self.request.subject.id

    @property
    def attempts_left(self) -> int:
        return max(0, MAX_ATTEMPTS - self.spent)

    def status_at(self, now: float) -> str:
        """Return the status; a pending challenge is expired once its time is over."""
        return EXPIRED if self.status == PENDING and now >= self.expires_at else self.status

    def check_open(self, now: float) -> None:
        """Return where the challenge can still be answered; ChallengeEnded or ChallengeExpired where not."""
        status = self.status_at(now)
        if status == EXPIRED:
            raise ChallengeExpired("the challenge has expired")
        if status != PENDING:
            raise ChallengeEnded(f"the challenge has ended: it is {status}")

    def contact(self, authenticator_id: str) -> Vouched | None:
        """Return the contact that *authenticator_id* stands for, if it does."""
        return next((each for each in self.vouched if each.id == authenticator_id), None)

    def counting_from(self, since: float) -> Self:
        """Return the challenge without what was shown before *since*, when something that was bound was lost."""
        return replace(self, passed=tuple(each for each in self.passed if each.at >= since))

    def check_not_shown(self, authenticator_id: str) -> None:
        """Return where this authenticator was not verified for the challenge yet; ReplayedCode where it was."""
        if any(each.id == authenticator_id for each in self.passed):
            raise ReplayedCode("this authenticator was shown before")

    def spend(self, now: float) -> Self:
        """Return the challenge with one more attempt spent and in flight; TooManyAttempts where none is left."""
        self.check_open(now)
        if self.spent >= MAX_ATTEMPTS:
            raise TooManyAttempts("the challenge takes no more answers")
        return replace(self, spent=self.spent + 1, in_flight=self.in_flight + 1)

    def settle_wrong(self) -> Self:
        """Return the challenge after an answer that was not accepted; failed once it was the last."""
        left = max(0, self.in_flight - 1)
        ends = self.status == PENDING and self.spent >= MAX_ATTEMPTS and left == 0
        return replace(self, in_flight=left, status=FAILED, live={}) if ends else replace(self, in_flight=left)

    def give_back(self) -> Self:
        """Return the challenge after a right answer that does not pass it by itself: the attempt is given back."""
        return replace(self, spent=self.spent - 1, in_flight=max(0, self.in_flight - 1))

    def settle_right(self, shown: Shown, now: float, *, spent: bool = True) -> Self:
        """Return the challenge after a right answer: passed where nothing more is required.

        An attempt that was *spent* on a right answer is given back; ReplayedCode where this authenticator was shown
        before, and ChallengeEnded where the challenge is over meanwhile. The code of a contact counts for nothing
        but a grant.
        """
        self.check_open(now)
        if self.contact(shown.id) is not None:
            return self._settle_contact(shown.id)
        self.check_not_shown(shown.id)
        back = 1 if spent else 0
        live = {name: kept for name, kept in self.live.items() if name != shown.id}
        answered = replace(
            self,
            passed=(*self.passed, shown),
            spent=self.spent - back,
            in_flight=max(0, self.in_flight - back),
            live=live,
        )
        return replace(answered, status=PASSED, live={}) if answered.is_met(now) else answered

    def _settle_contact(self, contact_id: str) -> Self:
        if contact_id not in self.live:
            raise ReplayedCode("the code was used before")
        answered = self.with_live(contact_id, None)
        return replace(answered, spent=self.spent - 1, in_flight=max(0, self.in_flight - 1))

    def granting(self, digest: str, *, aal: int, until: float, now: float) -> Self:
        """Return the challenge with a grant in the place of an earlier one."""
        self.check_open(now)
        return replace(self, grant=digest, grant_until=until, grant_aal=aal)

    def disowned(self) -> Self:
        """Return the challenge of somebody who was not the owner: nothing is answered, bound or collected any more."""
        status = CANCELLED if self.status == PENDING else self.status
        return replace(self, status=status, live={}, grant="", hosted=self.hosted.disowned())

    def offering(self, new: Enrolled) -> Self:
        """Return the challenge that *new* may answer too."""
        return replace(self, offered=(*self.offered, new))

    def is_met(self, now: float) -> bool:
        """Answer whether what was shown so far is what was required."""
        return bool(self.passed) and meets(self.required, self.proof(now))

    def check_met(self, now: float) -> None:
        """Return where nothing more is required; MoreRequired where another authenticator must be shown."""
        if not self.is_met(now):
            raise MoreRequired("another authenticator is required too")

    def assurance(self, now: float) -> Assurance:
        """Return what was shown adds up to, with the first factor that the caller states."""
        types = [each.type for each in self.passed]
        passkeys = [each for each in self.passed if each.type == "passkey"]
        return combine(
            types,
            first=self.first_factors(now),
            user_verified=all(each.user_verified for each in passkeys),
            synced=any(each.synced for each in passkeys),
        )

    def first_factors(self, now: float) -> tuple[str, ...]:
        """Return the factors that are stated: at this sign-in, or in a session no older than `max_age`."""
        return first_factors(self.request, now=now, max_age=self.max_age)

    def proof(self, now: float, jti: str = "") -> Proof:
        """Return what passing proves; bound to the action where the rule binds."""
        assurance = self.assurance(now)
        return Proof(
            auth_time=now,
            aal=assurance.aal,
            amr=assurance.amr,
            types=tuple(dict.fromkeys(each.type for each in self.passed)),
            phishing_resistant=any(AUTHENTICATOR_TYPES[each.type].phishing_resistant for each in self.passed),
            application_id=self.request.application_id,
            session_id=self.request.session.id,
            binding=self.binding,
            jti=jti,
        )

    def with_live(self, authenticator_id: str, live: Json | None) -> Self:
        """Return the challenge with what *authenticator_id* must be answered with, or with nothing."""
        others = {name: kept for name, kept in self.live.items() if name != authenticator_id}
        return replace(self, live=others if live is None else {**others, authenticator_id: live})

    def to_json(self) -> Json:
        return {
            "request": request_to_json(self.request),
            "required": self.required.to_json() | {"name": self.required.name},
            "offered": [[each.type, each.id, each.label] for each in self.offered],
            "passed": [[each.id, each.type, each.at, each.user_verified, each.synced] for each in self.passed],
            "enrol": list(self.enrol),
            "vouched": [[each.id, each.channel, each.address] for each in self.vouched],
            "bind": self.bind,
            "binding": self.binding,
            "max_age": self.max_age,
            "level": self.level,
            "spent": self.spent,
            "in_flight": self.in_flight,
            "live": dict(self.live),
            "grant": [self.grant, self.grant_until, self.grant_aal],
            "lane": self.lane,
            "hosted": self.hosted.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, status: str, expires_at: float) -> Self:
        return cls(
            request=request_from_json(data["request"]),
            required=Requirement(**data["required"] | {"any_of": tuple(data["required"]["any_of"])}),
            offered=tuple(Enrolled(name, kind, label) for kind, name, label in data["offered"]),
            passed=tuple(Shown(*each) for each in data["passed"]),
            enrol=tuple(data["enrol"]),
            vouched=tuple(Vouched(*each) for each in data["vouched"]),
            bind=data["bind"],
            binding=data["binding"],
            max_age=data["max_age"],
            level=data["level"],
            status=status,
            expires_at=expires_at,
            spent=data["spent"],
            in_flight=data["in_flight"],
            live=data["live"],
            grant=data["grant"][0],
            grant_until=data["grant"][1],
            grant_aal=data["grant"][2],
            lane=data["lane"],
            hosted=Hosted.from_json(data["hosted"]),
        )
