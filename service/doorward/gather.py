"""request ─▶ facts: the look-ups and the one trip to the store that a decision begins with."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from doorward.ceremony import ProofReader
from doorward.core import ring
from doorward.core.contacts import Vouched
from doorward.core.context import Sight, sight_of
from doorward.core.enrolment import Holdings
from doorward.core.errors import InvalidAssertion, StoreUnavailable, Unreadable
from doorward.core.facts import (
    AgentFacts,
    DeviceFacts,
    EnrolmentFacts,
    Facts,
    HistoryFacts,
    NetworkFacts,
    VelocityFacts,
)
from doorward.core.history import answers
from doorward.core.keyed import KeyedHash
from doorward.core.outcome import Enrolled, Proof
from doorward.core.population import Population, attempt_of
from doorward.core.request import LOGIN, DecisionRequest
from doorward.device_tokens import Presented, device_id_of, presented
from doorward.found_facts import Rings, device_facts, velocity_facts
from doorward.meter import Meter
from doorward.ports import AgentParser, DecisionStore, Keys, Locator, Observation, Sealer, Snapshot
from doorward.session_proofs import SessionProofs
from doorward.subjects import Bound, bound_by, subject_key
from doorward.tallies import Tallies
from doorward.vouching import vouched_for

EXEMPT = "exempt"
UNREACHABLE = "the history cannot be read now"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where facts come from. *device_key* is what device tokens derive from, *types* are the authenticators that can
    be verified, *zone* is the default time zone of subjects whose own is not known.
    """

    store: DecisionStore
    locator: Locator
    agents: AgentParser
    hasher: KeyedHash
    tallies: Tallies
    sealer: Sealer
    proofs: ProofReader
    session_proofs: SessionProofs
    meter: Meter
    device_key: bytes
    types: Collection[str]
    zone: str = "UTC"


