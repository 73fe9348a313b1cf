"""A bank's API that asks for step-up by RFC 9470 before it moves money; README.md beside it says how to try it.

The order is what keeps it safe: the request is read once into a `Transfer`, Doorward decides about exactly that, and a
proof is redeemed against exactly that right before the deed.
"""

import os
import re
import urllib.error
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, Response, abort, jsonify, request
from verify_proof import ProofRefused, ProofVerifier

DOORWARD = os.environ.get("DOORWARD_URL", "http://127.0.0.1:8089")
KEY = os.environ.get("DOORWARD_KEY", "sandbox")  # the scopes decide and challenge suffice
APPLICATION = "bank"
ACTION = "payments.transfer"
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})\.[0-9]{2}", re.ASCII)
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)

Json = dict[str, Any]


@dataclass(frozen=True)
class SignedIn:
    """Whom an access token stands for. A real API takes this from its token; `amr` says how the session began."""

    subject: str
    session: str


@dataclass(frozen=True)
class Transfer:
    """What is to be done. Its amount has one way of being written, so that its digest has one too."""

    amount: str
    to: str

    @property
    def binding(self) -> dict[str, str]:
        return {"amount": self.amount, "to": self.to}


TOKENS = {"demo-alice": SignedIn("alice", "s-alice"), "demo-bob": SignedIn("bob", "s-bob")}

app = Flask(__name__)
done: list[tuple[str, Transfer]] = []
verifier = ProofVerifier(DOORWARD, application=APPLICATION, key=KEY)


@app.post("/transfers")
def transfer() -> tuple[Response, int]:
    """Transfer, where Doorward allows it or the person has just confirmed it."""
    person, wanted = signed_in(), read_transfer()
    proof = request.headers.get("Doorward-Proof")
    if proof is None:
        return decided(person, wanted, "more authentication is required")
    try:
        verifier.redeem(
            proof,
            subject=person.subject,
            session=person.session,
            action=ACTION,
            binding=wanted.binding,
            aal=2,
            max_age=300,
        )
    except ProofRefused as refused:
        return decided(person, wanted, str(refused), even_allowed=False)
    return carried_out(person, wanted)


@app.post("/challenges/<challenge>/<any(begin, verify):step>")
def challenge_step(challenge: str, step: str) -> tuple[Response, int]:
    """Hand a step of the caller's own challenge on; the API key stays here."""
    person = signed_in()
    shown = ask("GET", f"/v1/challenges/{challenge}")
    if shown.status_code != 200 or shown.json()["subject"] != person.subject:
        abort(404)
    answer = ask("POST", f"/v1/challenges/{challenge}/{step}", request.get_json())
    return jsonify(answer.json()), answer.status_code


@app.get("/transfers")
def transfers() -> Response:
    person = signed_in()
    return jsonify([each.binding for subject, each in done if subject == person.subject])


def decided(person: SignedIn, wanted: Transfer, why: str, *, even_allowed: bool = True) -> tuple[Response, int]:
    """Do what Doorward decides: transfer, refuse, or ask for step-up.

    Whoever sent a proof that was refused is not let through by a decision that would have needed none.
    """
    answer = ask(
        "POST",
        "/v1/decisions",
        {
            "kind": "action",
            "application": {"id": APPLICATION},
            "action": {
                "name": ACTION,
                "binding": wanted.binding,
                "display": f"Pay {wanted.amount} EUR to {wanted.to}",
            },
            "subject": {"id": person.subject},
            "session": {"id": person.session, "amr": ["pwd"]},
            "client": {"ip": request.remote_addr, "user_agent": request.user_agent.string or None},
        },
    )
    answer.raise_for_status()
    decision: Json = answer.json()
    if decision["outcome"] == "allow" and even_allowed:
        return carried_out(person, wanted)
    if decision["outcome"] == "deny":
        return jsonify(error="denied"), 403
    return step_up(decision, why)


def step_up(decision: Json, why: str) -> tuple[Response, int]:
    """Return what RFC 9470, section 3, asks for, with the challenge that the client can answer."""
    asked = decision["step_up"] or {"acr_values": ["aal2"]}
    parts = [
        'Bearer error="insufficient_user_authentication"',
        f'error_description="{why}"',
        f'acr_values="{" ".join(asked["acr_values"])}"',
    ]
    if "max_age" in asked:
        parts.append(f'max_age="{asked["max_age"]}"')
    response = jsonify(error="insufficient_user_authentication", detail=why, challenge=decision["challenge"])
    response.headers["WWW-Authenticate"] = ", ".join(parts)
    return response, 401


def carried_out(person: SignedIn, wanted: Transfer) -> tuple[Response, int]:
    done.append((person.subject, wanted))
    return jsonify(wanted.binding), 201


def signed_in() -> SignedIn:
    """Return whose access token came with the request; 401 without a good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token not in TOKENS:
        refusal = jsonify(error="invalid_token")
        refusal.status_code = 401
        refusal.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        abort(refusal)
    return TOKENS[token]


def read_transfer() -> Transfer:
    """Return what the body asks for; an amount that could be read in two ways is refused here already."""
    body = request.get_json()
    amount, to = (body.get("amount"), body.get("to")) if isinstance(body, dict) else (None, None)
    if not isinstance(amount, str) or not AMOUNT.fullmatch(amount) or not isinstance(to, str) or not IBAN.fullmatch(to):
        refusal = jsonify(error="expected an amount such as '950.00' and an IBAN")
        refusal.status_code = 422
        abort(refusal)
    return Transfer(amount, to)


def ask(method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, DOORWARD + path, json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=5)


@app.errorhandler(requests.RequestException)
@app.errorhandler(urllib.error.URLError)
def doorward_is_away(_: Exception) -> tuple[Response, int]:
    """Do nothing while nobody can say whether it is safe."""
    response = jsonify(error="cannot be decided now")
    response.headers["Retry-After"] = "2"
    return response, 503
