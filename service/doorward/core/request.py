"""What the caller states about one attempt (`docs` and contract: POST /v1/decisions).

A field that was not sent keeps its default: None where it may be unknown, empty where it does not apply.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOGIN = "login"
ACTION = "action"


@dataclass(frozen=True, slots=True)
class Contact:
    """An address that the caller vouches for; *channel* is email, sms or voice."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is said to be at the door; *created_at* in seconds since 1970 UTC."""

    id: str
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    created_at: float | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """What the caller saw of the browser. The address is the caller's word, never a forwarded header's.

    *device_token* is None both when there was none and when nobody looked; *device_token_collected* tells which.
    """

    ip: str | None = None
    user_agent: str | None = None
    device_token: str | None = None
    device_token_collected: bool = False
    fingerprint: str | None = None
    accept_language: str | None = None
    timezone: str | None = None
    rtt_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done; *binding* is what a bound proof is good for, *display* what the person is shown."""

    name: str = ""
    binding: Mapping[str, str] = field(default_factory=dict)
    display: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """The caller's session; *auth_time* in seconds since 1970 UTC, *amr* by RFC 8176."""

    id: str = ""
    amr: tuple[str, ...] = ()
    acr: str = ""
    auth_time: float | None = None
    assertion: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """How the first factor went: passed, failed, pending, or empty where the caller does not say."""

    result: str = ""
    breached: bool | None = None


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One attempt, as `POST /v1/decisions` states it; *kind* is login or action."""

    kind: str
    subject: Subject
    client: Client = field(default_factory=Client)
    attempt_id: str = ""
    application_id: str = ""
    action: Action = field(default_factory=Action)
    session: Session = field(default_factory=Session)
    credential: Credential = field(default_factory=Credential)
    context: Mapping[str, Any] = field(default_factory=dict)
