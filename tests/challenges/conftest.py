"""Challenges over HTTP in one process: the house of the whole line, with people who have bound something."""

from dataclasses import dataclass, field
from typing import Any

import pyotp
import pytest

from doorward.ceremony import Notice
from doorward.core.times import rfc3339
from doorward.subjects import Subjects

from ..line.conftest import OSLO, House, house_in, login

__all__ = [
    "ADMIN",
    "EXPORT",
    "OSLO",
    "House",
    "bound_totp",
    "challenged",
    "code_of",
    "login",
    "proof_of",
    "put",
    "verify",
]

EXPORT = {"kind": "action", "action": {"name": "account.export"}, "session": {"id": "s-1", "amr": ["pwd"]}}
ADMIN = {"reason": "asked for in person"}


@dataclass
class Told:
    """Remembers what a subject or an operator was told."""

    notices: list[Notice] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)

    def events(self) -> list[str]:
        return [each.event for each in self.notices]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def house(tmp_path, told):
    made = house_in(tmp_path, outside={"notifier": told})
    yield made
    made.wiring.stop()


def code_of(house: House, made: dict[str, Any], *, steps: int = 0) -> str:
    """Return the code that the app would show now, or so many steps later."""
    return pyotp.TOTP(made["secret"], digits=made["digits"]).at(house.now[0] + steps * made["period"])


def bound_totp(house: House, subject: str = "u-1", **asked: Any) -> dict[str, Any]:
    """Bind a TOTP app to *subject* over the API, and return what was shown when it was made."""
    path = f"/v1/subjects/{subject}/authenticators"
    answer = house.post(path, {"type": "totp", "label": "phone", **ADMIN, **asked})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = dict(answer.get_json())
    confirmed = house.post(f"{path}/{made['id']}/confirm", {"code": code_of(house, made)})
    assert confirmed.status_code == 200, confirmed.get_data(as_text=True)
    # The code of this step is spent; the next one is good.
    house.wait(30)
    return made


def challenged(house: House, subject: str = "u-1", **changes: Any) -> dict[str, Any]:
    """Return the challenge of a decision that asks for one."""
    decision = house.decide(subject, **(EXPORT | changes))
    assert decision["outcome"] == "challenge", decision
    return dict(decision["challenge"]) | {"decision": decision["id"]}


def verify(house: House, challenge: dict[str, Any], authenticator: str, code: Any, **more: Any) -> Any:
    body = {"authenticator": authenticator, "response": {"code": code}, **more}
    return house.post(f"/v1/challenges/{challenge['id']}/verify", body)


def proof_of(
    house: House, made: dict[str, Any] | None = None, subject: str = "u-1", *, amr: Any = None, age: float = 0.0
) -> str:
    """Return an assertion: by the TOTP app *made*, or by what a caller says of its own challenge, so long ago."""
    decision = house.decide(subject, **EXPORT | {"session": {"id": f"s-{house.now[0]}", "amr": ["pwd"]}})
    if made is not None:
        challenge = decision["challenge"]
        proof = verify(house, challenge, made["id"], code_of(house, made)).get_json()["assertion"]
        house.wait(30)
        return str(proof)
    told = {"result": "completed", "amr": amr, "auth_time": rfc3339(house.now[0] - age)}
    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", told)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["assertion"])


def put(house: House, authenticator: str, status: str, subject: str = "u-1") -> None:
    """Give an authenticator a status that only time, or a hundred guesses, would."""
    services = house.wiring.services
    subjects = Subjects(house.wiring.store, services.sealer, services.decisions._sources.hasher)
    subjects.set_status("default", subjects.key("default", subject), authenticator, status, house.now[0])


@pytest.fixture
def house_and_outbox(tmp_path):
    """A house that sends codes, and what holds them."""
    from .sent import with_outbox

    house, outbox = with_outbox(tmp_path)
    yield house, outbox
    house.wiring.stop()


@pytest.fixture
def outbox(house_and_outbox):
    return house_and_outbox[1]
