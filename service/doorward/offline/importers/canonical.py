"""Canonical sign-in events themselves: the importers' own output, and what the simulated world writes."""

from doorward.core.times import moment
from doorward.offline.importers.outcomes import Json, Unfit

KEYS = ("at", "request")


def convert(found: Json) -> Json:
    """Return the event as it is; whoever replays it reads it strictly. Unfit where it is no event at all."""
    request = found.get("request")
    if not isinstance(found.get("at"), str) or not isinstance(request, dict):
        raise Unfit("no event: 'at' and 'request' were expected")
    subject = request.get("subject")
    if not isinstance(subject, dict) or not isinstance(subject.get("id"), str):
        raise Unfit("no event: 'request.subject.id' was expected")
    try:
        moment(found["at"])
    except ValueError:
        raise Unfit("no time that can be read") from None
    return found
