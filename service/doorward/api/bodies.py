"""The bodies and queries of every other operation."""

from doorward.api.fact_field import FactsMap
from doorward.api.fields import Choice, Part, Strict, Text, Time, WholeInQuery
from doorward.api.schemas import ClientBody, DecisionBody, amr, subject_id

POLICY = 'version: 1\nid: example\nrules:\n  - id: nobody\n    when: "true"\n    then: deny\n'
EVENT_TYPES = ("login_failed", "password_changed", "password_reset", "account_locked", "logout")


class OutcomeBody(Strict):
    """How a challenge of the caller's own ended."""

    result = Choice("How it ended.", of=("completed", "failed", "abandoned"), required=True, example="completed")
    amr = amr()
    auth_time = Time("When the person authenticated; now where left out.", nullable=True)


class FeedbackBody(Strict):
    """What an attempt turned out to be."""

    label = Choice("What it was.", of=("genuine", "fraud"), required=True, example="fraud")
    source = Choice("Who says so.", of=("user", "analyst", "chargeback"), required=True, example="user")
    note = Text("For the people who read the record.", maximum=2000, example="card reported stolen")


class EventSubjectBody(Strict):
    """Whom the event is about."""

    id = subject_id(required=True)


class EventBody(Strict):
    """Something that happened outside a decision."""

    type = Choice("What happened.", of=EVENT_TYPES, required=True, example="login_failed")
    attempt_id = Text("Joins the calls of one attempt, which count once.", minimum=1, maximum=256, example="a-77")
    subject = Part(EventSubjectBody, required=True)
    client = Part(ClientBody)
    at = Time("When it happened; now where left out.", nullable=True)


class ListEntryBody(Strict):
    """How long an entry of a run-time list stands, and why."""

    until = Time("When it ends by itself, within 366 days; in 24 h where left out.", nullable=True)
    reason = Text("For the people who read the list.", maximum=512, example="credential stuffing")


class PolicyTextBody(Strict):
    """A policy to be checked."""

    text = Text("The policy as YAML.", maximum=65536, safe=False, required=True, example=POLICY)


class WhatIfBody(Strict):
    """A decision to be tried without any effect."""

    request = Part(DecisionBody, "The decision request.", required=True)
    text = Text(
        "A policy to try instead of the one in force.", maximum=65536, safe=False, nullable=True, example=POLICY
    )
    facts = FactsMap(
        "Facts that stand in for look-ups and history.", nullable=True, example={"network": {"country": "NO"}}
    )


class AssertionBody(Strict):
    """An assertion to be spent."""

    assertion = Text("The JWS, in its compact form.", minimum=1, maximum=8192, required=True, example="eyJ0eXAi…")


class RecordsQuery(Strict):
    """Which decisions to list, newest first."""

    subject = subject_id()
    outcome = Choice("Only this outcome.", of=("allow", "challenge", "deny"))
    rule = Text("Only those that this rule decided.", minimum=1, maximum=128, example="high-risk")
    since = Time("Not before.", data_key="from")
    until = Time("Before.", data_key="to")
    cursor = Text("Where the page before ended.", minimum=1, maximum=512)
    limit = WholeInQuery("How many at most; 50 where left out.", minimum=1, maximum=200, example=50)


class TenantQuery(Strict):
    """Whose keys."""

    tenant = Text("The tenant's id.", minimum=1, maximum=128, required=True, example="default")


class NoQuery(Strict):
    """No parameters."""
