"""What the callers of a busy site send: returning people and newcomers, failures, actions, reports, records, lists."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"

PEOPLE = 20
BLOCKED = "blocked-for-the-test"
DECIDES = ("returning", "newcomer", "failed", "blocked", "action")
# How often each kind is sent, of a hundred.
SHARES = {
    "returning": 38,
    "newcomer": 12,
    "failed": 8,
    "blocked": 4,
    "action": 12,
    "outcome": 8,
    "event": 4,
    "record": 8,
    "page": 2,
    "list": 4,
}
_KEPT = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: *about* is the decision that a record or a report is of."""

    kind: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    person: int = -1
    about: str = ""

    @property
    def decides(self) -> bool:
        return self.kind in DECIDES

    def data(self) -> bytes | None:
        return None if self.body is None else json.dumps(self.body).encode()


class Traffic:
    """What one connection sends; it remembers device tokens and decisions as a caller would."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._seed = seed
        self._number = 0
        self._tokens: dict[int, str] = {}
        self._decisions: list[str] = []
        self._unreported: list[str] = []

    def next(self) -> Sent:
        """Return the next request; what needs an earlier decision waits for one."""
        self._number += 1
        kind = self._draw.choices(list(SHARES), list(SHARES.values()))[0]
        if kind in ("record", "outcome") and not (self._decisions if kind == "record" else self._unreported):
            kind = "returning"
        return self._decision(kind) if kind in DECIDES else self._other(kind)

    def learn(self, sent: Sent, status: int, body: Any) -> None:
        """Keep of an answer what a caller keeps: the token of the device, and whole decisions to ask about."""
        if not sent.decides or status != 200:
            return
        if body["device"]:
            self._tokens[sent.person] = body["device"]["token"]
        if not body["degraded"]:
            self._decisions = [*self._decisions[-_KEPT:], body["id"]]
            if body["outcome"] != "deny":
                self._unreported = [*self._unreported[-_KEPT:], body["id"]]

    def _decision(self, kind: str) -> Sent:
        number = -self._number if kind == "newcomer" else self._draw.randrange(PEOPLE)
        home = random.Random(f"{self._seed} {number}")
        subject = BLOCKED if kind == "blocked" else f"u-{self._seed}-{number}"
        body: dict[str, Any] = {
            "kind": "action" if kind == "action" else "login",
            "subject": {"id": subject},
            "client": {
                "ip": f"84.{home.randrange(256)}.{home.randrange(256)}.{home.randrange(1, 255)}",
                "user_agent": home.choice((CHROME, FIREFOX)).format(home.randrange(120, 150)),
                "device_token": self._tokens.get(number),
            },
            "session": {"id": f"s-{subject}"},
            "credential": {"result": "failed" if kind == "failed" else "passed"},
        }
        if kind == "action":
            body["action"] = {"name": self._draw.choice(("payments.transfer", "profile.read"))}
        headers = {"Idempotency-Key": f"k-{self._seed}-{self._number}"} if self._draw.random() < 0.3 else {}
        return Sent(kind, "POST", "/v1/decisions", body, headers, person=number)

    def _other(self, kind: str) -> Sent:
        draw = self._draw
        if kind == "record":
            about = draw.choice(self._decisions)
            return Sent(kind, "GET", f"/v1/decisions/{about}", about=about)
        if kind == "outcome":
            about = self._unreported.pop(draw.randrange(len(self._unreported)))
            return Sent(kind, "POST", f"/v1/decisions/{about}/outcome", {"result": "completed"}, about=about)
        if kind == "page":
            return Sent(kind, "GET", "/v1/decisions?limit=5")
        if kind == "event":
            body = {"type": "login_failed", "subject": {"id": f"u-{self._seed}-{draw.randrange(PEOPLE)}"}, "client": {}}
            return Sent(kind, "POST", "/v1/events", body)
        entry = f"198.18.{draw.randrange(256)}.{draw.randrange(256)}"
        return Sent(kind, "PUT", f"/v1/lists/blocked_addresses/{entry}", {"reason": "seen in an attack"})
