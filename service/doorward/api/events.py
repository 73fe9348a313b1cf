"""What happened outside a decision."""

from doorward.api.answers import AcceptedAnswer
from doorward.api.bodies import EventBody
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.api.requests import build_client
from doorward.services import ReportedEvent

resource = Resource("events", about="Tell what happened outside a decision.")


@resource.operation(
    "POST",
    "/v1/events",
    summary="Report an event: it feeds velocity, and a changed password raises the risk.",
    scopes=("decide",),
    body=EventBody(),
    answers={202: AcceptedAnswer()},
)
def report_event(call: Call) -> Reply:
    told = call.body
    event = ReportedEvent(
        type=told["type"],
        subject_id=told["subject"]["id"],
        client=build_client(told.get("client", {})),
        attempt_id=told.get("attempt_id", ""),
        at=told.get("at"),
    )
    return Reply(call.services.reports.event(call.tenant, event, call.now), 202)
