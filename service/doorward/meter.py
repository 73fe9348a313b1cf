"""What the use-cases tell about themselves while they work; `metrics.Metrics` counts it, `NullMeter` does not.

No argument may carry personal data: outcomes, rule ids, error codes and stage names only.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from doorward.core.standing import Standing

# The steps of a decision, in their order; `total` spans all of them.
STAGES = ("facts", "store_begin", "history", "signals", "score", "policy", "record", "store_commit", "total")


class Meter(Protocol):
    """Is told what happens, and keeps it however it likes."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time what is done inside; *name* is one of STAGES."""
        ...

    def flush(self) -> None:
        """Show other processes what was gathered; told about once a second, and once at the end."""
        ...

    def decided(self, *, outcome: str, kind: str, rule: str, reason: str, degraded: bool) -> None:
        """*reason* is the code of what raised the risk most; empty where nothing did."""
        ...

    def shadowed(self, *, live: str, candidate: str) -> None:
        """A candidate was evaluated beside the policy in force: the outcome of each."""
        ...

    def requested(self, *, method: str, route: str, status: int, seconds: float) -> None: ...

    def look_up_failed(self) -> None:
        """A geo database could not answer for an address that it should know how to read."""
        ...

    def policy_loaded(self, tenant: str, at: float) -> None:
        """The policy of *tenant* that was loaded *at* is in force."""
        ...

    def policy_refused(self, tenant: str) -> None:
        """A changed policy did not pass, and the last good one stays in force."""
        ...

    def condition_failed(self) -> None:
        """A condition met an error that is more than an unknown signal: a missing key, a failed cast."""
        ...

    def store_failed(self, operation: str) -> None: ...

    def store_available(self, available: bool) -> None:
        """This worker asks the store, or does without it for now."""
        ...

    def store_accepted(self, accepted: bool) -> None:
        """Whether the store that answers is the one that was accepted."""
        ...

    def replayed(self) -> None:
        """An idempotency key was met again and its stored answer was given."""
        ...

    def proof_refused(self) -> None:
        """A proof was handed back, to decide by or to be redeemed, and was not taken."""
        ...

    def tallies_dropped(self, number: int) -> None: ...

    def sent(self, channel: str, result: str) -> None:
        """A message was handed over, or not: *result* is sent, unavailable, or over_ and the budget's name."""
        ...

    def noticed(self, channel: str, result: str) -> None:
        """A notice was sent, counted (to be told with others), delayed or dropped; *channel* may be webhook."""
        ...

    def shadow_scored(self, *, level: str, shadow: str) -> None:
        """A shadow model scored beside the live one; both levels are told."""
        ...

    def model_dated(self, model: str, at: float) -> None:
        """The model in force was calibrated *at*."""
        ...

    def own_scale(self, standing: Standing) -> None:
        """How a tenant's own scale stands, and how often a second step is asked for and passed."""
        ...

    def key_rejected(self, reason: str) -> None:
        """*reason* is missing, wrong or scope."""
        ...

    def over_quota(self, of: str) -> None:
        """A request was refused because its key or its tenant (*of*) has made too many."""
        ...

    def shed(self, method: str) -> None:
        """A request was refused because it had waited too long for a thread, before its route was known."""
        ...


class NullMeter:
    """Counts nothing: for tests, rule tests and back-tests."""

    def stage(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's name
        return nullcontext()

    def flush(self) -> None: ...

    def decided(self, *, outcome: str, kind: str, rule: str, reason: str, degraded: bool) -> None: ...

    def shadowed(self, *, live: str, candidate: str) -> None: ...

    def requested(self, *, method: str, route: str, status: int, seconds: float) -> None: ...

    def look_up_failed(self) -> None: ...

    def policy_loaded(self, tenant: str, at: float) -> None: ...

    def policy_refused(self, tenant: str) -> None: ...

    def condition_failed(self) -> None: ...

    def store_failed(self, operation: str) -> None: ...

    def store_available(self, available: bool) -> None: ...

    def store_accepted(self, accepted: bool) -> None: ...

    def replayed(self) -> None: ...

    def proof_refused(self) -> None: ...

    def tallies_dropped(self, number: int) -> None: ...

    def sent(self, channel: str, result: str) -> None: ...

    def noticed(self, channel: str, result: str) -> None: ...

    def shadow_scored(self, *, level: str, shadow: str) -> None: ...

    def model_dated(self, model: str, at: float) -> None: ...

    def own_scale(self, standing: Standing) -> None: ...

    def key_rejected(self, reason: str) -> None: ...

    def over_quota(self, of: str) -> None: ...

    def shed(self, method: str) -> None: ...


NULL_METER: Meter = NullMeter()
