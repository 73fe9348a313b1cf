"""Is the process alive, and may traffic be sent to it."""

from doorward.api.health_answers import LiveAnswer, ReadyAnswer
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply

resource = Resource("health", about="Is the process alive, and may traffic be sent to it.")


@resource.operation("GET", "/livez", summary="The process answers.", answers={200: LiveAnswer()})
def show_live(_: Call) -> Reply:
    return Reply({"status": "ok"})


@resource.operation(
    "GET",
    "/readyz",
    summary="Traffic may be sent here; 503 with the reasons where not.",
    answers={200: ReadyAnswer(), 503: ReadyAnswer()},
)
def show_ready(call: Call) -> Reply:
    ready, report = call.services.health.ready(call.now)
    return Reply(report, 200 if ready else 503)
