"""What the use-cases need of the outside: small protocols that a store implements, and the data that crosses them.

Keys are keyed hashes (`core.keyed`), bodies are sealed bytes: a store never sees an address, a name or a secret.
`now` is always an argument, in seconds since 1970 UTC: a store judges life by it and never by a clock of its own.
Every method raises StoreUnavailable when it cannot tell; none answers «nothing» instead.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from doorward.core.facts import AgentFacts, NetworkFacts
from doorward.core.population import Tally as Tally
from doorward.row_kinds import (
    ENDED_CHALLENGE_SECONDS as ENDED_CHALLENGE_SECONDS,
)
from doorward.row_kinds import (
    ENDED_DEVICE_SECONDS as ENDED_DEVICE_SECONDS,
)
from doorward.rows import (
    ApiKeyRow as ApiKeyRow,
)
from doorward.rows import (
    Beside as Beside,
)
from doorward.rows import (
    ChallengeRow as ChallengeRow,
)
from doorward.rows import (
    ChangeChallenge as ChangeChallenge,
)
from doorward.rows import (
    Changes as Changes,
)
from doorward.rows import (
    Claim as Claim,
)
from doorward.rows import (
    DeviceRecord as DeviceRecord,
)
from doorward.rows import (
    Keys as Keys,
)
from doorward.rows import (
    ListEntry as ListEntry,
)
from doorward.rows import (
    Observation as Observation,
)
from doorward.rows import (
    RecordQuery as RecordQuery,
)
from doorward.rows import (
    RecordRow as RecordRow,
)
from doorward.rows import (
    Rewrite as Rewrite,
)
from doorward.rows import (
    Snapshot as Snapshot,
)
from doorward.whole_store import Accepting, Keeping, Moving

# How long a store remembers a proof that was spent by a decision.
SPENT_SECONDS = 86_400

# An idempotency claim that is unfinished for so long belongs to a request that died; the next may take it over.
CLAIM_SECONDS = 60
PROOFS_OF_A_SESSION = 16


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

    def put_proof(self, tenant: str, session: bytes, proof: str, *, expires_at: float, now: float) -> None:
        """Keep *proof*, as `SessionProofs` writes it; at most 16 of a session, the oldest go first.

        The key stands for the session: its id may be what a browser is signed in by.
        """
        ...

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None: ...

    def is_spent(self, tenant: str, jti: str, now: float) -> bool: ...

    def spend(self, tenant: str, jti: str, *, expires_at: float, now: float) -> bool:
        """Answer whether this call was the first to spend *jti*; exactly one of many racing calls is."""
        ...


class ChallengeStore(Protocol):
    """Challenges as they are kept; whoever changes one does so from what is kept."""

    def challenge(self, tenant: str, challenge_id: str, now: float) -> ChallengeRow | None: ...

    def put_challenge(self, row: ChallengeRow, now: float) -> None: ...

    def challenge_of_decision(self, tenant: str, decision_id: str, now: float) -> ChallengeRow | None: ...

    def beside_challenge(self, row: ChallengeRow, note: str, now: float) -> Beside:
        """Return, in one trip, what an answer to *row* needs besides it; the subject's *note* will be rewritten."""
        ...

    def rewrite_challenge(self, row: ChallengeRow, change: ChangeChallenge, now: float) -> ChallengeRow | None:
        """Replace the challenge that *row* was atomically, and return it as it is then; None where it is gone.

        *change* may run twice; what it raises leaves the challenge as it is.
        """
        ...


class NoteStore(Protocol):
    """Small values that somebody owns, each under a name of its own: counters of guesses, budgets of sending.

    *owner* is a keyed hash: of a subject, or of whatever else is counted for.
    """

    def note(self, tenant: str, owner: bytes, name: str, now: float) -> bytes | None: ...

    def rewrite_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        """Replace a note atomically; *rewrite* may run twice, None deletes it, and what it raises changes nothing."""
        ...

    def rewrite_losable_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        """Replace like `rewrite_note` what a fail-over may forget: no replica is waited for."""
        ...


class AuthenticatorStore(Protocol):
    """All authenticators of a subject are one sealed value, so that a decision reads them in its one trip."""

    def authenticators(self, tenant: str, subject: bytes, now: float) -> bytes | None: ...

    def rewrite_authenticators(self, tenant: str, subject: bytes, rewrite: Rewrite, now: float) -> None: ...


class KeyStore(Protocol):
    def put_key(self, row: ApiKeyRow) -> None: ...

    def key_by_digest(self, digest: bytes) -> ApiKeyRow | None: ...

    def keys(self, tenant: str | None = None) -> list[ApiKeyRow]: ...

    def revoke_key(self, key_id: str, now: float) -> bool:
        """Answer whether there is such a key; one that was revoked before stays as it was."""
        ...


class ListStore(Protocol):
    """Run-time lists; whatever is put or deleted raises the version of the tenant's lists."""

    def put_entry(self, tenant: str, entry: ListEntry, now: float) -> None: ...

    def entry(self, tenant: str, name: str, key: bytes, now: float) -> ListEntry | None: ...

    def rewrite_entry(self, tenant: str, name: str, key: bytes, rewrite: Rewrite, now: float) -> None:
        """Replace what an entry holds atomically: it says the same, so that its end and the version stay.

        *rewrite* may run twice, is not called where there is none, and what it raises changes nothing.
        """
        ...

    def delete_entry(self, tenant: str, name: str, key: bytes, now: float) -> bool: ...

    def entries(self, tenant: str, now: float) -> tuple[int, list[ListEntry]]:
        """Return the version of the tenant's lists and every entry that has not ended."""
        ...


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

    def prune_tallies(self, tenant: str, *, before_bucket: int, keep: int, above: int) -> None:
        """Drop minute buckets before *before_bucket*; in bucket 0 all but the *keep* largest of levels above *above*.

        Where another process has just begun it, nothing is done.
        """
        ...


class SecretStore(Protocol):
    """Small sealed values of the service itself, such as a tenant's signing keys."""

    def secret(self, tenant: str, name: str) -> bytes | None: ...

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        """Keep *value* unless one is there, and return the one that is kept: all racing callers get the same."""
        ...

    def rewrite_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        """Replace a secret atomically; *rewrite* may run twice, and what it raises changes nothing."""
        ...

    def rewrite_lasting_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        """Replace like `rewrite_secret` what must not come back by a fail-over: a replica has the change."""
        ...


class Store(
    Accepting,
    Keeping,
    Moving,
    DecisionStore,
    ChallengeStore,
    NoteStore,
    AuthenticatorStore,
    KeyStore,
    ListStore,
    IdempotencyStore,
    TallyStore,
    SecretStore,
    Protocol,
):
    """What `wiring` opens: every port on one store."""


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


class AgentParser(Protocol):
    """Answers what a user agent says; never raises, says unknown instead."""

    def parse(self, user_agent: str | None) -> AgentFacts: ...
