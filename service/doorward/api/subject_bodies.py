"""The bodies of an administrator's operations on a subject."""

from doorward.api.fields import Strict, Text, Time, Whole

# As long as a person may need to come back to the help desk.
MOST_USES = 5
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 86_400


def _reason(*, required: bool) -> Text:
    doc = "Why, for the record; the subject is told."
    return Text(doc, minimum=1, maximum=512, required=required, nullable=not required, example="asked for in person")


class ReasonBody(Strict):
    """Why something is done."""

    reason = _reason(required=False)


class ExemptionBody(Strict):
    """Until when, and why."""

    until = Time("At most 24 hours from now.", required=True, example="2026-11-22T18:00:00Z")
    reason = _reason(required=True)


class BypassCodeBody(Strict):
    """How often, for how long, and why."""

    reason = _reason(required=True)
    uses = Whole("How often it is good; once where left out.", minimum=1, maximum=MOST_USES, example=1)
    ttl_s = Whole(
        "For how many seconds; an hour where left out.",
        minimum=SHORTEST_SECONDS,
        maximum=LONGEST_SECONDS,
        example=3600,
    )
