"""The bodies of what a device sends, each signed, and what it is answered."""

import re
from typing import ClassVar

from marshmallow import ValidationError, validates_schema

from doorward.api.answers import word
from doorward.api.challenge_bodies import authenticator_id
from doorward.api.fields import Answer, Choice, JsonMap, JsonSchema, Shaped, Strict, Text, Time
from doorward.api.limits import KEY

_NUMBER = re.compile(r"[0-9]{6}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SIGNED = "base64url, over the RFC 8785 form of the rest: P-256 as r and s, or Ed25519."


def signature() -> Shaped:
    expected = "a signature in base64url"
    return Shaped(_SIGNED, shape=_SIGNATURE, expected=expected, maximum=128, required=True, example="Zm9v")


class PairBody(Strict):
    """A device's own public key, with the code that it was shown; signed by that key."""

    authenticator = authenticator_id()
    code = Text("The code of the pairing URI.", minimum=1, maximum=64, required=True, example="MFRGGZDFMZTWQ2LK")
    public_key = JsonMap(
        "A P-256 or Ed25519 key as JWK.",
        limits=KEY,
        required=True,
        example={"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    )
    signature = signature()


class PendingBody(Strict):
    """Which authenticator looks, and when; signed."""

    authenticator = authenticator_id()
    at = Time("The device's time, at most a minute off.", required=True)
    signature = signature()


class PushAnswerBody(Strict):
    """The answer to one push; signed."""

    also: ClassVar[JsonSchema] = {
        "oneOf": [
            {
                "properties": {"decision": {"const": "approve"}, "number": {"type": "string"}},
                "required": ["number"],
            },
            {"properties": {"decision": {"enum": ["decline", "not_me"]}}},
        ]
    }

    authenticator = authenticator_id()
    nonce = Text(
        "That of the push; it begins with the challenge's id.",
        minimum=1,
        maximum=128,
        required=True,
        example="chl_AAAAAAAAAAAAAAAAAAAAAA.MFRGGZDF",
    )
    number = Shaped(
        "What the login side shows, to approve.",
        shape=_NUMBER,
        expected="text of six decimal digits",
        maximum=6,
        nullable=True,
        example="471906",
    )
    decision = Choice("What the person says.", of=("approve", "decline", "not_me"), required=True, example="approve")
    signature = signature()

    @validates_schema
    def check_number(self, data: dict[str, str | None], **_: object) -> None:
        if data.get("decision") == "approve" and not data.get("number"):
            # SP 800-63B-4, section 3.1.3: to press a button alone transfers no secret.
            raise ValidationError("the six digits of the login side are needed to approve", "number")


class PairedAnswer(Answer):
    """The device is paired."""

    authenticator = word("Its authenticator.", "fac_…", required=True)
    status = word("Always `active`.", "active", required=True)


class WaitingAnswer(Answer):
    """A push that waits for the person."""

    challenge = word("Of which challenge.", "chl_…", required=True)
    nonce = word("To be signed with the answer.", "chl_….…", required=True)
    application = word("What the person signs in to, or acts in.", "web", required=True)
    kind = Choice("What it is about.", of=("login", "action"), required=True, example="action")
    action = word("What the person approves, empty for a sign-in.", "Pay 950.00 EUR to DE02…", required=True)
    client = word("Who asks, as far as it is known.", "Firefox on Linux, near Oslo (NO)", nullable=True, required=True)
    expires_at = Time("Until when it can be answered.", required=True)


class PushAnsweredAnswer(Answer):
    """How the answer was taken."""

    challenge = word("Of which challenge.", "chl_…", required=True)
    status = Choice(
        "`refused` where the number was wrong: the push has ended.",
        of=("approved", "declined", "not_me", "refused"),
        required=True,
        example="approved",
    )
    error = Choice("Why it was refused.", of=("wrong_code", "too_many_attempts", "refused"), example="wrong_code")
