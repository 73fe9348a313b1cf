"""Builds the sandbox: the service with a clock, networks and a policy that a test can set."""

import secrets
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, replace
from threading import Lock

from doorward import wiring
from doorward.api.app import create_app
from doorward.api.sandbox import sandbox_resource
from doorward.api_keys import SCOPES
from doorward.ceremony import Realm, Subscription
from doorward.core.sender_url import WEBHOOK, SenderUrl
from doorward.core.times import rfc3339
from doorward.facts.networks import OverriddenLocator, read_networks
from doorward.logs import observer
from doorward.meter import NullMeter
from doorward.policy.findings import ERROR
from doorward.policy_desk import findings_json
from doorward.senders.outbox import Outbox
from doorward.services import Caller, Json, Services
from doorward.serving import Built
from doorward.settings import MEMORY, Settings
from doorward.settings_parsers import SECRET_BYTES, Bind

KEY = "sandbox"
TENANT = "default"
EVERYTHING = Subscription(SenderUrl(WEBHOOK, target="http://localhost/events"), "")


class SettableClock:
    """The real time until it is set; from then on it goes on from there."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def set(self, now: float) -> None:
        self._ahead = now - time.time()


class OneKey:
    """Knows the one key of the sandbox, which may everything; implements `services.ApiKeys`."""

    def check(self, key: str, now: float) -> Caller | None:  # noqa: ARG002 - the key has no end
        return Caller(TENANT, "key_sandbox", frozenset(SCOPES)) if key == KEY else None


class Sandbox:
    """One sandbox, which a reset replaces part by part; implements `api.sandbox.Controls`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._resetting = Lock()
        self._begin()

    def _begin(self) -> None:
        self.clock = SettableClock()
        self.outbox = Outbox()
        self.locator = OverriddenLocator()
        outside = wiring.Outside(
            locator=self.locator,
            senders=dict.fromkeys(("email", "sms", "voice", "push"), self.outbox),
            realm_of=lambda tenant: Realm(
                tenant,
                rp_id="localhost",
                any_localhost=True,
                base_url=f"http://localhost:{self._settings.bind.port}",
                webhooks=(EVERYTHING,),
            ),
            hook=self.outbox,
        )
        self.wired = wiring.build(self._settings, clock=self.clock, outside=outside)
        self.wired.start()

    @property
    def services(self) -> Services:
        return replace(self.wired.services, api_keys=OneKey())

    def messages(self) -> Sequence[Json]:
        return [asdict(each) | {"at": rfc3339(each.at), "code": each.code or None} for each in self.outbox.messages()]

    def clear_messages(self) -> None:
        self.outbox.clear()

    def now(self) -> float:
        return self.clock()

    def set_now(self, now: float) -> None:
        self.clock.set(now)

    def set_networks(self, rows: Sequence[Json]) -> None:
        self.locator.put(read_networks(rows))

    def set_policy(self, text: str) -> tuple[bool, Sequence[Json]]:
        findings = self.wired.policies.replace(TENANT, text, self.clock())
        return all(each.severity != ERROR for each in findings), findings_json(findings)

    def reset(self) -> Services:
        """Begin anew with objects that have seen nothing: no cache can be forgotten that way."""
        with self._resetting:
            old = self.wired
            self._begin()
            old.stop()
            return self.services

    def settle(self) -> None:
        """Deliver what is due, so that a test which has its answer can read the message too."""
        self.wired.deliveries.settle()

    def stop(self) -> None:
        self.wired.stop()


def sandbox_settings(settings: Settings, *, bind: Bind) -> Settings:
    """Return *settings* for one process that keeps everything in memory, under secrets that go with it."""
    return replace(
        settings,
        bind=bind,
        metrics_bind=None,
        workers=1,
        store=f"sqlite:///{MEMORY}",
        geo=(),
        secret=secrets.token_bytes(SECRET_BYTES),
        encryption_keys="sandbox:" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii"),
    )


def sandboxed(settings: Settings) -> Built:
    """Build the application of the sandbox."""
    sandbox = Sandbox(settings)
    app = create_app(sandbox.services, observe=observer(NullMeter()), more=[sandbox_resource(sandbox)])
    return Built(app, sandbox.stop)
