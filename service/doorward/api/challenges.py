"""Challenges that decisions have opened."""

from doorward.api.answers import ChallengeAnswer
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id

resource = Resource("challenges", about="See what a decision asks for.")


@resource.operation(
    "GET",
    "/v1/challenges/<challenge_id>",
    summary="Show a challenge.",
    scopes=("challenge",),
    answers={200: ChallengeAnswer()},
    refusals=(404,),
)
def show_challenge(call: Call, challenge_id: str) -> Reply:
    if not is_id(challenge_id, "chl"):
        raise NotFound("there is no such challenge")
    return Reply(call.services.challenges.show(call.tenant, challenge_id, call.now))
