"""Sign-ins of a log that histories may be made of, so that people are known here on the first day.

What the log says is turned into marks at once: nothing that names an address or a browser is kept, also not in the
file that puts the events in order. Devices are not made of a log's names.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from doorward.core.context import Sight
from doorward.core.history import LIFE_SECONDS, OTP_WEIGHT, PASSWORD_ONLY_WEIGHT, QUARANTINE_SECONDS
from doorward.core.keyed import KeyedHash
from doorward.core.request import LOGIN, DecisionRequest
from doorward.core.safe_text import has_unsafe_characters
from doorward.gather import sight_again
from doorward.offline.event import FRAUD, SignIn
from doorward.offline.past import shows_second_factor
from doorward.offline.spool import Spool
from doorward.ports import AgentParser, Locator
from doorward.subjects import subject_key

# Why an event teaches nothing.
TOO_OLD = "older than 180 days"
AHEAD = "ahead of the clock"
NO_LOGIN = "no login"
NOT_PASSED = "did not end as verified"
NOT_TOLD = "not told whether it was verified"
IS_FRAUD = "labelled as fraud"
NO_SUBJECT = "a subject that no decision could name"

MAX_SUBJECT = 256
# Clocks of two systems differ a little.
AHEAD_SECONDS = 300.0

_SIGHT = Sight._fields


@dataclass(frozen=True, slots=True)
class Lesson:
    """One verified sign-in of the log, as marks."""

    event_id: str
    at: float
    sight: Sight
    weight: float
    quarantined: bool

    def to_text(self) -> str:
        seen = [getattr(self.sight, name) for name in _SIGHT]
        return json.dumps([self.event_id, self.at, seen, self.weight, self.quarantined])

    @classmethod
    def from_text(cls, text: str) -> "Lesson":
        event_id, at, seen, weight, quarantined = json.loads(text)
        return cls(event_id, at, Sight(*seen), weight, quarantined)


class Sorting:
    """Puts the sign-ins of a log that may be learned from into a spool, as marks of *tenant*.

    Where an address is looked up here with a result, that counts and not what the log says of it: the next sign-in
    is looked up here too. With *assumed*, a success of which the log does not say more counts as verified.
    """

    def __init__(
        self, hasher: KeyedHash, tenant: str, locator: Locator, agents: AgentParser, *, assumed: bool, now: float
    ) -> None:
        self._hasher = hasher
        self._tenant = tenant
        self._locator = locator
        self._agents = agents
        self._assumed = assumed
        self._now = now

    def put(self, event: SignIn, spool: Spool) -> str:
        """Put *event* into *spool*, or return why it teaches nothing."""
        reason = self._reason(event)
        if not reason:
            key = subject_key(self._hasher, self._tenant, event.request.subject.id)
            spool.put(key, event.at, self._lesson(event).to_text())
        return reason

    def _reason(self, event: SignIn) -> str:
        request = event.request
        if request.kind != LOGIN:
            return NO_LOGIN
        if event.label == FRAUD:
            return IS_FRAUD
        if event.verified is False or (event.verified is None and request.credential.result != "passed"):
            return NOT_PASSED
        if event.verified is None and not self._assumed:
            return NOT_TOLD
        if len(request.subject.id) > MAX_SUBJECT or has_unsafe_characters(request.subject.id):
            return NO_SUBJECT
        if event.at <= self._now - LIFE_SECONDS:
            return TOO_OLD
        return AHEAD if event.at > self._now + AHEAD_SECONDS else ""

    def _lesson(self, event: SignIn) -> Lesson:
        request, found = event.request, self._locator.look_up(event.request.client.ip)
        network = event.network if event.network is not None and found.country is None else found
        agent = self._agents.parse(request.client.user_agent)
        second = shows_second_factor(request)
        return Lesson(
            event_id=event_id_of(event),
            at=event.at,
            sight=sight_again(self._hasher, self._tenant, request, network, agent, ""),
            weight=OTP_WEIGHT if second else PASSWORD_ONLY_WEIGHT,
            quarantined=not second and event.at > self._now - QUARANTINE_SECONDS,
        )


def event_id_of(event: SignIn) -> str:
    """Return a name that the same line of a log always has."""
    request: DecisionRequest = event.request
    said = (event.at, request.attempt_id, request.client.ip, request.client.user_agent, request.session.id)
    return f"log {sha256(json.dumps(said).encode('utf-8', 'surrogatepass')).hexdigest()}"
