"""What the person's device speaks: no API key, each request signed by the key that was bound when it was paired.

The device may be a page of another origin. Nothing that a browser would add by itself counts here, so every origin
may ask and read: the signature alone says who it is.
"""

from flask import Response

from doorward.api.operation import Call, Resource
from doorward.api.push_bodies import (
    PairBody,
    PairedAnswer,
    PendingBody,
    PushAnswerBody,
    PushAnsweredAnswer,
    WaitingAnswer,
)
from doorward.api.reply import Reply
from doorward.services import PushAnswer, Signed

resource = Resource("push", about="For the person's device: pair it, see what waits for it, answer.")

PAIR = "/v1/push/pair"
PENDING = "/v1/push/pending"
ANSWER = "/v1/push/<challenge_id>"
PREFLIGHT_SECONDS = 600


@resource.operation(
    "POST",
    PAIR,
    summary="Pair a device: whoever was shown the code binds the key that signs this. It takes the place of `confirm`.",
    body=PairBody(),
    answers={200: PairedAnswer()},
    refusals=(401, 503),
)
def pair_device(call: Call) -> Reply:
    body = call.body
    return Reply(call.services.pushes.pair(body["code"], body["public_key"], _signed(call), call.now))


@resource.operation(
    "POST",
    PENDING,
    summary="What waits for the device: never the number, which stands at the login side and is typed.",
    body=PendingBody(),
    answers={200: WaitingAnswer(many=True)},
    refusals=(401, 503),
)
def list_pushes(call: Call) -> Reply:
    return Reply([*call.services.pushes.pending(call.body["at"], _signed(call), call.now)])


@resource.operation(
    "POST",
    ANSWER,
    summary="Approve with the number that the login side shows, decline, or say that it is somebody else.",
    body=PushAnswerBody(),
    answers={200: PushAnsweredAnswer()},
    refusals=(401, 404, 409, 410, 429, 503),
)
def answer_push(call: Call, challenge_id: str) -> Reply:
    body = call.body
    answer = PushAnswer(body["nonce"], body["decision"], body.get("number") or "")
    return Reply(call.services.pushes.answer(challenge_id, answer, _signed(call), call.now))


def _signed(call: Call) -> Signed:
    """Return what was signed: the body as it was sent, all but the signature."""
    unsigned = {name: value for name, value in call.sent.items() if name != "signature"}
    return Signed(call.body["authenticator"], unsigned, call.body["signature"])


@resource.after_request
def allow_every_origin(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"
    return response


def preflight(**_: str) -> Response:
    """Answer what a browser asks before it sends JSON to another origin; never with credentials."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


for path in (PAIR, PENDING, ANSWER):
    resource.add_url_rule(path, f"preflight:{path}", preflight, methods=["OPTIONS"])
