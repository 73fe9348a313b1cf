"""What the sandbox has beside the API: an integrator's test reads messages here and sets clock, networks and policy.

No key is asked for: the sandbox listens on loopback alone and holds nothing worth one.
"""

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from typing import Any, ClassVar, Protocol

from flask import Response, current_app
from marshmallow import ValidationError

from doorward.api.answers import FindingsAnswer, word
from doorward.api.bodies import PolicyTextBody
from doorward.api.fields import (
    Answer,
    Choice,
    Described,
    Flag,
    JsonSchema,
    Number,
    Shaped,
    Strict,
    Text,
    Time,
    Whole,
)
from doorward.api.operation import SERVICES, Call, Resource
from doorward.api.problems import document
from doorward.api.reply import PROBLEM, Reply
from doorward.core.errors import BadInput, Mistake
from doorward.core.times import rfc3339
from doorward.services import Json, Services

COUNTRY = re.compile(r"[A-Za-z]{2}")
WEBHOOK = "webhook"
CHANNELS = ("email", "sms", "voice", "push")
KINDS = ("residential", "mobile", "corporate", "hosting", "vpn", "tor")
EARLIEST, LATEST = 0.0, 4_102_444_799.0  # 1970 to 2099, as far as the API reads times
MOST_ADVANCED_SECONDS = 10 * 366 * 86_400


class Controls(Protocol):
    """What the sandbox lets a test do to the service."""

    def messages(self) -> Sequence[Json]: ...

    def settle(self) -> None:
        """Deliver what is told in the background, so that a test which has its answer can read it."""
        ...

    def clear_messages(self) -> None: ...

    def now(self) -> float: ...

    def set_now(self, now: float) -> None: ...

    def set_networks(self, rows: Sequence[Json]) -> None:
        """Replace all networks that were set before; BadInput where a row contradicts itself."""
        ...

    def set_policy(self, text: str) -> tuple[bool, Sequence[Json]]:
        """Put *text* in force and answer True, or leave the old one and answer False; with the findings."""
        ...

    def reset(self) -> Services:
        """Begin anew: nothing known, nothing sent, the real time, the shipped policy."""
        ...


class Cidr(Described[str]):
    """A network in CIDR notation."""

    def __init__(self, doc: str = "", **more: Any) -> None:
        super().__init__(doc, schema={"type": "string", "maxLength": 43}, **more)

    def read(self, value: Any) -> str:
        try:
            if isinstance(value, str) and len(value) <= 43 and "%" not in value:
                return str(ip_network(value))
        except ValueError as wrong:
            raise ValidationError(f"a network was expected: {wrong}") from None
        raise ValidationError("a network such as 198.51.100.0/24 was expected")


class ClockBody(Strict):
    """Which time it shall be: one of the two."""

    also: ClassVar[JsonSchema] = {"minProperties": 1, "maxProperties": 1}

    now = Time("The time from which the clock goes on.")
    advance_seconds = Number("How far to move the clock.", minimum=0, maximum=MOST_ADVANCED_SECONDS, example=601)


class NetworkBody(Strict):
    """What the geo databases would say of one network."""

    cidr = Cidr("The network.", required=True, example="198.51.100.0/24")
    country = Shaped(
        "ISO 3166-1 code.",
        shape=COUNTRY,
        expected="a country's two letters",
        maximum=2,
        nullable=True,
        example="DE",
    )
    region = Text("Name of the region.", minimum=1, maximum=128, nullable=True, example="Berlin")
    city = Text("Name of the city.", minimum=1, maximum=128, nullable=True, example="Berlin")
    lat = Number("Degrees north.", minimum=-90, maximum=90, nullable=True, example=52.5)
    lon = Number("Degrees east.", minimum=-180, maximum=180, nullable=True, example=13.4)
    accuracy_km = Number("Radius in which the place lies.", minimum=0, maximum=20_000, nullable=True)
    timezone = Text("IANA name.", maximum=64, nullable=True, example="Europe/Berlin")
    asn = Whole("Number of the autonomous system.", minimum=1, maximum=4_294_967_295, nullable=True, example=3320)
    as_org = Text("Who runs it.", minimum=1, maximum=128, nullable=True, example="Example Net")
    kind = Choice("What the network is for.", of=KINDS, nullable=True, example="residential")
    anonymous = Flag("Whether it hides who is behind it; follows from `kind` where left out.", nullable=True)
    hosting = Flag("Whether servers stand in it; follows from `kind` where left out.", nullable=True)


