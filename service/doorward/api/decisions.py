"""Decisions, their records, and what callers tell of them afterwards."""

from doorward.api.answers import DecisionAnswer, FeedbackAnswer, LearnedAnswer
from doorward.api.bodies import FeedbackBody, OutcomeBody, RecordsQuery
from doorward.api.challenges import links_of_challenge
from doorward.api.operation import Call, Link, Resource
from doorward.api.record_answers import RecordAnswer, RecordPage
from doorward.api.reply import Reply
from doorward.api.requests import build_request
from doorward.api.schemas import DecisionBody
from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id
from doorward.services import RecordFilter

# Where a decision's id leads.
OF_DECISION = (
    Link("show_decision", {"decision_id": "$response.body#/id"}),
    Link("report_outcome", {"decision_id": "$response.body#/id"}),
    Link("give_feedback", {"decision_id": "$response.body#/id"}),
)

resource = Resource("decisions", about="Decide a sign-in or an action, and tell how it ended.")


@resource.operation(
    "POST",
    "/v1/decisions",
    summary="Decide: allow, challenge or deny; 200 for every decision.",
    scopes=("decide",),
    body=DecisionBody(),
    answers={200: DecisionAnswer()},
    links=(*OF_DECISION, *links_of_challenge("$response.body#/challenge/id")),
    answers_without_store=True,
)
def decide(call: Call) -> Reply:
    request = build_request(call.body)
    return Reply(call.services.decisions.decide(call.tenant, request, call.now))


@resource.operation(
    "GET",
    "/v1/decisions",
    summary="List decisions, newest first.",
    scopes=("records",),
    query=RecordsQuery(),
    answers={200: RecordPage()},
    links=(
        Link("show_decision", {"decision_id": "$response.body#/items/0/id"}),
        Link("list_decisions", {"cursor": "$response.body#/next_cursor"}),
    ),
)
def list_decisions(call: Call) -> Reply:
    asked = dict(call.query)
    query = RecordFilter(subject_id=asked.pop("subject", ""), **asked)
    return Reply(call.services.records.page(call.tenant, query, call.now))


@resource.operation(
    "GET",
    "/v1/decisions/<decision_id>",
    summary="Show a decision whole, computed again from its recorded facts.",
    scopes=("records",),
    answers={200: RecordAnswer()},
    refusals=(404,),
)
def show_decision(call: Call, decision_id: str) -> Reply:
    return Reply(call.services.records.show(call.tenant, _known(decision_id), call.now))


@resource.operation(
    "POST",
    "/v1/decisions/<decision_id>/outcome",
    summary="Tell how a challenge of your own ended; `completed` learns once.",
    scopes=("decide",),
    body=OutcomeBody(),
    answers={200: LearnedAnswer()},
    links=(
        Link("show_decision", {"decision_id": "$response.body#/id"}),
        Link("redeem_assertion", body={"assertion": "$response.body#/assertion"}),
    ),
    refusals=(404, 409),
)
def report_outcome(call: Call, decision_id: str) -> Reply:
    told = call.body
    return Reply(
        call.services.reports.outcome(
            call.tenant,
            _known(decision_id),
            result=told["result"],
            amr=tuple(told.get("amr", ())),
            auth_time=told.get("auth_time"),
            now=call.now,
        )
    )


@resource.operation(
    "POST",
    "/v1/decisions/<decision_id>/feedback",
    summary="Tell what an attempt was; `fraud` takes it out of what was learned.",
    scopes=("feedback",),
    body=FeedbackBody(),
    answers={200: FeedbackAnswer()},
    links=(Link("show_decision", {"decision_id": "$response.body#/id"}),),
    refusals=(404, 409),
)
def give_feedback(call: Call, decision_id: str) -> Reply:
    told = call.body
    return Reply(
        call.services.reports.feedback(
            call.tenant,
            _known(decision_id),
            label=told["label"],
            source=told["source"],
            note=told.get("note", ""),
            now=call.now,
        )
    )


def _known(decision_id: str) -> str:
    if not is_id(decision_id, "dec"):
        raise NotFound("there is no such decision")
    return decision_id
