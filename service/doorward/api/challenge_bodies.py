"""The bodies of the operations on challenges and authenticators."""

import re

from doorward.api.fields import Choice, Flag, Items, JsonMap, Part, Shaped, Strict, Text, Whole
from doorward.api.limits import BROWSER
from doorward.api.schemas import ClientBody

FACTOR_ID = re.compile(r"fac_[A-Za-z0-9_-]{22}")
RECEIPT = re.compile(r"rcp_[A-Za-z0-9_-]{22}")

TYPES = ("totp", "hotp", "sms", "voice", "email", "push", "passkey", "recovery_code", "knowledge")


def authenticator_id() -> Shaped:
    return Shaped(
        "Which authenticator.",
        shape=FACTOR_ID,
        expected="an authenticator's id",
        maximum=26,
        required=True,
        example="fac_AAAAAAAAAAAAAAAAAAAAAA",
    )


def assertion(doc: str) -> Text:
    return Text(doc, minimum=1, maximum=8192, nullable=True)


def reason() -> Text:
    return Text("Why, for the record; an administrator's word.", minimum=1, maximum=512, example="lost phone")


class BeginBody(Strict):
    """With which authenticator."""

    authenticator = authenticator_id()


class VerifyBody(Strict):
    """One answer to a challenge."""

    authenticator = authenticator_id()
    response = JsonMap(
        "`code`, `credential`, `answers`, or nothing to ask whether a push was answered.",
        limits=BROWSER,
        required=True,
        example={"code": "123456"},
    )
    client = Part(ClientBody, "The browser that answers.", nullable=True)
    remember_device = Flag("Whether the person asked to be remembered on this device.", example=True)


class CancelBody(Strict):
    """Why a challenge is ended."""

    reason = Choice("Who ends it, and why.", of=("user", "not_me"), required=True, example="user")


class ResultBody(Strict):
    """What the browser brought back from the hosted page."""

    receipt = Shaped(
        "As it stood in the address that the person came back by.",
        shape=RECEIPT,
        expected="a receipt",
        maximum=26,
        required=True,
        example="rcp_AAAAAAAAAAAAAAAAAAAAAA",
    )


class QuestionBody(Strict):
    """A question of the subject's own, and its answer."""

    question = Text("What is asked.", minimum=1, maximum=200, required=True, example="the first street I lived in")
    answer = Text(
        "What is answered; case does not count.", minimum=3, maximum=200, required=True, example="Linden Street"
    )


class AuthenticatorBody(Strict):
    """A new authenticator, and what allows it where the subject has one already."""

    type = Choice("Which type.", of=TYPES, required=True, example="totp")
    label = Text("The person's name for it.", maximum=100, example="phone")
    algorithm = Choice("totp, hotp: the hash.", of=("SHA1", "SHA256", "SHA512"), example="SHA1")
    digits = Whole("totp, hotp: 6 or 8.", minimum=6, maximum=8, example=6)
    period = Whole("totp: seconds of a step.", minimum=15, maximum=120, example=30)
    counter = Whole("hotp: where it begins.", example=0)
    secret = Text("totp, hotp: a seed in base32 that another system made.", minimum=16, maximum=256, nullable=True)
    questions = Items(Part(QuestionBody), "knowledge: three to eight.", minimum=3, maximum=8)
    account_name = Text(
        "passkey: how the person knows the account; the subject's id by default.", minimum=1, maximum=64
    )
    phone = Text("sms, voice: the number in E.164.", maximum=16, nullable=True, example="+4915112345678")
    address = Text("email: the address.", maximum=254, nullable=True, example="a@example.org")
    assertion = assertion("A proof of the subject's own.")
    enrolment_grant = Text("What an enrol challenge gave.", minimum=1, maximum=128, nullable=True)
    reason = reason()
    client = Part(ClientBody, "The browser that it is bound from, for the record.", nullable=True)


class ConfirmBody(Strict):
    """The first answer of a new authenticator."""

    code = Text("The code that it shows, or that was sent.", minimum=1, maximum=64, example="123456")
    credential = JsonMap("What the browser's `create` gave.", limits=BROWSER)
    client = Part(ClientBody, "The browser that answers, where a challenge is answered by it.", nullable=True)
    remember_device = Flag("Whether the person asked to be remembered on this device.", example=True)


class AllowedBody(Strict):
    """What allows a change: a proof, or an administrator's reason."""

    assertion = assertion("A proof of the subject's own.")
    reason = reason()
