"""What the use-cases need of the outside: small protocols that a store implements, and the data that crosses them.

Keys are keyed hashes (`core.keyed`), bodies are sealed bytes: a store never sees an address, a name or a secret.
`now` is always an argument, in seconds since 1970 UTC: a store judges life by it and never by a clock of its own.
Every method raises StoreUnavailable when it cannot tell; none answers «nothing» instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from doorward.core.facts import AgentFacts, NetworkFacts
from doorward.core.outcome import Proof
from doorward.core.population import Tally as Tally

# How long a store remembers what is over: ended devices and challenges, proofs spent by a decision.
ENDED_DEVICE_SECONDS = 30 * 86_400
ENDED_CHALLENGE_SECONDS = 86_400
SPENT_SECONDS = 86_400

# An idempotency claim that is unfinished for so long belongs to a request that died; the next may take it over.
CLAIM_SECONDS = 60
PROOFS_OF_A_SESSION = 16


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys this attempt is kept; None where the attempt has no such thing."""

    tenant: str
    subject: bytes
    address: bytes | None = None
    prefix: bytes | None = None
    device: bytes | None = None
    session: bytes | None = None
    device_id: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one attempt adds to the velocity rings (`core.ring`): marks are 32-bit keyed hashes, 0 for none.

    An observation with an *attempt* mark that a ring already holds changes that entry instead of adding one.
    """

    attempt: int
    flags: int
    subject_mark: int
    address_mark: int = 0
    country: str = ""


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One browser of a tenant. The hashes are SHA-256 of its tokens; times in seconds since 1970.

    *previous_hash* stays good until *previous_until*, which is set when the new token is first seen.
    *expires_at* is the token's end; a store keeps the record for ENDED_DEVICE_SECONDS more, to tell «expired» by.
    """

    id: str
    token_hash: bytes
    created_at: float
    expires_at: float
    previous_hash: bytes = b""
    previous_until: float = 0.0
    current_seen: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store holds of this attempt, read after its observation was counted."""

    subject_ring: bytes = b""
    address_ring: bytes = b""
    prefix_ring: bytes = b""
    device_ring: bytes = b""
    profile: bytes | None = None
    device: DeviceRecord | None = None
    authenticators: bytes | None = None  # sealed; None: nothing was ever enrolled
    proofs: tuple[Proof, ...] = ()
    lists_version: int = 0
    tallies_version: int = 0


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One decision as it is kept: the columns that a listing filters by, and the sealed body."""

    id: str
    tenant: str
    subject: bytes
    at: float
    outcome: str
    rule: str
    body: bytes
    expires_at: float


# Takes the stored profile and returns the one to store; called inside the store's transaction, perhaps twice.
Rewrite = Callable[[bytes | None], bytes | None]


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that one decision writes, in one transaction as far as the store can."""

    record: RecordRow | None = None
    profile_key: tuple[str, bytes] | None = None  # tenant, subject
    rewrite_profile: Rewrite | None = None
    profile_expires_at: float = 0.0
    device: tuple[str, DeviceRecord] | None = None  # tenant, the new state
    challenge: "ChallengeRow | None" = None
    spend: str = ""  # a proof's jti, to be spent with this decision by the record's tenant, for SPENT_SECONDS


class DecisionStore(Protocol):
    """The two trips of a decision."""

    def begin(self, keys: Keys, observation: Observation | None, now: float) -> Snapshot:
        """Count *observation* in every ring that has a key, then read; None reads without counting."""
        ...

    def commit(self, changes: Changes, now: float) -> None:
        """Write *changes*; Conflict where `spend` was spent before, and then nothing is written."""
        ...

    def record(self, tenant: str, record_id: str, now: float) -> RecordRow | None: ...

    def rewrite_record(self, tenant: str, record_id: str, rewrite: Rewrite, now: float) -> RecordRow | None:
        """Replace a record's body atomically and return the row; None where there is none.

        Where *rewrite* returns None nothing changes.
        """
        ...

    def records(self, query: "RecordQuery", now: float) -> list[RecordRow]:
        """Return at most `query.limit` records, newest first (by time, then id)."""
        ...

    def rewrite_profile(self, tenant: str, subject: bytes, rewrite: Rewrite, *, expires_at: float, now: float) -> None:
        """Replace a profile atomically; *rewrite* may run twice, and None deletes it."""
        ...

    def device(self, tenant: str, device_id: str, now: float) -> DeviceRecord | None: ...

    def put_device(self, tenant: str, device: DeviceRecord, now: float) -> None:
        """Keep *device*; one that was revoked stays revoked, whatever the new state says."""
        ...

    def revoke_device(self, tenant: str, device_id: str, now: float) -> None: ...

    def put_proof(self, tenant: str, session: bytes, proof: Proof, *, expires_at: float, now: float) -> None:
        """Keep *proof* for a session; at most 16 of them, the oldest go first."""
        ...

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None: ...

    def spend(self, tenant: str, jti: str, *, expires_at: float, now: float) -> bool:
        """Answer whether this call was the first to spend *jti*; exactly one of many racing calls is."""
        ...


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """A page of records; *before* is the (time, id) of the last row of the page before."""

    tenant: str
    subject: bytes | None = None
    outcome: str = ""
    rule: str = ""
    since: float | None = None
    until: float | None = None
    before: tuple[float, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A challenge as it is kept: sealed body, status in clear so that a store can change it atomically.

    *expires_at* is the challenge's end; a store keeps the row for ENDED_CHALLENGE_SECONDS more, to tell «expired» by.
    """

    id: str
    tenant: str
    subject: bytes
    decision_id: str
    status: str  # pending, passed, failed, expired, cancelled
    body: bytes
    created_at: float
    expires_at: float


