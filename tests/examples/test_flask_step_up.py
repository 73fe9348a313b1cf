"""The bank that asks for step-up, run as its README says: a sandbox, a `flask run`, and a client."""

import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
import pytest

from ..ops.conftest import Start, fetched
from .conftest import EXAMPLES

TO = "DE02120300000000202051"


@dataclass
class Bank:
    """The bank and the sandbox behind it; alice and bob have an app each, whose codes follow the sandbox's clock."""

    url: str
    doorward: str
    seeds: dict[str, tuple[str, str]]

    def sandbox(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
        status, text = fetched(self.doorward + path, method=method, body=json.dumps(body).encode(), headers=headers)
        assert status < 300, text
        return json.loads(text)

    def next_code(self, person: str) -> str:
        now = self.sandbox("PUT", "/sandbox/clock", {"advance_seconds": 30})["now"]
        return pyotp.TOTP(self.seeds[person][1]).at(datetime.fromisoformat(now))

    def enrol(self, person: str) -> None:
        path = f"/v1/subjects/{person}/authenticators"
        made = self.sandbox("POST", path, {"type": "totp", "label": "phone"})
        self.seeds[person] = (made["id"], made["secret"])
        self.sandbox("POST", f"{path}/{made['id']}/confirm", {"code": self.next_code(person)})

    def post(self, path: str, body: Any, person: str = "alice", **headers: str) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer demo-{person}", "Content-Type": "application/json"} | headers
        status, text = fetched(self.url + path, method="POST", body=json.dumps(body).encode(), headers=sent)
        return status, json.loads(text) if text.startswith(("{", "[")) else text

    def pay(self, amount: Any = "950.00", proof: str = "", person: str = "alice") -> tuple[int, Any]:
        headers = {"Doorward-Proof": proof} if proof else {}
        return self.post("/transfers", {"amount": amount, "to": TO}, person, **headers)

    def confirmed(self, amount: str = "950.00", person: str = "alice") -> str:
        """Return the proof that *person* gets for paying *amount*."""
        status, asked = self.pay(amount, person=person)
        assert (status, asked["error"]) == (401, "insufficient_user_authentication"), asked
        body = {"authenticator": self.seeds[person][0], "response": {"code": self.next_code(person)}}
        status, passed = self.post(f"/challenges/{asked['challenge']['id']}/verify", body, person)
        assert (status, passed["status"]) == (200, "passed"), passed
        return str(passed["assertion"])


@pytest.fixture(scope="module")
def bank(start_for_all: Start) -> Bank:
    sandbox = start_for_all("-m", "doorward", "sandbox", "--port", "0")
    doorward = sandbox.wait_for(r"Sandbox at (http\S+),")[1]
    path = os.pathsep.join((str(EXAMPLES), os.environ.get("PYTHONPATH", "")))
    file = str(EXAMPLES / "flask-step-up" / "app.py")
    flask = start_for_all("-m", "flask", "--app", file, "run", "--port", "0", DOORWARD_URL=doorward, PYTHONPATH=path)
    made = Bank(flask.url(), doorward, {})
    # A little in the past, so that codes can be moved to and its proofs are never from the future.
    past = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 200))
    made.sandbox("PUT", "/sandbox/clock", {"now": past})
    made.enrol("alice")
    return made


def test_a_transfer_is_confirmed_for_its_amount_and_once(bank: Bank) -> None:
    proof = bank.confirmed("950.00")

    other, refused = bank.pay("9500.00", proof)
    first, paid = bank.pay("950.00", proof)
    second, again = bank.pay("950.00", proof)

    assert (other, refused["detail"]) == (401, "it is bound to another action, or to other values")
    assert (first, paid) == (201, {"amount": "950.00", "to": TO})
    assert (second, again["detail"]) == (401, "the assertion is not accepted: it was used before")
    assert fetched(f"{bank.url}/transfers", headers={"Authorization": "Bearer demo-alice"})[1].count(TO) == 1


def test_others_proofs_and_challenges_are_refused(bank: Bank) -> None:
    bank.enrol("bob")
    proof, unbound = bank.confirmed(), unbound_proof(bank)
    challenge = bank.pay()[1]["challenge"]["id"]

    assert bank.pay(proof=unbound)[1]["detail"].startswith("it is not bound")
    assert bank.pay(proof=proof, person="bob")[1]["detail"] == "it was issued for another person"
    assert bank.post(f"/challenges/{challenge}/verify", {}, "bob")[0] == 404
    assert [bank.pay(amount)[0] for amount in ("950", "950,00", "1e3", "NaN", 950, None)] == [422] * 6
    assert bank.pay(person="nobody") == (401, {"error": "invalid_token"})


def unbound_proof(bank: Bank) -> str:
    """Return a proof that alice has for the same application and session, bound to nothing."""
    session = {"id": "s-alice", "amr": ["pwd"]}
    asked = {"kind": "action", "action": {"name": "account.export"}, "subject": {"id": "alice"}, "client": {}}
    body = asked | {"application": {"id": "bank"}, "session": session}
    challenge = bank.sandbox("POST", "/v1/decisions", body)["challenge"]
    answer = {"authenticator": bank.seeds["alice"][0], "response": {"code": bank.next_code("alice")}}
    return str(bank.sandbox("POST", f"/v1/challenges/{challenge['id']}/verify", answer)["assertion"])


def test_step_up_is_asked_for_as_rfc_9470_says(bank: Bank) -> None:
    body = json.dumps({"amount": "950.00", "to": TO}).encode()
    headers = {"Authorization": "Bearer demo-alice", "Content-Type": "application/json"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"{bank.url}/transfers", body, headers), timeout=10)

    asked = refused.value.headers["WWW-Authenticate"]
    refused.value.close()
    assert asked == (
        'Bearer error="insufficient_user_authentication", error_description="more authentication is required", '
        'acr_values="aal2", max_age="300"'
    )