class OutboxQuery(Strict):
    """Which messages."""

    channel = Choice("Only those of this channel.", of=(*CHANNELS, WEBHOOK))


class MessageAnswer(Answer):
    """A message that would have been sent."""

    channel = word("How.", "email", required=True)
    to = word("To whom.", "a@example.org", required=True)
    code = word("The code in it.", "123456", nullable=True, required=True)
    subject = word("The subject line of a mail, the type of an event.")
    body = word("Its text.", required=True)
    at = Time("When.", required=True)


class ClockAnswer(Answer):
    """The time that it is now."""

    now = Time("The time.", required=True)


def sandbox_resource(controls: Controls) -> Resource:
    """Return the sandbox's own paths, acting on *controls*."""
    resource = Resource("sandbox", about="Read what would be sent; set the clock, the networks and the policy.")
    resource.after_app_request(_settled(controls))
    _outbox(resource, controls)
    _clock(resource, controls)
    _networks(resource, controls)
    _policy(resource, controls)
    return resource


def _settled(controls: Controls) -> Callable[[Response], Response]:
    def after(response: Response) -> Response:
        controls.settle()
        return response

    return after


def _outbox(resource: Resource, controls: Controls) -> None:
    @resource.operation(
        "GET",
        "/sandbox/outbox",
        summary="Every message to a person, instead of sending it; `?channel=webhook`: every event for operators.",
        query=OutboxQuery(),
        answers={200: MessageAnswer(many=True)},
    )
    def show_outbox(call: Call) -> Reply:
        wanted = call.query.get("channel")
        shown = [each for each in controls.messages() if wanted in (each["channel"], None)]
        return Reply([each for each in shown if wanted or each["channel"] != WEBHOOK])

    @resource.operation("DELETE", "/sandbox/outbox", summary="Forget the messages.", answers={204: None})
    def clear_outbox(_: Call) -> Reply:
        controls.clear_messages()
        return Reply(None, 204)


def _clock(resource: Resource, controls: Controls) -> None:
    @resource.operation(
        "PUT",
        "/sandbox/clock",
        summary="Set the one clock that everything reads; it goes on from there.",
        body=ClockBody(),
        answers={200: ClockAnswer()},
    )
    def set_clock(call: Call) -> Reply:
        now = _wanted_now(call.body, controls.now())
        controls.set_now(now)
        return Reply({"now": rfc3339(now)})


def _wanted_now(body: dict[str, Any], now: float) -> float:
    if len(body) != 1:
        raise BadInput([Mistake("expected either 'now' or 'advance_seconds'")])
    wanted: float = body["now"] if "now" in body else now + body["advance_seconds"]
    if not EARLIEST <= wanted <= LATEST:
        raise BadInput([Mistake("expected a time from 1970 to 2099", "#/advance_seconds")])
    return wanted


def _networks(resource: Resource, controls: Controls) -> None:
    @resource.operation(
        "PUT",
        "/sandbox/networks",
        summary="Say what the geo databases would say; replaces what was said before.",
        body=NetworkBody(many=True),
        answers={204: None},
    )
    def set_networks(call: Call) -> Reply:
        controls.set_networks(call.body)
        return Reply(None, 204)


def _policy(resource: Resource, controls: Controls) -> None:
    @resource.operation(
        "PUT",
        "/sandbox/policy",
        summary="Put another policy in force.",
        body=PolicyTextBody(),
        answers={200: FindingsAnswer()},
        refusals=(422,),
    )
    def set_policy(call: Call) -> Reply:
        passed, findings = controls.set_policy(call.body["text"])
        return Reply({"findings": [*findings]}) if passed else _refused(findings)

    @resource.operation("POST", "/sandbox/reset", summary="Begin anew.", answers={204: None})
    def reset(_: Call) -> Reply:
        current_app.extensions[SERVICES] = controls.reset()
        return Reply(None, 204)


def _refused(findings: Sequence[Json]) -> Reply:
    body = document(422, "bad-input", "The input cannot be used", "the policy does not pass")
    body["errors"] = [
        {"detail": f"line {each['line']}, column {each['column']}: {each['message']}", "pointer": "#/text"}
        for each in findings
        if each["severity"] == "error"
    ]
    return Reply(body | {"findings": [*findings]}, 422, PROBLEM)
