"""Small use-cases in memory: real classes that remember what they were asked."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.core.errors import InvalidAssertion, NotFound, StoreUnavailable
from doorward.core.page_view import PageView, Visit
from doorward.core.request import DecisionRequest
from doorward.ports import Claim
from doorward.services import Caller, RecordFilter, ReportedEvent, Services, Signed

from ..sealer import Seal

NOW = 1_795_341_600.0  # 2026-11-22T10:00:00Z
KNOWN_ID = "dec_" + "A" * 22

Json = dict[str, Any]

DECISION: Json = {
    "id": KNOWN_ID,
    "outcome": "allow",
    "decided_at": "2026-11-22T10:00:00Z",
    "risk": {
        "score": 12.5,
        "level": "low",
        "confidence": "ok",
        "floors": [],
        "calibration": {"source": "shipped", "n": 0, "version": "2026-11"},
        "reasons": [{"code": "new_country", "detail": "first sign-in from DE", "points": 1.83}],
    },
    "policy": {"id": "default", "digest": "sha256:00", "rule": "everything-else", "reason": ""},
    "challenge": None,
    "step_up": None,
    "deny": None,
    "obligations": [],
    "device": None,
    "learning": "awaiting_outcome",
    "shadow": [],
    "unknown": [{"signal": "geo.country", "reason": "no location for this address"}],
    "degraded": [],
}


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Keys:
    callers: dict[str, Caller] = field(default_factory=dict)
    down: bool = False

    def check(self, key: str, now: float) -> Caller | None:
        if self.down:
            raise StoreUnavailable
        return self.callers.get(key)


@dataclass
class Desk:
    """Every use-case in one: remembers its calls, and raises or answers what a test sets."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    raises: BaseException | None = None
    answer: Json | None = None

    def _did(self, answer: Json, *call: Any) -> Json:
        self.calls.append(call)
        if self.raises is not None:
            raise self.raises
        return copy.deepcopy(self.answer if self.answer is not None else answer)


class Decisions(Desk):
    def decide(self, tenant: str, request: DecisionRequest, now: float) -> Json:
        return self._did(DECISION, "decide", tenant, request)

    def what_if(
        self, tenant: str, request: DecisionRequest, *, text: str | None, facts: Mapping[str, Any] | None, now: float
    ) -> Json:
        return self._did(DECISION | {"id": None}, "what_if", tenant, request, text, facts)


class Records(Desk):
    def show(self, tenant: str, decision_id: str, now: float) -> Json:
        if decision_id != KNOWN_ID:
            raise NotFound("there is no such decision")
        return self._did({"id": decision_id}, "show", tenant, decision_id)

    def page(self, tenant: str, query: RecordFilter, now: float) -> Json:
        return self._did({"items": [], "next_cursor": None}, "page", tenant, query)


class Reports(Desk):
    def outcome(
        self, tenant: str, decision_id: str, *, result: str, amr: tuple[str, ...], auth_time: float | None, now: float
    ) -> Json:
        return self._did({"learning": "applied"}, "outcome", tenant, decision_id, result, amr, auth_time)

    def feedback(self, tenant: str, decision_id: str, *, label: str, source: str, note: str, now: float) -> Json:
        answer: Json = {"id": decision_id, "label": label, "source": source, "undone": []}
        answer |= {"recorded_at": "2026-11-22T10:00:00Z"}
        return self._did(answer, "feedback", tenant, decision_id, label, source, note)

    def event(self, tenant: str, event: ReportedEvent, now: float) -> Json:
        return self._did({}, "event", tenant, event)


class Lists(Desk):
    def show(self, tenant: str, name: str, entry: str, now: float) -> Json:
        if name != "blocked":
            raise NotFound("there is no such list")
        return self._did({"list": name, "entry": entry, "until": None, "reason": ""}, "show", tenant, name, entry)

    def put(self, tenant: str, name: str, entry: str, *, until: float | None, reason: str, now: float) -> Json:
        if name != "blocked":
            raise NotFound("there is no such list")
        answer = {"list": name, "entry": entry, "until": None, "reason": reason}
        return self._did(answer, "put", tenant, name, entry, until, reason)

    def delete(self, tenant: str, name: str, entry: str, now: float) -> None:
        self._did({}, "delete", tenant, name, entry)


class Policies(Desk):
    def show(self, tenant: str, now: float) -> Json:
        answer = {"text": "version: 1\n", "digest": "sha256:00", "loaded_at": "2026-11-22T10:00:00Z"}
        return self._did(answer, "show", tenant)

    def check(self, tenant: str, text: str) -> Json:
        return self._did({"findings": []}, "check", tenant, text)

    def schema(self) -> Json:
        return self._did({"$id": "urn:doorward:policy:1"}, "schema")


