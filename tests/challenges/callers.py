"""Callers of a running service: people with an app whose codes follow the real clock."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import pyotp

from ..ops.conftest import fetched

EXPORT = {"name": "account.export"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks to one `doorward serve`."""

    url: str
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the JSON of an answer."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        status, text = fetched(self.url + path, method=method, body=sent, headers=headers)
        return status, json.loads(text) if text else None

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        return self.ask("POST", path, body)

    def made(self, path: str, body: Any) -> Any:
        """Return what a POST gives that must not be refused."""
        status, answer = self.post(path, body)
        assert status in (200, 201), answer
        return answer


@dataclass(slots=True)
class Person:
    """Somebody with an app that was just confirmed; *code* is good for the next half minute, once."""

    id: str
    authenticator: str = ""
    code: str = ""
    seed: str = field(default="", repr=False)

    def enrol(self, caller: Caller) -> "Person":
        path = f"/v1/subjects/{self.id}/authenticators"
        made = caller.made(path, {"type": "totp", "label": "phone"})
        app, now = pyotp.TOTP(made["secret"]), time.time()
        # The present code may be older than the store, which then refuses it; the next one is good already. Whose app
        # is ahead stays ahead: so is the one after it.
        caller.made(f"{path}/{made['id']}/confirm", {"code": app.at(now + 30)})
        self.authenticator, self.seed, self.code = made["id"], made["secret"], app.at(now + 60)
        return self

    def asks(self, action: dict[str, Any], session: str, **more: Any) -> dict[str, Any]:
        """Return the decision request of an action in a session that only a password was shown in."""
        stated = {"kind": "action", "action": action, "subject": {"id": self.id}, "client": {}}
        return stated | {"session": {"id": session, "amr": ["pwd"]} | more}

    def challenged(self, caller: Caller, action: dict[str, Any] | None = None, session: str = "s-1") -> str:
        """Return the id of a challenge that is open for the action."""
        return str(caller.made("/v1/decisions", self.asks(action or EXPORT, session))["challenge"]["id"])

    def answer(self, caller: Caller, challenge: str, code: str = "") -> tuple[int, Any]:
        body = {"authenticator": self.authenticator, "response": {"code": code or self.code}}
        return caller.post(f"/v1/challenges/{challenge}/verify", body)
