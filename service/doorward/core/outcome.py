"""The words of a decision: outcome, requirement, challenge, proof, reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

ALLOW = "allow"
CHALLENGE = "challenge"
DENY = "deny"

# From the least to the most strict, for «the stricter of two».
STRICTNESS = {ALLOW: 0, CHALLENGE: 1, DENY: 2}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must be shown: *count* authenticators of different types out of *any_of*, reaching *aal*.

    An empty *any_of* means any type that meets the rest. *name* is the policy's word for it.
    """

    name: str = ""
    any_of: tuple[str, ...] = ()
    count: int = 1
    aal: int = 0
    phishing_resistant: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "any_of": list(self.any_of),
            "aal": self.aal,
            "phishing_resistant": self.phishing_resistant,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge that was passed: what it is good for until *auth_time* plus the rule's `max_age`.

    *types* are the authenticator types that we verified, empty where a caller's own challenge stated only *amr*.
    *binding* is the digest that a bound proof meets, once; empty for one that is not bound. *jti* names its one spend.
    """

    auth_time: float
    aal: int
    amr: tuple[str, ...]
    types: tuple[str, ...] = ()
    phishing_resistant: bool = False
    application_id: str = ""
    session_id: str = ""
    binding: str = ""
    jti: str = ""


class Reason(NamedTuple):
    """One exact contribution to the score: *points* in log-odds, *detail* for a person to read."""

    code: str
    detail: str
    points: float


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Assessment(NamedTuple):
    """The score and what it rests on. *score* is None where the history could not be read.

    *log_odds* is the calibrated sum, and *shares* the exact share of it of each of *entries*.
    """

    score: float | None
    log_odds: float = 0.0
    confidence: str = "none"
    reasons: tuple[Reason, ...] = ()
    floors: tuple[tuple[str, str], ...] = ()  # (name, the level it raises to)
    calibration: Mapping[str, Any] = _NOTHING
    model: str = ""
    entries: tuple[str, ...] = ()
    shares: Sequence[float] = ()

    @property
    def contributions(self) -> dict[str, float]:
        """Return what each feature adds to the log-odds; made when asked for, which few are."""
        return dict(zip(self.entries, self.shares, strict=True))


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One authenticator of a subject, as far as a decision needs it.

    *status* is pending, active, suspended or disabled.
    """

    id: str
    type: str
    label: str = ""
    status: str = "active"
    created_at: float = 0.0
    phishing_resistant: bool = False
    aal: int = 0
