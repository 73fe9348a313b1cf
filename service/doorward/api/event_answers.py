"""What web-hooks carry to an operator's own systems, for the OpenAPI document."""

from typing import Any

from doorward.api.answers import word
from doorward.api.fields import Answer, Items, Number, Part, Time, Whole
from doorward.api.reply import JSON
from doorward.core.notices import EVENTS, Event


class EventSubjectAnswer(Answer):
    """Whom an event is about."""

    id = word("The caller's own name of the subject.", "u-123", required=True)


class EventDataAnswer(Answer):
    """What an event is about; beyond the first three, only what is known and fits the event is there."""

    tenant = word("Whose subject it is.", "default", required=True)
    subject = Part(EventSubjectAnswer, required=True)
    decision = word("The decision that it belongs to.", "dec_…", nullable=True, required=True)
    kind = word("Of the decision: login or action.", "login")
    application = word("Of the decision.", "web")
    action = word("Its name, for an action.", "payments.transfer")
    outcome = word("Of the decision.", "deny")
    rule = word("Which rule decided.", "high-risk")
    level = word("The risk's level.", "high")
    score = Number("The risk's score.", minimum=0, maximum=100, example=97.4)
    country = word("Where the attempt came from.", "DE")
    challenge = word("The challenge's id.", "chl_…")
    authenticator = word("The authenticator's id.", "fac_…")
    type = word("The authenticator's type.", "totp")
    by = word("Whose leave allowed it.", "admin")
    device = word("The device's id, or `all`.", "dev_…")
    channels = Items(word(""), "Of the addresses that are told from now on.", maximum=16)
    until = Time("When it ends.")
    authenticators = Whole("How many were ended.", example=2)
    devices = Whole("How many were made a stranger's.", example=1)


class EventAnswer(Answer):
    """An event, as Standard Webhooks writes them."""

    type = word("Which event.", "authenticator.bound", required=True)
    timestamp = Time("When it happened.", required=True)
    data = Part(EventDataAnswer, required=True)


def webhooks() -> dict[str, Any]:
    """Return every event as the OpenAPI document shows it."""
    return {event.name: {"post": _webhook(event)} for event in EVENTS if event.operators}


def _webhook(event: Event) -> dict[str, Any]:
    return {
        "operationId": event.name,
        "summary": event.doc[0].upper() + event.doc[1:] + ".",
        "description": "Signed by Standard Webhooks; sent again, with the same `webhook-id`, until 2xx is answered.",
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": "#/components/schemas/Event"}}}},
        "responses": {"2XX": {"description": "Taken; anything else is tried again."}},
        "security": [],
    }
