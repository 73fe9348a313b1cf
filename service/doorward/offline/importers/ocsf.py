"""Authentication events of OCSF (class 3002): what Amazon Security Lake and many collectors write."""

from doorward.core.assurance import MULTI_FACTOR_AMR, PASSWORD_AMR
from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import (
    address,
    agent,
    flag,
    instant,
    instant_of_ms,
    items,
    network,
    part,
    stranger,
    subject_id,
    text,
)
from doorward.offline.importers.outcomes import Json, Skipped

KEYS = ("class_uid", "activity_id", "status_id", "user", "src_endpoint", "metadata", "time")

AUTHENTICATION = 3002
LOGON = 1

_OTHER_CLASS = "an event of another class"
_NO_SIGN_IN = "an event that is no sign-in"
_NO_SUBJECT = "an attempt whose user the log does not name"

# `factor_type_id` of OCSF's authentication factors, as far as there is one word for it.
_AMR = {1: "sms", 2: "kba", 3: "tel", 5: "swk", 6: "hwk", 7: "otp", 8: "email", 9: "hwk", 10: "hwk", 11: PASSWORD_AMR}


def convert(found: Json) -> Json | Skipped:
    """Return the event of a logon."""
    if found.get("class_uid") != AUTHENTICATION:
        return Skipped(_OTHER_CLASS)
    if found.get("activity_id") != LOGON:
        return Skipped(_NO_SIGN_IN)
    user, source = part(found, "user"), part(found, "src_endpoint")
    named = user.get("name") or user.get("email_addr")
    succeeded = _succeeded(found)
    # The name in a failed attempt is whatever was typed.
    subject = subject_id(user.get("uid")) or (stranger(named) if succeeded is False else subject_id(named))
    if subject is None:
        return Skipped(_NO_SUBJECT)
    device = text(source.get("uid"))
    client = {
        "ip": address(source.get("ip")),
        "user_agent": agent(part(found, "http_request").get("user_agent")),
        "device_token": f"ocsf:{device}" if device else None,
    }
    service = part(found, "service")
    request = login(
        subject,
        result={True: PASSED, False: FAILED, None: None}[succeeded],
        client=client,
        amr=_amr(found) if succeeded else None,
        application=service.get("name") or service.get("uid"),
        attempt=part(found, "metadata").get("uid"),
        log={
            "source": "ocsf",
            "product": part(part(found, "metadata"), "product").get("name"),
            "reason": found.get("status_detail"),
        },
    )
    return event(_at(found), request, verified=succeeded, network=_network(source))


def _succeeded(found: Json) -> bool | None:
    status = found.get("status_id")
    if status in (1, 2):
        return bool(status == 1)
    said = found.get("status")
    return {"success": True, "failure": False}.get(said.lower()) if isinstance(said, str) else None


def _at(found: Json) -> str:
    if "time" in found:
        return instant_of_ms(found["time"])
    return instant(found.get("time_dt"))


def _amr(found: Json) -> list[str]:
    kinds = [factor.get("factor_type_id") for factor in items(found.get("auth_factors"))]
    amr = [_AMR[kind] for kind in kinds if isinstance(kind, int) and kind in _AMR]
    if flag(found.get("is_mfa")):
        amr.append(MULTI_FACTOR_AMR)
    return list(dict.fromkeys(amr))


def _network(source: Json) -> Json | None:
    place, system = part(source, "location"), part(source, "autonomous_system")
    pair = place.get("coordinates")
    lon, lat = pair if isinstance(pair, list) and len(pair) == 2 else (place.get("long"), place.get("lat"))
    return network(
        country=place.get("country"),
        region=place.get("region"),
        city=place.get("city"),
        lat=lat,
        lon=lon,
        asn=system.get("number"),
        as_org=system.get("name"),
    )
