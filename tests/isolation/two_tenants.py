"""Two tenants of one service: one that has everything, and others that ask for it, or for what is not there."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from doorward.ceremony import Realm
from doorward.row_kinds import ALL, KIND_OF

from ..challenges.conftest import ADMIN, EXPORT, bound_totp, code_of, verify
from ..challenges.devices import Device, bound_push
from ..challenges.test_page import BACK, opened
from ..line.conftest import FIREFOX, House, house_in

FAR = "2026-07-01T11:00:00Z"
HERE = "default"

# What the service draws, and no two answers share.
_DRAWN = re.compile(r"\b(?:[a-z]{3}_[A-Za-z0-9_-]{16,}|[0-9a-f]{32,})\b")
_SECRETS = {"secret", "otpauth_uri", "pairing_uri", "qr_svg", "code", "codes", "number", "token", "x", "y", "kid"}


@dataclass(frozen=True)
class Named:
    """Names of one of each thing."""

    subject: str
    pushed: str
    decision: str
    challenge: str
    push_challenge: str
    page_challenge: str
    authenticator: str
    push_authenticator: str
    pending_authenticator: str
    device: str
    token: str
    session: str
    entry: str
    assertion: str
    passed: str
    receipt: str
    cursor: str


NOBODYS = Named(
    subject="nobody-1",
    pushed="nobody-2",
    decision="dec_" + "A" * 22,
    challenge="chl_" + "A" * 22,
    push_challenge="chl_" + "B" * 22,
    page_challenge="chl_" + "D" * 22,
    authenticator="fac_" + "A" * 22,
    push_authenticator="fac_" + "B" * 22,
    pending_authenticator="fac_" + "C" * 22,
    device="dev_" + "A" * 22,
    token="dvt_" + "A" * 43,
    session="nobody-s",
    entry="nobody-3",
    assertion="",
    passed="chl_" + "C" * 22,
    receipt="rcp_" + "A" * 22,
    cursor="",
)


class TwoTenants:
    """A service whose tenant `default` has one of everything; `asker` gives others a key with every scope."""

    def __init__(self, folder: Any) -> None:
        shop = Realm("Shop", name="Shop", return_to=(BACK,), base_url="https://auth.example")
        self.house = house_in(folder, outside={"realm_of": lambda _: shop})
        self.device = Device()
        self.theirs = self._everything()
        # Signed by somebody, but not by anybody who may: what a caller would make who knows the form.
        head, body, signature = self.theirs.assertion.split(".")
        other = ("B" if signature[0] == "A" else "A") + signature[1:]
        self.nobodys = replace(NOBODYS, assertion=f"{head}.{body}.{other}")

    def asker(self, tenant: str) -> House:
        """Return the house as *tenant* sees it, with a key of every scope."""
        keys = self.house.wiring.services.api_keys
        _, key = keys.create(tenant=tenant, scopes=("admin",), now=self.house.now[0])
        return replace(self.house, key=key)

    def rows(self) -> set[Any]:
        """Return every row of the tenant that has everything."""
        house = self.house
        kinds = [kind for kind in ALL if "tenant" in KIND_OF[kind].columns]
        return {row for row in house.wiring.store.export(kinds, house.now[0]) if row.of("tenant") == HERE}

    def _everything(self) -> Named:
        house = self.house
        totp, push = bound_totp(house, "u-1"), bound_push(house, self.device, "u-2")
        decision = house.decide("u-1", **EXPORT)
        proof = house.decide("u-1", **EXPORT)["challenge"]["id"]
        passed = verify(house, {"id": proof}, totp["id"], code_of(house, totp)).get_json()
        house.wait(30)
        pushed = house.decide("u-2", **EXPORT)
        begun = house.post(f"/v1/challenges/{pushed['challenge']['id']}/begin", {"authenticator": push["id"]})
        assert begun.status_code == 200, begun.text
        pending = house.post("/v1/subjects/u-3/authenticators", {"type": "push", "label": "x", **ADMIN}).get_json()
        device = house.decide("u-1")["device"]
        another = house.decide("u-1", agent=FIREFOX)["challenge"]
        house.wait(30)
        assert verify(house, another, totp["id"], code_of(house, totp)).get_json()["device"]
        house.wait(30)
        on_page = house.decide("u-1", **EXPORT | {"session": {"id": "s-2", "amr": ["pwd"]}})["challenge"]["id"]
        browser = opened(house, {"id": on_page})
        browser.answer(totp["id"], code_of(house, totp))
        on_another = house.decide("u-1", **EXPORT | {"session": {"id": "s-3", "amr": ["pwd"]}})["challenge"]["id"]
        listed = house.call("PUT", "/v1/lists/blocked_subjects/u-bad", {"reason": "theirs", "until": FAR})
        assert listed.status_code < 300, listed.text
        cursor = house.get("/v1/decisions?limit=1").get_json()["next_cursor"]
        return Named(
            subject="u-1",
            pushed="u-2",
            decision=decision["id"],
            challenge=decision["challenge"]["id"],
            push_challenge=pushed["challenge"]["id"],
            page_challenge=on_another,
            authenticator=totp["id"],
            push_authenticator=push["id"],
            pending_authenticator=pending["id"],
            device=device["id"],
            token=device["token"],
            session="s-1",
            entry="u-bad",
            assertion=passed["assertion"],
            passed=on_page,
            receipt=browser.receipt()["receipt"],
            cursor=cursor,
        )


def shown(answer: Any, names: Named, tenant: str) -> Any:
    """Return what an answer tells: status, kind and content, without what was drawn and what the caller has said."""
    said = {*vars(names).values(), tenant} - {""}
    text = answer.text
    for each in sorted(said, key=len, reverse=True):
        text = text.replace(each, "…")
    text = _DRAWN.sub("…", text)
    if answer.mimetype in ("application/json", "application/problem+json") and text:
        return answer.status_code, answer.mimetype, _plain(json.loads(text))
    return answer.status_code, answer.mimetype, text


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "…" if name in _SECRETS else _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
