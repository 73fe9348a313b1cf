"""People whose codes are sent, and the outbox that they are read from."""

from typing import Any

from doorward.senders.outbox import Outbox

from ..line.conftest import House, house_in
from .conftest import ADMIN

PHONE = "+4915112345678"
ADDRESS = "anna@example.org"
WHERE = {"sms": {"phone": PHONE}, "voice": {"phone": PHONE}, "email": {"address": ADDRESS}}
CHANNELS = ("sms", "voice", "email")
# The policy that ships offers no mail, which adds no assurance; this one takes whatever is sent.
SENT_WILL_DO = """
version: 1
id: sent-will-do
requirements:
  sent: {any_of: [sms, voice, email, totp], aal: 1}
rules:
  - id: paying
    when: action.name == "pay"
    on_unknown: skip
    then: {challenge: sent, bind: true}
  - id: any
    when: "true"
    then: {challenge: sent}
"""


def with_outbox(folder: Any, **parts: Any) -> tuple[House, Outbox]:
    """Return a house whose messages are kept, and which takes any code that is sent."""
    outbox = Outbox()
    return with_senders(folder, dict.fromkeys(CHANNELS, outbox), **parts), outbox


def with_senders(folder: Any, senders: dict[str, Any], **parts: Any) -> House:
    house = house_in(folder, outside={"senders": senders}, **parts)
    findings = house.wiring.policies.replace("default", SENT_WILL_DO, house.now[0])
    assert [each for each in findings if each.severity == "error"] == []
    return house


def ask_to_bind(house: House, channel: str, subject: str = "u-1", **asked: Any) -> Any:
    body = {"type": channel, "label": "mine", **ADMIN, **(WHERE[channel] | asked)}
    return house.post(f"/v1/subjects/{subject}/authenticators", body)


def bound(house: House, outbox: Outbox, channel: str, subject: str = "u-1", **asked: Any) -> dict[str, Any]:
    """Bind what is sent over *channel*, and return what was shown when it was made."""
    answer = ask_to_bind(house, channel, subject, **asked)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = dict(answer.get_json())
    path = f"/v1/subjects/{subject}/authenticators/{made['id']}/confirm"
    confirmed = house.post(path, {"code": outbox.messages()[-1].code})
    assert confirmed.status_code == 200, confirmed.get_data(as_text=True)
    outbox.clear()
    return made


def begin(house: House, challenge: dict[str, Any], authenticator: str) -> Any:
    return house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": authenticator})
