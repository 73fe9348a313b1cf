"""Decisions, their records, and what callers tell of them afterwards."""

from doorward.api.answers import DecisionAnswer, FeedbackAnswer, LearnedAnswer, RecordAnswer, RecordPage
from doorward.api.bodies import FeedbackBody, OutcomeBody, RecordsQuery
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.api.requests import build_request
from doorward.api.schemas import DecisionBody
from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id
from doorward.services import RecordFilter

resource = Resource("decisions", about="Decide a sign-in or an action, and tell how it ended.")


@resource.operation(
    "POST",
    "/v1/decisions",
    summary="Decide: allow, challenge or deny; 200 for every decision.",
    scopes=("decide",),
    body=DecisionBody(),
    answers={200: DecisionAnswer()},
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
