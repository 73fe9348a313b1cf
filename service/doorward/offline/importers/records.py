"""Our own decisions, as `doorward records export` writes them: a header, policies, and one record a line."""

from typing import Any

from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.offline.ended import ended_well, results_of
from doorward.offline.importers.events import FRAUD, GENUINE, event
from doorward.offline.importers.fields import instant_of_ms, items, network, part, text
from doorward.offline.importers.outcomes import Json, Skipped, Unfit
from doorward.records_export import HEADER, POLICY, SCALE

KEYS = ("id", "at", "request", "facts", "answer", "learned")

_NO_DECISION = "a line of an export that is no decision: its header, a policy or a scale"
# What `facts.network` of an event may say besides what `network` reads.
_PLAIN_FACTS = ("accuracy_km", "kind", "hosting")


def convert(found: Json) -> Json | Skipped:
    """Return the event that the record tells of; what was decided is not part of it."""
    if any(name in found for name in (HEADER, POLICY, SCALE)):
        return Skipped(_NO_DECISION)
    asked, facts = part(found, "request"), part(found, "facts")
    if not text(part(asked, "subject").get("id")):
        raise Unfit("no subject")
    whole = event(
        _at(found.get("at")),
        _request(asked, part(facts, "device")),
        verified=_verified(found, asked),
        network=_network(part(facts, "network")),
        label=_label(found),
    )
    enrolled = _enrolled(facts)
    return whole | {"facts": whole["facts"] | {"enrolment": enrolled}} if enrolled is not None else whole


def _at(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return instant_of_ms(value * 1000 if is_number else None)


def _request(asked: Json, device: Json) -> Json:
    """Return the body as it was sent, without secrets and without addresses to send codes to: they decide nothing."""
    request: Json = {"kind": asked.get("kind") or "login"}
    for name in ("attempt_id", "context"):
        if asked.get(name):
            request[name] = asked[name]
    if asked.get("application"):
        request["application"] = {"id": asked["application"]}
    for name, time in (("action", ""), ("subject", "created_at"), ("session", "auth_time"), ("credential", "")):
        sent = {key: value for key, value in part(asked, name).items() if key != "contacts"}
        if sent.get(time) is not None:
            sent[time] = _at(sent[time])
        if sent:
            request[name] = sent
    return request | {"client": _client(part(asked, "client"), device)}


def _client(sent: Json, device: Json) -> Json:
    """Return the client; the device's id stands for its token, which is kept nowhere."""
    client = {name: value for name, value in sent.items() if name != "device_token_collected"}
    state = device.get("token_state")
    if state is not None:
        client["device_token"] = device.get("device_id") if state == "valid" else None
    return client


def _network(said: Json) -> Json | None:
    named = ("country", "region", "city", "lat", "lon", "timezone", "asn", "as_org", "anonymous")
    known = network(**({"country": None} | {name: said[name] for name in named if name in said}))
    if known is None:
        return None
    return known | {name: said[name] for name in _PLAIN_FACTS if said.get(name) is not None}


def _enrolled(facts: Json) -> Json | None:
    """Return what the subject had enrolled; facts that are at their defaults are not written down."""
    said = part(facts, "enrolment")
    if said.get("readable") is False:
        return None
    types = said.get("types", [])
    if not isinstance(types, list):
        return None
    return {"types": [each for each in types if isinstance(each, str) and each in AUTHENTICATOR_TYPES]}


def _verified(found: Json, asked: Json) -> bool | None:
    answer = part(found, "answer")
    return ended_well(
        learned=found.get("learned") is True,
        reported=results_of(items(found.get("reports"))),
        credential=str(part(asked, "credential").get("result")),
        kind=str(asked.get("kind")),
        outcome=str(answer.get("outcome")),
        is_challenged=isinstance(answer.get("challenge"), dict),
    )


def _label(found: Json) -> str | None:
    labels = [said.get("label") for said in items(found.get("feedback"))]
    return next((label for label in reversed(labels) if label in (GENUINE, FRAUD)), None)
