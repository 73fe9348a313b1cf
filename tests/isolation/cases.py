"""For each operation of the OpenAPI document: how it is asked for what another tenant has, or for what nobody has.

A new operation needs a row in CASES, or one in WITHOUT with the reason why there is nothing of anybody's to ask for.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from doorward.api.page.forms import token_of

from ..challenges.conftest import ADMIN
from ..challenges.devices import Device, bound_push
from ..challenges.test_page import BACK
from ..line.conftest import House, login
from .two_tenants import FAR, Named


class Asked(NamedTuple):
    """One request; *key* is false where the service asks for none, and *form* is what a browser sends."""

    method: str
    path: str
    body: Any = None
    key: bool = True
    form: Mapping[str, str] | None = None


# What is asked, given the names, the tenant that asks, and the house as that tenant sees it.
Case = Callable[[Named, str, House], Asked]

COOKIE_SECRET = "s" * 43

DECISION, CHALLENGE = "/v1/decisions/{decision}", "/v1/challenges/{challenge}"
SUBJECT = "/v1/subjects/{subject}"
AUTHENTICATOR = SUBJECT + "/authenticators/{authenticator}"
ENTRY = "/v1/lists/blocked_subjects/{entry}"


def asks(method: str, path: str, body: Callable[[Named], Any] = lambda _: None) -> Case:
    """Return a case that sends *body* to *path*, in which names stand in braces."""

    def case(names: Named, _tenant: str, _house: House) -> Asked:
        return Asked(method, path.format(**vars(names)), body(names))

    return case


def same(body: Mapping[str, Any]) -> Callable[[Named], Any]:
    return lambda _: dict(body)


def tried(names: Named) -> dict[str, Any]:
    """Return an action of a subject that has a past with the other tenant: on its device, in its session."""
    session = {"id": names.session, "amr": ["pwd"]}
    return login(names.subject, token=names.token) | {
        "kind": "action",
        "action": {"name": "account.export"},
        "session": session,
    }


def answered(names: Named) -> dict[str, Any]:
    return {"authenticator": names.authenticator, "response": {"code": "123456"}}


def pairing_code(house: House, subject: str) -> tuple[str, str]:
    """Return a new authenticator for push of *subject*, and the code that pairs it."""
    made = house.post(f"/v1/subjects/{subject}/authenticators", {"type": "push", "label": "x", **ADMIN}).get_json()
    return made["id"], parse_qs(urlsplit(made["pairing_uri"]).query)["code"][0]


def pairs(authenticator: str, code: str) -> Asked:
    device = Device()
    body = {"authenticator": authenticator, "code": code, "public_key": device.jwk}
    return Asked("POST", "/v1/push/pair", device.signed(body), key=False)


def paired(names: Named, tenant: str, house: House) -> Asked:
    """Return a code of one's own for the authenticator of another."""
    return pairs(names.pending_authenticator, pairing_code(house, tenant)[1])


def own_device(tenant: str, house: House) -> Device:
    device = Device()
    bound_push(house, device, f"{tenant}-owner")
    return device


def looked(names: Named, tenant: str, house: House) -> Asked:
    return looks(own_device(tenant, house), names.push_authenticator, house)


