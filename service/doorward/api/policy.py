"""The policy in force, and trying another without any effect."""

from doorward.api.answers import DecisionAnswer, FindingsAnswer, PolicyAnswer
from doorward.api.bodies import PolicyTextBody, WhatIfBody
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.api.requests import build_request

resource = Resource("policy", about="See the policy in force, check another, and try decisions without any effect.")


@resource.operation(
    "GET", "/v1/policy", summary="Show the policy in force.", scopes=("policy",), answers={200: PolicyAnswer()}
)
def show_policy(call: Call) -> Reply:
    return Reply(call.services.policies.show(call.tenant, call.now))


@resource.operation(
    "POST",
    "/v1/policy/check",
    summary="Check a policy's text; nothing changes.",
    scopes=("policy",),
    body=PolicyTextBody(),
    answers={200: FindingsAnswer()},
)
def check_policy(call: Call) -> Reply:
    return Reply(call.services.policies.check(call.tenant, call.body["text"]))


@resource.operation(
    "GET", "/v1/policy/schema", summary="The JSON Schema of a policy's file, for editors.", answers={200: None}
)
def show_policy_schema(call: Call) -> Reply:
    return Reply(call.services.policies.schema())


@resource.operation(
    "POST",
    "/v1/policy/what-if",
    summary="Decide without any effect, with another policy or other facts.",
    scopes=("policy",),
    body=WhatIfBody(),
    answers={200: DecisionAnswer()},
)
def what_if(call: Call) -> Reply:
    asked = call.body
    request = build_request(asked["request"])
    return Reply(
        call.services.decisions.what_if(
            call.tenant, request, text=asked.get("text"), facts=asked.get("facts"), now=call.now
        )
    )
