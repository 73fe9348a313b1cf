"""Challenges that decisions have opened: begun, answered, cancelled."""

from doorward.api.answers import ChallengeAnswer
from doorward.api.challenge_answers import BegunAnswer, CancelledAnswer, VerifiedAnswer
from doorward.api.challenge_bodies import BeginBody, CancelBody, ResultBody, VerifyBody
from doorward.api.operation import Call, Link, Resource
from doorward.api.reply import Reply
from doorward.api.requests import build_client
from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id
from doorward.services import Answered


def links_of_challenge(where: str) -> tuple[Link, ...]:
    """Return what a challenge leads to; *where* is its id, as an expression."""
    names = ("show_challenge", "begin_challenge", "verify_challenge", "cancel_challenge")
    return tuple(Link(name, {"challenge_id": where}) for name in names)


SAME = "$request.path.challenge_id"

resource = Resource("challenges", about="See what a decision asks for, and answer it.")


@resource.operation(
    "GET",
    "/v1/challenges/<challenge_id>",
    summary="Show a challenge.",
    scopes=("challenge",),
    answers={200: ChallengeAnswer()},
    refusals=(404,),
)
def show_challenge(call: Call, challenge_id: str) -> Reply:
    return Reply(call.services.challenges.show(call.tenant, _known(challenge_id), call.now))


@resource.operation(
    "POST",
    "/v1/challenges/<challenge_id>/begin",
    summary="Begin with one authenticator: send its code, or get what the browser needs. Again: the same live code.",
    scopes=("challenge",),
    body=BeginBody(),
    answers={200: BegunAnswer()},
    links=(Link("verify_challenge", {"challenge_id": SAME}),),
    refusals=(404, 409, 410, 429, 502),
)
def begin_challenge(call: Call, challenge_id: str) -> Reply:
    authenticator = call.body["authenticator"]
    return Reply(call.services.challenges.begin(call.tenant, _known(challenge_id), authenticator, call.now))


@resource.operation(
    "POST",
    "/v1/challenges/<challenge_id>/verify",
    summary="Answer a challenge: 200 where the answer was checked, whatever came out.",
    scopes=("challenge",),
    body=VerifyBody(),
    answers={200: VerifiedAnswer()},
    links=(
        Link("show_challenge", {"challenge_id": SAME}),
        Link("redeem_assertion", body={"assertion": "$response.body#/assertion"}),
    ),
    refusals=(404, 409, 410, 429),
)
def verify_challenge(call: Call, challenge_id: str) -> Reply:
    body = call.body
    answered = Answered(
        body["authenticator"],
        body["response"],
        client=build_client(body["client"]) if body.get("client") is not None else None,
        remember_device=body.get("remember_device") is True,
    )
    return Reply(call.services.challenges.verify(call.tenant, _known(challenge_id), answered, call.now))


@resource.operation(
    "POST",
    "/v1/challenges/<challenge_id>/cancel",
    summary="End a challenge without an answer; `not_me` raises the subject's risk and tells it.",
    scopes=("challenge",),
    body=CancelBody(),
    answers={200: CancelledAnswer()},
    links=(Link("show_challenge", {"challenge_id": "$response.body#/id"}),),
    refusals=(404, 409, 410),
)
def cancel_challenge(call: Call, challenge_id: str) -> Reply:
    reason = call.body["reason"]
    return Reply(call.services.challenges.cancel(call.tenant, _known(challenge_id), reason, call.now))


@resource.operation(
    "POST",
    "/v1/challenges/<challenge_id>/result",
    summary="Collect, once, what a challenge that was passed in the hosted page gives.",
    scopes=("challenge",),
    body=ResultBody(),
    answers={200: VerifiedAnswer()},
    refusals=(404, 409),
)
def collect_result(call: Call, challenge_id: str) -> Reply:
    return Reply(call.services.page.collect(call.tenant, _known(challenge_id), call.body["receipt"], call.now))


def _known(challenge_id: str) -> str:
    if not is_id(challenge_id, "chl"):
        raise NotFound("there is no such challenge")
    return challenge_id