def looks(device: Device, authenticator: str, house: House) -> Asked:
    at = datetime.fromtimestamp(house.now[0], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Asked("POST", "/v1/push/pending", device.signed({"authenticator": authenticator, "at": at}), key=False)


def approved(names: Named, tenant: str, house: House) -> Asked:
    """Return the answer of one's own device to the push of another tenant."""
    return approves(own_device(tenant, house), names.push_challenge)


def approves(device: Device, challenge: str, nonce: str = "A" * 43) -> Asked:
    body = {"authenticator": device.authenticator, "nonce": nonce, "decision": "approve", "number": "123456"}
    return Asked("POST", f"/v1/push/{challenge}", device.signed(body), key=False)


def opened(names: Named, tenant: str, _house: House) -> Asked:
    return Asked("GET", f"/challenge/{names.page_challenge}?tenant={tenant}&return_to={BACK}", key=False)


def filled_in(names: Named, tenant: str, _house: House) -> Asked:
    """Return a form that the page itself could have made: its token follows from the browser's own cookie."""
    token = token_of(COOKIE_SECRET, names.page_challenge)
    form = {"token": token, "do": "cancel", "reason": "not_me"}
    return Asked("POST", f"/challenge/{names.page_challenge}?tenant={tenant}", key=False, form=form)


CASES: Mapping[str, Case] = {
    "decide": asks("POST", "/v1/decisions", tried),
    "list_decisions": asks("GET", "/v1/decisions?subject={subject}"),
    "show_decision": asks("GET", DECISION),
    "report_outcome": asks("POST", DECISION + "/outcome", same({"result": "completed", "amr": ["otp"]})),
    "give_feedback": asks("POST", DECISION + "/feedback", same({"label": "fraud", "source": "user"})),
    "report_event": asks(
        "POST", "/v1/events", lambda names: {"type": "password_changed", "subject": {"id": names.subject}}
    ),
    "show_challenge": asks("GET", CHALLENGE),
    "begin_challenge": asks("POST", CHALLENGE + "/begin", lambda names: {"authenticator": names.authenticator}),
    "verify_challenge": asks("POST", CHALLENGE + "/verify", answered),
    "cancel_challenge": asks("POST", CHALLENGE + "/cancel", same({"reason": "not_me"})),
    "collect_result": asks("POST", "/v1/challenges/{passed}/result", lambda names: {"receipt": names.receipt}),
    "list_authenticators": asks("GET", SUBJECT + "/authenticators"),
    "make_authenticator": asks("POST", SUBJECT + "/authenticators", same({"type": "totp", "label": "x", **ADMIN})),
    "show_authenticator_history": asks("GET", SUBJECT + "/authenticators/history"),
    "confirm_authenticator": asks("POST", AUTHENTICATOR + "/confirm", same({"code": "123456"})),
    "revoke_authenticator": asks("POST", AUTHENTICATOR + "/revoke", same(ADMIN)),
    "suspend_authenticator": asks("POST", AUTHENTICATOR + "/suspend", same(ADMIN)),
    "resume_authenticator": asks("POST", AUTHENTICATOR + "/resume", same(ADMIN)),
    "list_devices": asks("GET", SUBJECT + "/devices"),
    "drop_devices": asks("DELETE", SUBJECT + "/devices"),
    "drop_device": asks("DELETE", SUBJECT + "/devices/{device}"),
    "pair_device": paired,
    "list_pushes": looked,
    "answer_push": approved,
    "exempt_subject": asks("POST", SUBJECT + "/exemptions", same({"until": FAR, "reason": "x"})),
    "make_bypass_code": asks("POST", SUBJECT + "/bypass-codes", same({"reason": "x"})),
    "unlock_subject": asks("POST", SUBJECT + "/unlock", same({"reason": "x"})),
    "reset_subject": asks("POST", SUBJECT + "/reset", same({"reason": "x"})),
    "export_subject": asks("GET", SUBJECT + "/export"),
    "erase_subject": asks("DELETE", SUBJECT),
    "redeem_assertion": asks("POST", "/v1/assertions/redeem", lambda names: {"assertion": names.assertion}),
    "show_list_entry": asks("GET", ENTRY),
    "put_list_entry": asks("PUT", ENTRY, same({"reason": "x", "until": FAR})),
    "delete_list_entry": asks("DELETE", ENTRY),
    "what_if": asks("POST", "/v1/policy/what-if", lambda names: {"request": tried(names)}),
    "look_at_challenge": opened,
    "act_on_challenge": filled_in,
}

_SEALED = "the token is sealed and names tenant, decision and subject; nobody can make another's"
_SHARED = "the same for everybody: it holds nothing of a tenant"
WITHOUT: Mapping[str, str] = {
    "show_policy": "names nothing: it is the caller's own policy",
    "check_policy": "names nothing: the text is the caller's own",
    "show_policy_schema": _SHARED,
    "ask_was_this_you": _SEALED,
    "say_it_was_me": _SEALED,
    "say_it_was_not_me": _SEALED,
    "show_jwks": "public keys, of whichever tenant the caller names",
    "show_live": _SHARED,
    "show_ready": "for whoever runs the service: the states of every tenant's files, and nothing of a person",
    "show_openapi": _SHARED,
    "show_docs": _SHARED,
}
