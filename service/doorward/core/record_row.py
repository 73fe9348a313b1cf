"""A record as a row: its values in groups, without their names, so that little has to be written, packed and kept.

The tables are part of what is kept. A new name goes to the end of its group, a new group to the end of all; none is
moved or taken away. So a row of an earlier version is short, and what it lacks has its default; what a later version
has put behind is left out.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from doorward.core.facts import FACT_GROUPS, Facts
from doorward.core.record import DecisionRecord, proof_from_json
from doorward.core.request import Action, Client, Contact, Credential, DecisionRequest, Session, Subject

VERSION = 2

# Where a group's values are in the record, and what they are called there. Of a request its secrets are in no table.
TABLES: Mapping[str, tuple[str, ...]] = {
    where: tuple(names.split())
    for where, names in {
        "request": "kind attempt_id application_id context",
        "request.action": "name binding display",
        "request.subject": "id groups attributes created_at contacts",
        "request.client": "ip user_agent device_token_collected fingerprint accept_language timezone rtt_ms",
        "request.session": "id amr acr auth_time",
        "request.credential": "result breached",
        "facts.network": "address prefix version private country region city timezone lat lon accuracy_km asn as_org"
        " kind anonymous hosting location_reason asn_reason kind_reason",
        "facts.agent": "type browser browser_major os bot reason",
        "facts.device": "token_state device_id seen known remembered first_used_at reason",
        "facts.history": "reachable logins events settled first_seen_at last_at last_country last_lat last_lon"
        " last_accuracy_km last_kind last_anonymous nearest_km hour_share zone fingerprint_known on_returning"
        " before_network usual_country credential_changed_at flags counts totals",
        "facts.velocity": "reachable counts asn_failure_ratio_1h tenant_failure_ratio_10m tenant_attempts_10m",
        "facts.population": "version counts totals distinct",
        "facts.enrolment": "readable types blocked reason",
    }.items()
}
_OF_ALL = (
    "id at policy_digest candidate_digest model facts.zone proofs listed degraded bind issued_device learned log_odds"
    " shadow_model reports feedback events answer"
)
OWN = tuple(_OF_ALL.split())

_OWN = attrgetter(*OWN)
_GROUPS = tuple((attrgetter(where), attrgetter(*names)) for where, names in TABLES.items())


def to_row(record: DecisionRecord) -> list[Any]:
    """Return *record* as JSON, but for proofs and contacts, which are dataclasses yet."""
    return [VERSION, _OWN(record), *[values(part(record)) for part, values in _GROUPS]]


def from_row(row: Sequence[Any]) -> DecisionRecord:
    """Rebuild from `to_row`; KeyError, TypeError or ValueError where *row* is none of ours."""
    version, own, *groups = row
    if version != VERSION:
        raise ValueError(f"a record of version {version!r}, expected {VERSION}")
    named = {where: _named(names, group) for (where, names), group in zip(TABLES.items(), groups, strict=False)}
    rest = _named(OWN, own)
    proofs = tuple(map(proof_from_json, rest.pop("proofs")))
    return DecisionRecord(request=_request(named), facts=_facts(named, rest.pop("facts.zone")), proofs=proofs, **rest)


def _request(named: Mapping[str, dict[str, Any]]) -> DecisionRequest:
    subject = named["request.subject"]
    contacts = tuple([Contact(**each) for each in subject.pop("contacts")])
    return DecisionRequest(
        **named["request"],
        action=Action(**named["request.action"]),
        subject=Subject(**subject, contacts=contacts),
        client=Client(**named["request.client"]),
        session=Session(**named["request.session"]),
        credential=Credential(**named["request.credential"]),
    )


def _facts(named: Mapping[str, dict[str, Any]], zone: str) -> Facts:
    groups: dict[str, Any] = {name: kind(**named.get(f"facts.{name}", {})) for name, kind in FACT_GROUPS.items()}
    return Facts(**groups, zone=zone)


def _named(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    pairs = zip(names, values, strict=False)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in pairs}
