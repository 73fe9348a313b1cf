"""Sign-in logs of Microsoft Entra ID, in both shapes: Graph's `signIns`, and the records of diagnostic settings.

Entra writes a record whenever it asks for more («interrupted») and one when the sign-in ends; the correlation id of one
person joins them.
"""

from typing import Any

from doorward.core.assurance import MULTI_FACTOR_AMR, PASSWORD_AMR
from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import (
    address,
    agent,
    instant,
    items,
    network,
    number,
    part,
    stranger,
    subject_id,
    text,
)
from doorward.offline.importers.joining import Piece
from doorward.offline.importers.outcomes import Json, Skipped

KEYS = ("userPrincipalName", "userId", "createdDateTime", "status", "correlationId", "category", "properties")

INTERACTIVE = "SignInLogs"
_OTHER_LOG = "a record of another log of Entra"
_NO_PERSON = "a sign-in without a person: a token renewed, a service or a managed identity"
_SILENT = "a question whether a session still lives"
_NO_SUBJECT = "an attempt whose user the log does not name"

_NO_USER = "00000000-0000-0000-0000-000000000000"
_SILENT_CODES = {50058}
# The first factor was right, and more is asked for: another factor, a new password, consent, «stay signed in?».
_INTERRUPTED = {50055, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50143, 50144, 50158, 50187}
_INTERRUPTED |= {50199, 50203, 50207, 16000, 16001, 16003, 51006, 52004, 65001}
# The first factor was right, and the sign-in was refused all the same.
_REFUSED = {500121, 50105, 53000, 53001, 53002, 53003, 53004, 530031, 530032, 530034, 50131, 50132, 50133}
_WRONG = {50126, 50034, 50053, 50056, 50057, 50064, 50020, 50128, 50059, 81010, 120000}

_AMR = {
    "password": PASSWORD_AMR,
    "text message": "sms",
    "phone call": "tel",
    "oath verification code": "otp",
    "oath software token": "otp",
    "oath hardware token": "otp",
    "software oath token": "otp",
    "mobile app verification code": "otp",
    "mobile app notification": "swk",
    "passwordless phone sign-in": "swk",
    "fido2 security key": "hwk",
    "passkey (fido2)": "hwk",
    "windows hello for business": "hwk",
    "x.509 certificate": "sc",
}
# Some pipelines write the outer names in lower case.
_LOWER = {"calleripaddress": "callerIpAddress", "correlationid": "correlationId", "resulttype": "resultType"}


def read(found: Json) -> Piece | Skipped:
    """Return the record as a piece of a sign-in."""
    if "properties" in found or "category" in found:
        if found.get("category") != INTERACTIVE:
            return Skipped(_NO_PERSON if str(found.get("category")).endswith(INTERACTIVE) else _OTHER_LOG)
        found = _flat(found)
    if found.get("isInteractive") is False and not _is_by_password(found):
        return Skipped(_NO_PERSON)
    code = _code(found)
    if code in _SILENT_CODES:
        return Skipped(_SILENT)
    known = subject_id(found.get("userId"))
    known = None if known == _NO_USER else known
    subject = known or stranger(found.get("userPrincipalName"))
    if subject is None:
        return Skipped(_NO_SUBJECT)
    correlation = text(found.get("correlationId"))
    told = _event(found, subject, code)
    ends = code not in _INTERRUPTED
    return Piece(
        f"{subject} {correlation}" if correlation else "", told["at"], told, ends=ends, passed=code == 0 or not ends
    )


def _flat(found: Json) -> Json:
    """Return the record of diagnostic settings in Graph's shape; the outer fields fill what the inner ones lack."""
    outer = {_LOWER.get(name, name): value for name, value in found.items()}
    filling = {
        "createdDateTime": outer.get("time"),
        "ipAddress": outer.get("callerIpAddress"),
        "resultType": outer.get("resultType"),
        "correlationId": outer.get("correlationId"),
    }
    inner = part(outer, "properties")
    # Of the two correlation ids the inner one is the client's, which the records of one sign-in share.
    return filling | {name: value for name, value in inner.items() if value not in (None, "")}


def _is_by_password(found: Json) -> bool:
    """Answer whether a program signed in with a person's password: not interactive, and an attempt all the same."""
    return found.get("authenticationProtocol") == "ropc"


def _code(found: Json) -> int | None:
    """Return Entra's error code, 0 for a success, None where the record tells none."""
    for value in (part(found, "status").get("errorCode"), found.get("resultType")):
        code = number(value, 0, 10**9)
        if code is not None:
            return int(code)
    return None


def _result(code: int | None) -> str | None:
    if code is None:
        return None
    if code == 0 or code in _INTERRUPTED or code in _REFUSED:
        return PASSED
    return FAILED if code in _WRONG else None


def _event(found: Json, subject: str, code: int | None) -> Json:
    place = part(found, "location")
    point = part(place, "geoCoordinates")
    device = text(part(found, "deviceDetail").get("deviceId"))
    client = {
        "ip": address(found.get("ipAddress")),
        "user_agent": agent(found.get("userAgent")),
        "device_token": f"entra:{device}" if device else None,
    }
    request = login(
        subject,
        result=_result(code),
        client=client,
        amr=_amr(found) if code == 0 else None,
        application=found.get("appDisplayName") or found.get("appId"),
        attempt=found.get("id"),
        log={"source": "entra", "code": code, "client": found.get("clientAppUsed"), "risk": _risk(found)},
    )
    return event(
        instant(found.get("createdDateTime")),
        request,
        verified=None if code is None else code == 0,
        network=network(
            country=place.get("countryOrRegion"),
            region=place.get("state"),
            city=place.get("city"),
            lat=point.get("latitude"),
            lon=point.get("longitude"),
            asn=found.get("autonomousSystemNumber"),
        ),
    )


def _risk(found: Json) -> str | None:
    said = text(found.get("riskLevelDuringSignIn"))
    return None if said == "hidden" else said


def _amr(found: Json) -> list[str]:
    steps = [each for each in items(found.get("authenticationDetails")) if each.get("succeeded") is True]
    names: list[Any] = [step.get("authenticationMethod") for step in steps]
    amr = [_AMR[name.lower()] for name in names if isinstance(name, str) and name.lower() in _AMR]
    if found.get("authenticationRequirement") == "multiFactorAuthentication":
        amr.append(MULTI_FACTOR_AMR)
    return list(dict.fromkeys(amr))