class Challenges(Desk):
    def show(self, tenant: str, challenge_id: str, now: float) -> Json:
        answer = {
            "id": challenge_id,
            "status": "pending",
            "subject": "u-123",
            "expires_at": "2026-11-22T10:05:00Z",
            "required": {"count": 1, "any_of": ["passkey"], "aal": 2, "phishing_resistant": True},
            "authenticators": [{"type": "passkey", "id": "fac_x", "label": "YubiKey"}],
            "passed": [],
            "attempts_left": 5,
        }
        return self._did(answer, "show", tenant, challenge_id)


class Page(Desk):
    """Knows no challenge: what the page does is tested with real ones."""

    def open(self, visit: Visit, return_to: str, now: float) -> PageView:
        raise NotFound("there is no such challenge")


class Authenticators(Desk):
    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]:
        self.calls.append(("show", tenant, subject_id))
        return []


class Life(Desk):
    def history(self, tenant: str, subject_id: str, now: float) -> Json:
        return self._did({"authenticators": [], "events": []}, "history", tenant, subject_id)


class Disclosure(Desk):
    def export(self, tenant: str, subject_id: str, now: float) -> Json:
        return self._did({"subject": subject_id}, "export", tenant, subject_id)

    def erase(self, tenant: str, subject_id: str, now: float) -> None:
        self._did({}, "erase", tenant, subject_id)


class Devices(Desk):
    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]:
        self.calls.append(("show", tenant, subject_id))
        return []

    def drop(self, tenant: str, subject_id: str, device_id: str, now: float) -> None:
        self._did({}, "drop", tenant, subject_id, device_id)

    def drop_all(self, tenant: str, subject_id: str, now: float) -> None:
        self._did({}, "drop_all", tenant, subject_id)


class Pushes(Desk):
    def pair(self, code: str, public_key: Json, signed: Signed, now: float) -> Json:
        answer = {"authenticator": signed.authenticator, "status": "active"}
        return self._did(answer, "pair", code, public_key, signed)

    def pending(self, at: float, signed: Signed, now: float) -> list[Json]:
        self._did({}, "pending", at, signed)
        return []


class WasThisYou:
    def show(self, token: str, now: float) -> Json:
        if token != "wty_good":
            raise NotFound
        return {"name": "Example", "facts": ["When: now"], "answer": ""}

    def answer(self, token: str, *, genuine: bool, now: float) -> Json:
        return self.show(token, now) | {"answer": "yes" if genuine else "no"}


class Assertions(Desk):
    def jwks(self, tenant: str, now: float) -> Json:
        if tenant not in ("default", "other"):
            raise NotFound("there is no such tenant")
        return self._did({"keys": [{"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ"}]}, "jwks", tenant)

    def redeem(self, tenant: str, assertion: str, now: float) -> Json:
        if assertion != "good.jws.sig":
            raise InvalidAssertion("the signature does not fit")
        return self._did({"sub": "u-123", "aal": 2}, "redeem", tenant, assertion)


@dataclass
class Health:
    well: bool = True

    def ready(self, now: float) -> tuple[bool, Json]:
        return self.well, {"status": "ready" if self.well else "degraded"}


@dataclass
class IdempotencyKeys:
    kept: dict[bytes, tuple[bytes, bytes | None, float]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def claim(self, key: bytes, fingerprint: bytes, *, expires_at: float, now: float) -> Claim:
        self._reach("claim")
        held, answer, until = self.kept.get(key, (b"", None, 0.0))
        if until <= now:
            self.kept[key] = (fingerprint, None, expires_at)
            return Claim("new")
        if held != fingerprint:
            return Claim("other")
        return Claim("running") if answer is None else Claim("done", answer)

    def finish(self, key: bytes, answer: bytes, *, expires_at: float, now: float) -> None:
        self._reach("finish")
        self.kept[key] = (self.kept[key][0], answer, expires_at)

    def release(self, key: bytes, now: float) -> None:
        self._reach("release")
        self.kept.pop(key, None)

    def _reach(self, what: str) -> None:
        if what in self.down:
            raise StoreUnavailable


def small_services(clock: Clock) -> Services:
    scopes = ("decide", "challenge", "feedback", "records", "policy", "admin")
    callers = {f"dwk_{scope}": Caller("default", f"key_{scope}", frozenset({scope})) for scope in scopes}
    callers["dwk_other"] = Caller("other", "key_other", frozenset({"admin"}))
    return Services(
        clock=clock,
        api_keys=Keys(callers),
        decisions=Decisions(),
        records=Records(),
        reports=Reports(),
        lists=Lists(),
        policies=Policies(),
        challenges=Challenges(),
        page=Page(),
        authenticators=Authenticators(),
        life=Life(),
        devices=Devices(),
        pushes=Pushes(),
        administration=Desk(),
        disclosure=Disclosure(),
        assertions=Assertions(),
        was_this_you=WasThisYou(),
        health=Health(),
        idempotency=IdempotencyKeys(),
        sealer=Seal(),
    )
