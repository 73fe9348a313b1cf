"""The body of `POST /v1/decisions`, field by field."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from doorward.api.fields import (
    Address,
    Choice,
    Flag,
    Items,
    JsonMap,
    JsonSchema,
    Number,
    Part,
    Shaped,
    Strict,
    Text,
    TextMap,
    Time,
)
from doorward.core.request import ACTION, LOGIN

EMAIL = re.compile(r"[^\s\ufeff@\x00-\x1f\x7f]{1,64}@[^\s\ufeff@\x00-\x1f\x7f]{1,189}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
WORD = re.compile(r"[A-Za-z0-9._:/#-]{1,128}")

# What a browser sends is the attacker's to choose: long enough for any honest one, and read as it is.
HEADER_LENGTH = 4096


def subject_id(**more: Any) -> Text:
    """Return the field for `subject.id`: opaque, one path segment, and nothing that displays as another's."""
    doc = "Opaque to Doorward: no control or direction characters and no `/`."
    return Text(doc, minimum=1, maximum=256, without="/", example="u-123", **more)


def amr() -> Items:
    """Return the field for a list of authentication methods."""
    word = Shaped(shape=WORD, maximum=128, expected="an authentication method such as 'pwd'", example="pwd")
    return Items(word, "Authentication methods, RFC 8176.", maximum=32)


class ContactBody(Strict):
    """An address that the caller vouches for."""

    channel = Choice("How it is reached.", of=("email", "sms", "voice"), required=True, example="email")
    address = Text(
        "An e-mail address, or a number in E.164.", minimum=3, maximum=254, required=True, example="a@example.org"
    )

    also: ClassVar[JsonSchema] = {
        "oneOf": [
            {"properties": {"channel": {"const": "email"}, "address": {"pattern": f"^{EMAIL.pattern}$"}}},
            {"properties": {"channel": {"enum": ["sms", "voice"]}, "address": {"pattern": f"^{PHONE.pattern}$"}}},
        ]
    }

    @validates_schema
    def address_fits_channel(self, data: Mapping[str, Any], **_: Any) -> None:
        email = data["channel"] == "email"
        if not (EMAIL if email else PHONE).fullmatch(data["address"]):
            raise ValidationError(
                "an e-mail address was expected" if email else "a number such as +4915112345678 was expected",
                field_name="address",
            )


class ApplicationBody(Strict):
    """Which of the caller's applications is signed in to."""

    id = Text("Becomes the assertion's `aud`.", minimum=1, maximum=256, required=True, example="web")


class ActionBody(Strict):
    """What is to be done."""

    name = Text("The action's name; required for an action.", minimum=1, maximum=256, example="payments.transfer")
    binding = TextMap(
        "What a bound proof is good for.", entries=64, maximum=1024, example={"amount": "950.00", "to": "DE02"}
    )
    display = Text("What the person is shown.", maximum=512, example="Pay 950.00 EUR")


class SubjectBody(Strict):
    """Who is said to be at the door."""

    id = subject_id(required=True)
    groups = Items(Text(minimum=1, maximum=256, example="admins"), "Groups that rules read.", maximum=256)
    attributes = JsonMap("Anything rules read of the subject.", example={"plan": "gold"})
    created_at = Time("When the account was made.", nullable=True, example="2024-01-02T00:00:00Z")
    contacts = Items(Part(ContactBody), "Addresses that the caller vouches for.", maximum=16)


class ClientBody(Strict):
    """What the caller saw of the browser; what is left out is unknown, never false."""

    ip = Address("The end user's address, as the caller states it.", nullable=True, example="203.0.113.7")
    user_agent = Text(
        "The User-Agent header, as it came.", maximum=HEADER_LENGTH, safe=False, nullable=True, example="Mozilla/5.0"
    )
    device_token = Text(
        "The device token of the cookie; `null`: looked, there is none; left out: not collected.",
        maximum=HEADER_LENGTH,
        safe=False,
        nullable=True,
    )
    fingerprint = Text("A fingerprint made by the caller.", maximum=HEADER_LENGTH, safe=False, nullable=True)
    accept_language = Text(
        "The Accept-Language header.", maximum=HEADER_LENGTH, safe=False, nullable=True, example="de-DE,de;q=0.9"
    )
    timezone = Text("The browser's IANA time zone.", maximum=128, safe=False, nullable=True, example="Europe/Berlin")
    rtt_ms = Number("Round-trip time to the client.", minimum=0, maximum=3_600_000, nullable=True, example=37)


class SessionBody(Strict):
    """The caller's session."""

    id = Text("The session's id.", minimum=1, maximum=256, example="s-9")
    amr = amr()
    acr = Text("The class that the session has.", maximum=128, example="aal1")
    auth_time = Time("When the person last authenticated.", nullable=True, example="2026-11-22T09:58:00Z")
    assertion = Text("The JWS of an earlier challenge.", minimum=1, maximum=8192, nullable=True)


class CredentialBody(Strict):
    """How the first factor went."""

    result = Choice("`pending`: asked before it was checked.", of=("passed", "failed", "pending"), example="passed")
    breached = Flag("Whether the password is in a known breach.", nullable=True, example=False)


class DecisionBody(Strict):
    """One attempt."""

    kind = Choice("A sign-in or an action within a session.", of=(LOGIN, ACTION), required=True, example="login")
    attempt_id = Text("Joins the calls of one attempt, which count once.", minimum=1, maximum=256, example="a-77")
    application = Part(ApplicationBody)
    action = Part(ActionBody)
    subject = Part(SubjectBody, required=True)
    client = Part(ClientBody, required=True)
    session = Part(SessionBody)
    credential = Part(CredentialBody)
    context = JsonMap("Anything rules read.", example={"channel": "web", "partner_score": 0.2})

    also: ClassVar[JsonSchema] = {
        "oneOf": [
            {"properties": {"kind": {"const": LOGIN}}},
            {"properties": {"kind": {"const": ACTION}, "action": {"required": ["name"]}}, "required": ["action"]},
        ]
    }

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def action_has_a_name(self, data: Mapping[str, Any], original: Any, **_: Any) -> None:
        if data.get("kind") != ACTION or not isinstance(original, Mapping):
            return
        action = original.get("action", {})
        if isinstance(action, Mapping) and "name" not in action:
            raise ValidationError({"action": {"name": ["required for an action, and missing"]}})
