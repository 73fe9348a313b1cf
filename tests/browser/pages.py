"""What the tests and the screenshots of the hosted page share: people with authenticators, a page that is watched."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyotp
from playwright.sync_api import Page

Json = dict[str, Any]
Ask = Callable[..., Any]

TRANSFER = {
    "kind": "action",
    "action": {
        "name": "payments.transfer",
        "binding": {"amount": "950.00", "to": "DE02120300000000202051"},
        "display": "Pay 950.00 EUR to DE02 1203 0000 0000 2020 51",
    },
    "session": {"id": "s-1", "amr": ["pwd"]},
}
ADMIN = {"reason": "asked for in person"}
# Everything the browser complains about, and every breach of the page's own policy.
WATCH = "addEventListener('securitypolicyviolation', event => console.error(`CSP ${event.violatedDirective}`));"


class Bank:
    """A caller without a page of its own: binds, challenges, sends people to the page and takes them back."""

    def __init__(self, ask: Ask, service: str, back: str) -> None:
        self.ask, self.back = ask, back
        self.service = service.replace("127.0.0.1", "localhost")

    def bind(self, **asked: Any) -> Json:
        return dict(self.ask("POST", "/v1/subjects/u-1/authenticators", {**ADMIN, **asked}))

    def confirm(self, made: Json, code: str) -> None:
        self.ask("POST", f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": code})

    def bind_app(self) -> Callable[[], str]:
        """Bind a TOTP app, and return what shows its codes: each a new one, since the clock is moved on."""
        made = self.bind(type="totp", label="Ada's phone")
        app = pyotp.TOTP(made["secret"])
        now = self._moved(0)
        self.confirm(made, app.at(now))
        self._moved(30)
        return lambda: str(app.at(self._moved(0)))

    def bind_phone(self) -> None:
        made = self.bind(type="sms", label="Work phone", phone="+4915112345678")
        self.confirm(made, self.sent())

    def sent(self) -> str:
        """Return the code of the last message."""
        return str(self.ask("GET", "/sandbox/outbox")[-1]["code"])

    def _moved(self, seconds: int) -> int:
        now = self.ask("PUT", "/sandbox/clock", {"advance_seconds": seconds})["now"]
        return int(datetime.fromisoformat(now).timestamp())

    def now(self) -> int:
        return self._moved(0)

    def wait(self, seconds: int) -> None:
        self._moved(seconds)

    def challenge(self, **changes: Any) -> str:
        body = {"subject": {"id": "u-1"}, "client": {}, **TRANSFER, **changes}
        sent = {name: value for name, value in body.items() if value is not None}
        decision = self.ask("POST", "/v1/decisions", sent)
        assert decision["outcome"] == "challenge", decision
        return str(decision["challenge"]["id"])

    def address(self, challenge: str) -> str:
        return f"{self.service}/challenge/{challenge}?return_to={self.back}/done"

    def status(self, challenge: str) -> str:
        return str(self.ask("GET", f"/v1/challenges/{challenge}")["status"])

    def collect(self, url: str) -> Json:
        """Return what the caller collects with the receipt that came back in *url*."""
        found = re.search(r"challenge=([\w-]+)&status=passed&receipt=([\w-]+)", url)
        assert found is not None, url
        return dict(self.ask("POST", f"/v1/challenges/{found[1]}/result", {"receipt": found[2]}))


class Watched:
    """A page whose complaints and requests are noted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.add_init_script(WATCH)
        page.on("console", lambda message: self._complain(message.text))
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("request", lambda request: self.hosts.add("/".join(request.url.split("/")[:3])))

    def _complain(self, text: str) -> None:
        if "/challenge/" in self.page.url:
            self.complaints.append(text)
