"""The data that crosses the ports: what a store is given to keep, and what it gives back.

Keys are keyed hashes (`core.keyed`), bodies are sealed bytes, times are in seconds since 1970 UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from doorward.core.epoch import Epoch

# Takes the stored bytes and returns those to store; called inside the store's transaction, perhaps twice.
Rewrite = Callable[[bytes | None], bytes | None]


class Keys(NamedTuple):
    """Under which keys this attempt is kept; None where the attempt has no such thing."""

    tenant: str
    subject: bytes
    address: bytes | None = None
    prefix: bytes | None = None
    device: bytes | None = None
    session: bytes | None = None
    device_id: str = ""


class Observation(NamedTuple):
    """What one attempt adds to the velocity rings (`core.ring`): marks are 32-bit keyed hashes, 0 for none.

    An observation with an *attempt* mark that a ring already holds changes that entry instead of adding one. *at* is
    when it was, where it is told later; how long a ring lives goes by the `now` of its counting.
    """

    attempt: int
    flags: int
    subject_mark: int
    address_mark: int = 0
    country: str = ""
    at: float | None = None


class DeviceRecord(NamedTuple):
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


class Snapshot(NamedTuple):
    """What the store holds of this attempt, read after its observation was counted.

    *earlier_flags* is what the subject's ring held of the same attempt before that: the joined flags of its earlier
    calls, whichever process took them; 0 for an attempt that is new, or has no mark.
    """

    subject_ring: bytes = b""
    address_ring: bytes = b""
    prefix_ring: bytes = b""
    device_ring: bytes = b""
    profile: bytes | None = None
    device: DeviceRecord | None = None
    authenticators: bytes | None = None  # sealed; None: nothing was ever enrolled
    proofs: tuple[str, ...] = ()  # as `SessionProofs` writes them
    lists_version: int = 0
    tallies_version: int = 0
    earlier_flags: int = 0


class RecordRow(NamedTuple):
    """One decision as it is kept: the columns that a listing filters by, and the sealed body."""

    id: str
    tenant: str
    subject: bytes
    at: float
    outcome: str
    rule: str
    body: bytes
    expires_at: float


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
    """A challenge as it is kept: sealed body, and what it says in clear, which is sealed with it.

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


class Beside(NamedTuple):
    """What an answer to a challenge needs besides it: the subject's sealed authenticators, the decision's record."""

    authenticators: bytes | None
    record: RecordRow | None


# Takes a challenge as it is kept and returns it as it shall be; called inside the store's transaction, perhaps twice.
ChangeChallenge = Callable[[ChallengeRow], ChallengeRow]


class Changes(NamedTuple):
    """Everything that one decision writes, in one transaction as far as the store can."""

    record: RecordRow | None = None
    profile_key: tuple[str, bytes] | None = None  # tenant, subject
    rewrite_profile: Rewrite | None = None
    profile_expires_at: float = 0.0
    device: tuple[str, DeviceRecord] | None = None  # tenant, the new state
    challenge: ChallengeRow | None = None
    spend: str = ""  # a proof's jti, to be spent with this decision by the record's tenant, for SPENT_SECONDS


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key as it is kept: the SHA-256 of the key, never the key.

    *mac* proves that the service has made the row; a store drops it with the revocation.
    """

    id: str
    tenant: str
    digest: bytes
    scopes: tuple[str, ...]
    label: str
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    mac: bytes = b""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a run-time list; *entry* is sealed by the caller where it names a person or an address."""

    name: str
    key: bytes
    entry: bytes
    until: float | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Claim:
    """What an idempotency key met: *state* is new, running, done or other (another request had the key)."""

    state: str
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What this machine has *seen* of a store, what is *found* there now, and why that is not the same: *refusal*."""

    seen: Epoch | None
    found: Epoch | None
    refusal: str = ""
