"""Tenant logs of Auth0: what the Management API gives, and log streams, which wrap each entry in `data`."""

from doorward.core.assurance import MULTI_FACTOR_AMR
from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import (
    address,
    agent,
    instant,
    items,
    network,
    part,
    stranger,
    subject_id,
    text,
    words,
)
from doorward.offline.importers.joining import Piece
from doorward.offline.importers.outcomes import Json, Skipped

KEYS = ("log_id", "type", "date", "data", "client_id", "ip")

SUCCESS = "s"
LEAKED = "pwd_leak"
FAILURES = ("f", "fp", "fu", LEAKED)
WRONG_CREDENTIAL = ("fp", "fu")
STEP_PASSED = "gd_auth_succeed"
STEPS_FAILED = ("gd_auth_failed", "gd_auth_rejected", "gd_otp_rate_limit_exceed")

_NO_SIGN_IN = "an event that is no sign-in"
_NO_SUBJECT = "an attempt whose user the log does not name"


def read(found: Json) -> Piece | Skipped:
    """Return the entry as a piece of a sign-in; a person's second step comes before the sign-in's success."""
    wrapped = found.get("data")
    found = wrapped if isinstance(wrapped, dict) else found
    kind = found.get("type")
    is_step = kind == STEP_PASSED or kind in STEPS_FAILED
    if not is_step and kind != SUCCESS and kind not in FAILURES:
        return Skipped(_NO_SIGN_IN)
    known = subject_id(found.get("user_id"))
    subject = known or stranger(found.get("user_name"))
    if subject is None:
        return Skipped(_NO_SUBJECT)
    passed = kind in (SUCCESS, STEP_PASSED)
    told = _event(found, subject)
    alone = None if kind == STEP_PASSED else told
    amr = (MULTI_FACTOR_AMR,) if kind == STEP_PASSED else ()
    return Piece(known or "", told["at"], alone, ends=not is_step, passed=passed, amr=amr)


def _event(found: Json, subject: str) -> Json:
    kind = found["type"]
    place = part(found, "location_info")
    # `f` is any other failure: a rule, an action or the connection refused, whatever the password was.
    result = FAILED if kind in WRONG_CREDENTIAL else None if kind in ("f", LEAKED) else PASSED
    request = login(
        subject,
        result=result,
        client={"ip": address(found.get("ip")), "user_agent": agent(found.get("user_agent"))},
        amr=_amr(found) if kind == SUCCESS else None,
        application=text(found.get("client_name")) or found.get("client_id"),
        attempt=found.get("log_id"),
        log={"source": "auth0", "type": kind, "connection": found.get("connection")},
    )
    if kind == LEAKED:
        request["credential"] = {"result": PASSED, "breached": True}
    return event(
        instant(found.get("date")),
        request,
        verified=kind == SUCCESS,
        network=network(
            country=place.get("country_code"),
            city=place.get("city_name"),
            lat=place.get("latitude"),
            lon=place.get("longitude"),
            timezone=place.get("time_zone"),
        ),
    )


def _amr(found: Json) -> list[str]:
    """Return what the prompts of the sign-in say that was performed."""
    performed = [prompt.get("performed_amr") for prompt in items(part(found, "details").get("prompts"))]
    return words(word for each in performed if isinstance(each, list) for word in each)
