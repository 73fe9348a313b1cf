"""AWS CloudTrail: sign-ins to the console (`ConsoleLogin`)."""

from doorward.core.assurance import MULTI_FACTOR_AMR, PASSWORD_AMR
from doorward.offline.importers.events import FAILED, PASSED, event, login
from doorward.offline.importers.fields import address, agent, instant, part, subject_id, text
from doorward.offline.importers.outcomes import Json, Skipped

KEYS = ("eventName", "eventSource", "userIdentity", "sourceIPAddress", "awsRegion")

_NO_SIGN_IN = "an event that is no sign-in"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_NO_SUBJECT = "an attempt whose user the log does not name"


def convert(found: Json) -> Json | Skipped:
    """Return the event; AWS writes it when the sign-in has ended, with its second factor."""
    if found.get("eventName") != "ConsoleLogin":
        return Skipped(_NO_SIGN_IN)
    subject = _subject(found)
    if subject is None:
        return Skipped(_NO_SUBJECT)
    more = part(found, "additionalEventData")
    outcome = part(found, "responseElements").get("ConsoleLogin")
    succeeded = {"Success": True, "Failure": False}.get(outcome) if isinstance(outcome, str) else None
    request = login(
        subject,
        result={True: PASSED, False: FAILED, None: None}[succeeded],
        client={"ip": address(found.get("sourceIPAddress")), "user_agent": agent(found.get("userAgent"))},
        amr=_amr(found, more) if succeeded else None,
        application="aws-console",
        attempt=found.get("eventID"),
        log={
            "source": "cloudtrail",
            "identity": part(found, "userIdentity").get("type"),
            "reason": found.get("errorMessage"),
        },
    )
    return event(instant(found.get("eventTime")), request, verified=succeeded)


def _subject(found: Json) -> str | None:
    """Return the principal's id, for a role with the name of its session; else the account and the user's name."""
    identity = part(found, "userIdentity")
    principal = subject_id(identity.get("principalId"))
    if principal is not None:
        return principal
    name = text(identity.get("userName"))
    if name is None or name == _HIDDEN:
        name = "root" if identity.get("type") == "Root" else None
    account = text(identity.get("accountId")) or text(found.get("recipientAccountId"))
    return subject_id(f"{account}:{name}") if name and account else None


def _amr(found: Json, more: Json) -> list[str]:
    if part(found, "userIdentity").get("type") not in ("IAMUser", "Root") or more.get("SamlProviderArn"):
        return []  # somebody else signed the person in
    return [PASSWORD_AMR, *([MULTI_FACTOR_AMR] if more.get("MFAUsed") == "Yes" else [])]
