"""Assertions: the keys that verify them, and spending one on line.

Redeeming takes the scope `decide` or `challenge`: a resource server that guards one action needs no more than the
service that signs people in, and either may hold the proof.
"""

from doorward.api.bodies import AssertionBody, TenantQuery
from doorward.api.operation import Call, Resource
from doorward.api.proof_answers import ClaimsAnswer, JwksAnswer
from doorward.api.reply import Reply
from doorward.core.errors import InvalidAssertion

resource = Resource("assertions", about="Verify the proof of a passed challenge, and spend it once.")


@resource.operation(
    "GET",
    "/.well-known/jwks.json",
    summary="Show the public keys that a tenant's assertions are signed with.",
    query=TenantQuery(),
    answers={200: JwksAnswer()},
    refusals=(404,),
)
def show_jwks(call: Call) -> Reply:
    return Reply(call.services.assertions.jwks(call.query["tenant"], call.now))


@resource.operation(
    "POST",
    "/v1/assertions/redeem",
    summary="Check an assertion on line and spend it; a second time is refused.",
    scopes=("decide", "challenge"),
    body=AssertionBody(),
    answers={200: ClaimsAnswer()},
    refusals=(409,),
)
def redeem_assertion(call: Call) -> Reply:
    try:
        return Reply(call.services.assertions.redeem(call.tenant, call.body["assertion"], call.now))
    except InvalidAssertion:
        call.services.meter.proof_refused()
        raise
