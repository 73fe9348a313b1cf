"""The System Log of Okta: what `GET /api/v1/logs` and log streams give.

A sign-in is `user.session.start`; what a second step told before or after it is joined to it by the session's id.
"""

from typing import Any

from doorward.core.assurance import MULTI_FACTOR_AMR, PASSWORD_AMR
from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import address, agent, instant, network, part, stranger, subject_id, text
from doorward.offline.importers.joining import Piece
from doorward.offline.importers.outcomes import Json, Skipped, Unfit

KEYS = ("eventType", "actor", "outcome", "published", "client")

START = "user.session.start"
STEPS = ("user.authentication.auth_via_mfa", "user.authentication.verify", "user.mfa.okta_verify.deny_push")

_NO_SIGN_IN = "an event that is no sign-in"
_NO_PERSON = "a sign-in of something that is no user"
_NO_SUBJECT = "an attempt whose user the log does not name"

_WRONG_CREDENTIAL = ("INVALID_CREDENTIALS", "LOCKED_OUT", "VERIFICATION_ERROR")
_PASSWORD = "PASSWORD_AS_FACTOR"  # noqa: S105 - Okta's word for a step, no secret
_AMR = {
    _PASSWORD: PASSWORD_AMR,
    "FIDO_WEBAUTHN": "hwk",
    "SMS_FACTOR": "sms",
    "CALL_FACTOR": "tel",
    "TOKEN_SOFTWARE_TOTP": "otp",
    "GOOGLE_AUTHENTICATOR": "otp",
    "OKTA_SOFT_TOKEN": "otp",
    "EMAIL_FACTOR": "email",
}
# Some pipelines write Okta's names in lower case.
_LOWER = {
    name.lower(): name
    for name in ("eventType", "displayMessage", "authenticationContext", "debugContext", "securityContext")
}


def read(found: Json) -> Piece | Skipped:
    """Return the record as a piece of a sign-in."""
    if "eventtype" in found:
        found = {_LOWER.get(name, name): value for name, value in found.items()}
    kind = found.get("eventType")
    if kind != START and kind not in STEPS:
        return Skipped(_NO_SIGN_IN)
    actor = part(found, "actor")
    if actor.get("type") not in (None, "User"):
        return Skipped(_NO_PERSON)
    known = subject_id(actor.get("id"))
    subject = known or stranger(actor.get("alternateId"))
    if subject is None:
        return Skipped(_NO_SUBJECT)
    session = text(part(found, "authenticationContext").get("externalSessionId"))
    key = f"{known} {session}" if known and session else ""
    return _start(found, key, subject) if kind == START else _step(found, key, subject)


def _start(found: Json, key: str, subject: str) -> Piece:
    outcome = part(found, "outcome")
    result, reason = outcome.get("result"), outcome.get("reason")
    if result not in ("SUCCESS", "FAILURE", "DENY"):
        raise Unfit("an outcome that is neither SUCCESS nor FAILURE")
    passed = result == "SUCCESS"
    first = PASSED if passed else FAILED if reason in _WRONG_CREDENTIAL else None
    told = _event(found, subject, result=first, verified=passed)
    return Piece(key, told["at"], told, ends=True, passed=passed)


def _step(found: Json, key: str, subject: str) -> Piece:
    passed = part(found, "outcome").get("result") == "SUCCESS" and found.get("eventType") != STEPS[-1]
    factor = part(part(found, "debugContext"), "debugData").get("factor")
    is_password = factor == _PASSWORD
    told = _event(found, subject, result=FAILED if is_password else PASSED, verified=False)
    return Piece(
        key, told["at"], None if passed else told, ends=False, passed=passed, amr=_amr(factor) if passed else ()
    )


def _amr(factor: Any) -> tuple[str, ...]:
    named = _AMR.get(factor) if isinstance(factor, str) else None
    return (PASSWORD_AMR,) if factor == _PASSWORD else (MULTI_FACTOR_AMR, *([named] if named else ()))


def _event(found: Json, subject: str, *, result: str | None, verified: bool) -> Json:
    client, outcome = part(found, "client"), part(found, "outcome")
    security, debug = part(found, "securityContext"), part(part(found, "debugContext"), "debugData")
    place = part(client, "geographicalContext")
    point = part(place, "geolocation")
    device = text(debug.get("dtHash"))
    said = {
        "ip": address(client.get("ipAddress")),
        "user_agent": agent(part(client, "userAgent").get("rawUserAgent")),
        "device_token": f"okta:{device}" if device else None,
    }
    return event(
        instant(found.get("published")),
        login(
            subject,
            result=result,
            client=said,
            application=_application(found),
            attempt=found.get("uuid"),
            log={"source": "okta", "event": found.get("eventType"), "reason": outcome.get("reason")},
        ),
        verified=verified,
        network=network(
            country=place.get("country"),
            region=place.get("state"),
            city=place.get("city"),
            lat=point.get("lat"),
            lon=point.get("lon"),
            asn=security.get("asNumber"),
            as_org=security.get("asOrg"),
            anonymous=security.get("isProxy"),
        ),
    )


def _application(found: Json) -> Any:
    targets = found.get("target")
    for each in targets if isinstance(targets, list) else ():
        if isinstance(each, dict) and each.get("type") == "AppInstance":
            return each.get("alternateId")
    return None