class ChallengeStore(Protocol):
    def challenge(self, tenant: str, challenge_id: str, now: float) -> ChallengeRow | None: ...

    def put_challenge(self, row: ChallengeRow, now: float) -> None: ...

    def challenge_of_decision(self, tenant: str, decision_id: str, now: float) -> ChallengeRow | None: ...


class AuthenticatorStore(Protocol):
    """All authenticators of a subject are one sealed value, so that a decision reads them in its one trip."""

    def authenticators(self, tenant: str, subject: bytes, now: float) -> bytes | None: ...

    def rewrite_authenticators(self, tenant: str, subject: bytes, rewrite: Rewrite, now: float) -> None: ...


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key as it is kept: the SHA-256 of the key, never the key."""

    id: str
    tenant: str
    digest: bytes
    scopes: tuple[str, ...]
    label: str
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None


class KeyStore(Protocol):
    def put_key(self, row: ApiKeyRow) -> None: ...

    def key_by_digest(self, digest: bytes) -> ApiKeyRow | None: ...

    def keys(self, tenant: str | None = None) -> list[ApiKeyRow]: ...

    def revoke_key(self, key_id: str, now: float) -> bool:
        """Answer whether there is such a key; one that was revoked before stays as it was."""
        ...


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a run-time list; *entry* is sealed by the caller where it names a person or an address."""

    name: str
    key: bytes
    entry: bytes
    until: float | None
    created_at: float


class ListStore(Protocol):
    def put_entry(self, tenant: str, entry: ListEntry, now: float) -> None: ...

    def entry(self, tenant: str, name: str, key: bytes, now: float) -> ListEntry | None: ...

    def delete_entry(self, tenant: str, name: str, key: bytes, now: float) -> bool: ...

    def entries(self, tenant: str, now: float) -> tuple[int, list[ListEntry]]:
        """Return the version of the tenant's lists and every entry that has not ended."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """What an idempotency key met: *state* is new, running, done or other (another request had the key)."""

    state: str
    answer: bytes = b""


class IdempotencyStore(Protocol):
    def claim(self, key: bytes, fingerprint: bytes, *, expires_at: float, now: float) -> Claim: ...

    def finish(self, key: bytes, answer: bytes, *, expires_at: float, now: float) -> None: ...

    def release(self, key: bytes, now: float) -> None:
        """Forget a claim whose request gave no answer that may be repeated."""
        ...


class TallyStore(Protocol):
    """Global counts and ratios: added to in batches, read as what changed since a version."""

    def add_tallies(self, tenant: str, tallies: Sequence[Tally], now: float) -> None: ...

    def tallies_since(self, tenant: str, version: int) -> tuple[int, list[Tally]]:
        """Return the present version and the sums that changed after *version* (0: all)."""
        ...

    def prune_tallies(self, tenant: str, *, before_bucket: int, keep: int) -> None:
        """Drop minute buckets before *before_bucket*, and in bucket 0 all but the *keep* largest of each level."""
        ...


class SecretStore(Protocol):
    """Small sealed values of the service itself, such as a tenant's signing keys."""

    def secret(self, tenant: str, name: str) -> bytes | None: ...

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        """Keep *value* unless one is there, and return the one that is kept: all racing callers get the same."""
        ...


class Store(
    DecisionStore,
    ChallengeStore,
    AuthenticatorStore,
    KeyStore,
    ListStore,
    IdempotencyStore,
    TallyStore,
    SecretStore,
    Protocol,
):
    """What `wiring` opens: every port on one store."""

    def ping(self) -> None:
        """Return when the store can be read and written; StoreUnavailable when not."""
        ...

    def warnings(self) -> list[str]:
        """What an operator should know of this store, for `/readyz`."""
        ...

    def tenants(self) -> list[str]: ...

    def sweep(self, now: float, limit: int = 1000) -> int:
        """Delete at most *limit* things whose life is over, and return how many went."""
        ...

    def erase_all(self) -> None:
        """Forget everything but the schema; for the sandbox's reset alone."""
        ...

    def close(self) -> None: ...


class Sealer(Protocol):
    """Encryption at rest: what is sealed for one *purpose* does not open for another."""

    def seal(self, plain: bytes, purpose: str) -> bytes: ...

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed; Unreadable where no key fits."""
        ...


class Locator(Protocol):
    """Answers what an address says; never raises, says unknown instead."""

    def look_up(self, address: str | None) -> NetworkFacts: ...


class GeoState(Protocol):
    """What became of the geo databases."""

    def state(self) -> list[dict[str, Any]]: ...


class ProofReader(Protocol):
    """Reads an assertion that a caller hands back; InvalidAssertion where it proves nothing here."""

    def read(
        self,
        tenant: str,
        assertion: str,
        *,
        now: float,
        application_id: str | None = None,
        subject_id: str | None = None,
        session_id: str | None = None,
    ) -> tuple[Mapping[str, Any], Proof]: ...


class AgentParser(Protocol):
    """Answers what a user agent says; never raises, says unknown instead."""

    def parse(self, user_agent: str | None) -> AgentFacts: ...
