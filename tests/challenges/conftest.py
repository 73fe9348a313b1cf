"""Challenges over HTTP in one process: the house of the whole line, with people who have bound something."""

from typing import Any

import pyotp
import pytest

from ..line.conftest import OSLO, House, house_in, login

__all__ = ["ADMIN", "EXPORT", "OSLO", "House", "bound_totp", "challenged", "code_of", "login", "verify"]

EXPORT = {"kind": "action", "action": {"name": "account.export"}, "session": {"id": "s-1", "amr": ["pwd"]}}
ADMIN = {"reason": "asked for in person"}


@pytest.fixture
def house(tmp_path):
    made = house_in(tmp_path)
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
