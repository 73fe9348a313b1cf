"""What the service would have known at every moment of a log: history, velocity and population, rebuilt in order.

All that is counted and learned is counted and learned by the code that serves; only the store is another one.
"""

from dataclasses import dataclass

from doorward.core import ring
from doorward.core.assurance import MULTI_FACTOR_AMR, PASSWORD_AMR, stated
from doorward.core.context import Sight
from doorward.core.facts import EnrolmentFacts, Facts, NetworkFacts
from doorward.core.history import OTP_WEIGHT, PASSWORD_ONLY_WEIGHT, answers
from doorward.core.keyed import KeyedHash
from doorward.core.population import Population, attempt_of, counts_of
from doorward.core.request import LOGIN, DecisionRequest
from doorward.device_tokens import Presented
from doorward.found_facts import Rings, device_facts, velocity_facts
from doorward.gather import observation_finishes, observation_of, sight_again
from doorward.learning import QUARANTINED, Lesson, standing
from doorward.offline.event import SignIn
from doorward.offline.shelf import Shelf
from doorward.offline.tokens import Tokens
from doorward.ports import AgentParser, Locator, Observation
from doorward.tallies import VALUES_KEPT

NOT_TOLD = "the log does not tell what the subject had enrolled"
_FLAGS = {"failed": ring.ATTEMPT | ring.FAILED, "passed": ring.ATTEMPT | ring.SUCCEEDED}
AAL_2 = 2
_TENANT = "log"
_PRUNE_EVERY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One event with the facts of its moment; `Past.learn` takes it."""

    event: SignIn
    facts: Facts
    sight: Sight
    name: str
    profile: bytes | None


class Past:
    """The memory that a log builds up, one event after the other; events must come in the order of their time.

    What is compared is kept as keyed marks, as the service does; the key is nobody's secret here. *zone* is the time
    zone of subjects whose own is not known. A device token is a name of a device (`tokens`).
    """

    def __init__(self, *, locator: Locator, agents: AgentParser, shelf: Shelf, zone: str = "UTC") -> None:
        self._locator = locator
        self._agents = agents
        self._shelf = shelf
        self._zone = zone
        self._tokens = Tokens(shelf)
        self._hasher = KeyedHash(b"a log's marks are compared here alone")
        self._population = Population()
        self._number = 0
        self._pruned_at = 0.0

    def see(self, event: SignIn) -> Seen:
        """Count *event* and return it with everything that would have been known at its moment."""
        self._number += 1
        self._prune(event.at)
        request, now = event.request, event.at
        network = event.network if event.network is not None else self._locator.look_up(request.client.ip)
        agent = self._agents.parse(request.client.user_agent)
        sight = sight_again(self._hasher, _TENANT, request, network, agent, "")
        token = self._token(request, sight)
        if token.device_id:
            sight = sight._replace(device_id=token.device_id)
        profile = self._shelf.get(f"profile {request.subject.id}")
        name = request.attempt_id or f"event {self._number}"
        rings, finishes = self._rings(request, network, token.device_id, name, now)
        facts = Facts(
            network=network,
            agent=agent,
            device=device_facts(request.client.device_token_collected, token, profile, now),
            history=answers(profile, sight, now),
            velocity=velocity_facts(rings, self._population, sight.marks.get("asn", 0), now),
            population=self._population.facts(sight.marks, now),
            enrolment=_enrolment(event),
            zone=self._zone,
        )
        if finishes:
            failed = request.credential.result == "failed"
            self._population.add(attempt_of(sight.marks.get("asn", 0), at=now, failed=failed))
        return Seen(event, facts, sight, name, profile)

    def learn(self, seen: Seen, *, level: str, second_factor: bool = False) -> None:
        """Learn a sign-in that ended as verified-good; *level* is the risk that it was judged to have.

        *second_factor* says that more than a password was shown, where the request itself does not tell.
        """
        event, sight = seen.event, seen.sight
        client = event.request.client
        if client.device_token_collected and not client.device_token:
            sight = sight._replace(device_id=self._tokens.issue(event.request.subject.id, sight.marks))
        second = second_factor or shows_second_factor(event.request)
        kind = standing(seen.facts.history, level=level, second_factor=second)
        lesson = Lesson(
            event_id=f"{seen.name} {event.at!r}",
            at=event.at,
            sight=sight,
            weight=OTP_WEIGHT if second else PASSWORD_ONLY_WEIGHT,
            quarantined=kind == QUARANTINED,
        )
        self._shelf.put(f"profile {event.request.subject.id}", lesson.rewrite(seen.profile))
        learned = lesson.learned
        if learned is not None:
            told = counts_of(seen.sight.marks, learned.counted, at=event.at, weight=learned.amount)
            self._population.add(told)

    def _token(self, request: DecisionRequest, sight: Sight) -> Presented:
        """Return what a token is worth in a log: whoever wrote it knew the device by that name."""
        name = request.client.device_token
        if not name:
            return Presented("none")
        return Presented("valid", self._tokens.device_of(name, request.subject.id, sight.marks))

    def _rings(
        self, request: DecisionRequest, network: NetworkFacts, device: str, name: str, now: float
    ) -> tuple[Rings, bool]:
        """Return the rings with this attempt in them, and whether this event is the first to tell how it ended."""
        keys = dict(zip(_LIMITS, _keys(request, network, device), strict=True))
        held = {kind: self._held(kind, key, now) for kind, key in keys.items()}
        finishes = False
        if request.kind == LOGIN:
            observed = _observation(self._hasher, request, network, name)
            finishes = observation_finishes(observed, ring.flags_of(held["subject"] or b"", observed.attempt))
            for kind, before in held.items():
                if before is not None:
                    held[kind] = _appended(kind, before, observed, now)
                    self._shelf.put(f"{kind} {keys[kind]}", held[kind] or b"")
        return Rings(held["subject"] or b"", held["address"], held["prefix"], held["device"]), finishes

    def _held(self, kind: str, key: str, now: float) -> bytes | None:
        """Return the ring of *key*, without what no window reaches any more; None where there is no key."""
        if not key:
            return None
        held = self._shelf.get(f"{kind} {key}") or b""
        newest = held[-ring.ENTRY_BYTES :]
        return held if newest and next(ring.raw_entries(newest))[0] > now - ring.LIFE_SECONDS else b""

    def _prune(self, now: float) -> None:
        if now - self._pruned_at >= _PRUNE_EVERY_SECONDS:
            self._pruned_at = now
            self._population.forget_before(now)
            self._population.keep_most_common(VALUES_KEPT)


_LIMITS = {
    "subject": ring.SUBJECT_LIMIT,
    "address": ring.ADDRESS_LIMIT,
    "prefix": ring.PREFIX_LIMIT,
    "device": ring.DEVICE_LIMIT,
}


def _keys(request: DecisionRequest, network: NetworkFacts, device: str) -> tuple[str, str, str, str]:
    placed = (network.address, network.prefix) if network.version else ("", "")
    return (request.subject.id, *placed, device)


def _observation(hasher: KeyedHash, request: DecisionRequest, network: NetworkFacts, name: str) -> Observation:
    flags = _FLAGS.get(request.credential.result, ring.ATTEMPT)
    return observation_of(hasher, _TENANT, subject_id=request.subject.id, attempt_id=name, network=network, flags=flags)


def _appended(kind: str, before: bytes, observed: Observation, now: float) -> bytes:
    return ring.append(
        before,
        at=now,
        other=observed.address_mark if kind == "subject" else observed.subject_mark,
        attempt=observed.attempt,
        country=observed.country,
        flags=observed.flags,
        limit=_LIMITS[kind],
    )


def shows_second_factor(request: DecisionRequest) -> bool:
    """Answer whether the log tells of more than a password; a log's bare `mfa` is believed."""
    amr = request.session.amr
    first = (PASSWORD_AMR,) if request.credential.result == "passed" else ()
    return MULTI_FACTOR_AMR in amr or stated(amr, first=first).aal >= AAL_2


def _enrolment(event: SignIn) -> EnrolmentFacts:
    if event.enrolled is None:
        return EnrolmentFacts(readable=False, reason=NOT_TOLD)
    return EnrolmentFacts(types=event.enrolled)
