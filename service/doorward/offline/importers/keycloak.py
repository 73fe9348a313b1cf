"""User events of Keycloak: what its admin interface gives, and what its `jboss-logging` listener writes as JSON."""

import re

from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import address, instant, instant_of_ms, part, stranger, subject_id, text
from doorward.offline.importers.outcomes import Json, Skipped

KEYS = ("type", "realmId", "clientId", "ipAddress", "time", "loggerName", "message")

LOGGER = "org.keycloak.events"
_NO_SIGN_IN = "an event that is no sign-in"
_NO_SUBJECT = "an attempt whose user the log does not name"
_WRONG = ("invalid_user_credentials", "user_not_found", "user_temporarily_disabled", "user_disabled")

# `type="LOGIN", realmId="…"`, and without quotes before version 21.
_PAIR = re.compile(r'([A-Za-z_.]+)=(?:"([^"]*)"|([^,]*))(?:, |$)')
_MAX_MESSAGE = 16_384


def convert(found: Json) -> Json | Skipped:
    """Return the event; Keycloak writes LOGIN when all that the flow asked for was passed."""
    told = _logged(found) if "message" in found and "realmId" not in found else found
    kind = told.get("type")
    if kind not in ("LOGIN", "LOGIN_ERROR"):
        return Skipped(_NO_SIGN_IN)
    details = part(told, "details") or told
    known = subject_id(text(told.get("userId")))
    subject = known or stranger(details.get("username"))
    if subject is None:
        return Skipped(_NO_SUBJECT)
    error = text(told.get("error"))
    passed = kind == "LOGIN"
    failed = error in _WRONG and not _is_second_factor(details)
    request = login(
        subject,
        result=PASSED if passed else FAILED if failed else None,
        client={"ip": address(told.get("ipAddress"))},
        application=told.get("clientId"),
        attempt=told.get("id"),
        log={
            "source": "keycloak",
            "realm": told.get("realmName") or told.get("realmId"),
            "reason": error,
            "identity_provider": details.get("identity_provider"),
        },
    )
    return event(_at(told), request, verified=passed)


def _is_second_factor(details: Json) -> bool:
    """Answer whether one of the user's own one-time codes was asked for; a wrong one has a wrong password's error."""
    return bool(text(details.get("selected_credential_id")))


def _at(told: Json) -> str:
    return instant(told["timestamp"]) if "time" not in told and "timestamp" in told else instant_of_ms(told.get("time"))


def _logged(found: Json) -> Json:
    """Return the event that a line of the log holds as text; the line's own time is the event's."""
    message = found.get("message")
    if found.get("loggerName") != LOGGER or not isinstance(message, str) or len(message) > _MAX_MESSAGE:
        return {}
    pairs = {name: quoted or bare for name, quoted, bare in _PAIR.findall(message)}
    return {name: value for name, value in pairs.items() if name != "time"} | {"timestamp": found.get("timestamp")}