class Found(NamedTuple):
    """What one attempt brought to light: the facts to decide and record by, and what the write needs.

    *holdings* are all that the subject has bound, None where they could not be read. *ended* says that this call was
    the first to tell how its sign-in ended.
    """

    facts: Facts
    keys: Keys
    sight: Sight
    presented: Presented
    enrolled: tuple[Enrolled, ...] = ()
    vouched: tuple[Vouched, ...] = ()
    holdings: Holdings | None = None
    proofs: tuple[Proof, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    listed: tuple[str, ...] = ()
    lists_version: int = 0
    degraded: tuple[str, ...] = ()
    ended: bool = False


class Past(NamedTuple):
    """What the store and the shared sums hold of one attempt, and where; *ended* as in Found."""

    keys: Keys
    sight: Sight
    snapshot: Snapshot
    population: Population
    ended: bool


def gather(sources: Sources, tenant: str, request: DecisionRequest, now: float, *, decision_id: str = "") -> Found:
    """Find everything out about one attempt; it counts as one only with a *decision_id*.

    The calls of one attempt are joined by `attempt_id`, and without it the decision stands for the attempt.
    """
    with sources.meter.stage("facts"):
        network = sources.locator.look_up(request.client.ip)
        agent = sources.agents.parse(request.client.user_agent)
    keys = keys_of(sources.hasher, tenant, request, network)
    sight = sight_again(sources.hasher, tenant, request, network, agent, "")
    observation = _observation(sources.hasher, tenant, request, network, decision_id)
    try:
        with sources.meter.stage("store_begin"):
            snapshot = sources.store.begin(keys, observation, now)
            newest = snapshot.tallies_version
            population = sources.tallies.population(tenant, now, newest=newest)
    except StoreUnavailable:
        sources.meter.store_failed("begin")
        return without_history(Facts(network=network, agent=agent, zone=sources.zone), keys, sight, request)
    ended = observation is not None and finishes(observation, snapshot)
    if ended:
        failed = request.credential.result == "failed"
        sources.tallies.add(tenant, attempt_of(sight.marks.get("asn", 0), at=now, failed=failed))
    with sources.meter.stage("history"):
        past = Past(keys, sight, snapshot, population, ended=ended)
        return _with_history(sources, network, agent, past, request, now)


def keys_of(hasher: KeyedHash, tenant: str, request: DecisionRequest, network: NetworkFacts) -> Keys:
    """Return where the store keeps what belongs to this attempt."""
    subject, client = request.subject.id, request.client
    device_id = device_id_of(client.device_token)
    session = f"{subject}\x1f{request.application_id}\x1f{request.session.id}"
    return Keys(
        tenant=tenant,
        subject=subject_key(hasher, tenant, subject),
        address=hasher.key(tenant, "ip", network.address) if network.version else None,
        prefix=hasher.key(tenant, "prefix", network.prefix) if network.version else None,
        device=hasher.key(tenant, "device", device_id) if device_id else None,
        session=hasher.key(tenant, "session", session) if request.session.id else None,
        device_id=device_id,
    )


def sight_again(
    hasher: KeyedHash,
    tenant: str,
    request: DecisionRequest,
    network: NetworkFacts,
    agent: AgentFacts,
    device_id: str,
) -> Sight:
    """Return what history compares of an attempt; marks are keyed hashes."""
    return sight_of(request, network, agent, device_id, lambda level, value: hasher.value(tenant, level, value))


def _observation(
    hasher: KeyedHash, tenant: str, request: DecisionRequest, network: NetworkFacts, decision_id: str
) -> Observation | None:
    if request.kind != LOGIN or not decision_id:
        return None
    flags = {"failed": ring.ATTEMPT | ring.FAILED, "passed": ring.ATTEMPT | ring.SUCCEEDED}
    return observation_of(
        hasher,
        tenant,
        subject_id=request.subject.id,
        attempt_id=request.attempt_id or decision_id,
        network=network,
        flags=flags.get(request.credential.result, ring.ATTEMPT),
    )


def observation_of(
    hasher: KeyedHash, tenant: str, *, subject_id: str, attempt_id: str, network: NetworkFacts, flags: int
) -> Observation:
    """Return what one sign-in adds to the velocity rings."""
    return Observation(
        attempt=hasher.value(tenant, "attempt", f"{subject_id}\x1f{attempt_id}") if attempt_id else 0,
        flags=flags,
        subject_mark=hasher.value(tenant, "subject", subject_id),
        address_mark=hasher.value(tenant, "ip", network.address) if network.version else 0,
        country=network.country or "",
    )


def finishes(observation: Observation, snapshot: Snapshot) -> bool:
    """Answer whether this call is the first of its attempt that tells how it ended.

    The store knows, wherever the attempt's other calls went: of two that race exactly one is the first.
    """
    return observation_finishes(observation, snapshot.earlier_flags)


def observation_finishes(observation: Observation, earlier_flags: int) -> bool:
    """Answer the same from the flags that the subject's ring held of this attempt before."""
    ended = ring.FAILED | ring.SUCCEEDED
    return bool(observation.flags & ended) and not earlier_flags & ended


def without_history(facts: Facts, keys: Keys, sight: Sight, request: DecisionRequest) -> Found:
    """Return what is known where no store answers: what the request itself says, and *facts* of the address."""
    collected = request.client.device_token_collected
    device = DeviceFacts(
        token_state=None if not collected or request.client.device_token else "none",
        known=None if not collected or request.client.device_token else False,
        reason=UNREACHABLE if collected else "no device token was collected",
    )
    unreadable = replace(
        facts,
        device=device,
        history=HistoryFacts(reachable=False),
        velocity=VelocityFacts(reachable=False),
        enrolment=EnrolmentFacts(readable=False, reason=UNREACHABLE),
    )
    return Found(unreadable, keys, sight, Presented("none"), degraded=("history",))


def _with_history(
    sources: Sources, network: NetworkFacts, agent: AgentFacts, past: Past, request: DecisionRequest, now: float
) -> Found:
    keys, sight, snapshot, population, ended = past
    token = _presented(sources, request, snapshot, now)
    history, device, degraded = _remembered(request, token, sight, snapshot.profile, now)
    bound = bound_by(snapshot.authenticators, sources.sealer, keys, request, now, types=sources.types)
    proofs, remarks = _proofs(sources, keys, request, snapshot, now)
    facts = Facts(
        network,
        agent,
        device,
        _exempted(history, bound, now),
        velocity_facts(_rings(snapshot, keys, token), population, sight.marks.get("asn", 0), now),
        population.facts(sight.marks, now),
        bound.facts,
        sources.zone,
    )
    return Found(
        facts,
        keys,
        sight,
        token,
        bound.enrolled,
        vouched_for(sources.hasher, keys.tenant, request),
        bound.holdings if bound.facts.readable else None,
        bound.counting(proofs),
        remarks,
        lists_version=snapshot.lists_version,
        degraded=degraded,
        ended=ended,
    )


def _remembered(
    request: DecisionRequest, token: Presented, sight: Sight, profile: bytes | None, now: float
) -> tuple[HistoryFacts, DeviceFacts, tuple[str, ...]]:
    """Return what the history says, and what it says of the device; and what is degraded, where it cannot be read."""
    collected = request.client.device_token_collected
    try:
        return answers(profile, sight, now), device_facts(collected, token, profile, now), ()
    except Unreadable:
        return HistoryFacts(reachable=False), device_facts(collected, token, None, now), ("history",)


def _exempted(history: HistoryFacts, bound: Bound, now: float) -> HistoryFacts:
    """Return *history* with an administrator's exemption. It does not hold one itself: anybody could write it there."""
    is_exempt = history.reachable and bound.holdings.exempt_until > now
    return replace(history, flags=(*history.flags, EXEMPT)) if is_exempt else history


def _rings(snapshot: Snapshot, keys: Keys, token: Presented) -> Rings:
    return Rings(
        snapshot.subject_ring,
        snapshot.address_ring if keys.address else None,
        snapshot.prefix_ring if keys.prefix else None,
        snapshot.device_ring if token.state == "valid" else None,
    )


def _presented(sources: Sources, request: DecisionRequest, snapshot: Snapshot, now: float) -> Presented:
    if not request.client.device_token_collected:
        return Presented("none")
    return presented(request.client.device_token, snapshot.device, now, key=sources.device_key)


def _proofs(
    sources: Sources, keys: Keys, request: DecisionRequest, snapshot: Snapshot, now: float
) -> tuple[tuple[Proof, ...], tuple[tuple[str, str], ...]]:
    kept = sources.session_proofs.read(keys.tenant, keys.session, snapshot.proofs, now)
    assertion = request.session.assertion
    if not assertion:
        return kept, ()
    try:
        _, proof = sources.proofs.read(
            keys.tenant, assertion, application_id=request.application_id, subject_id=request.subject.id, now=now
        )
    except InvalidAssertion as refusal:
        return kept, (("session.assertion", str(refusal)),)
    except (StoreUnavailable, Unreadable):
        return kept, (("session.assertion", "it cannot be checked now"),)
    # A login's proof is made before there is a session; one that names a session is good for that one alone.
    if proof.session_id not in ("", request.session.id):
        return kept, (("session.assertion", "it was issued for another session"),)
    return (*kept, proof), ()
