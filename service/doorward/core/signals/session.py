"""What the caller states of its session, of the first factor, and of anything else."""

from collections.abc import Mapping
from typing import Any

from doorward.core.signals.base import Attempt, Unknown

_AAL_OF_ACR = {"aal1": 1, "aal2": 2, "aal3": 3}
_NO_AUTH_TIME = Unknown("no auth_time was sent")
_BREACH_NOT_CHECKED = Unknown("the caller did not say whether the credential is breached")


def amr(attempt: Attempt) -> list[str]:
    return list(attempt.request.session.amr)


def aal(attempt: Attempt) -> int:
    """Return the level that the caller states; what it does not state is a single factor (ASVS 6.8.4)."""
    session = attempt.request.session
    stated = _AAL_OF_ACR.get(session.acr.lower())
    if stated is not None:
        return stated
    if "mfa" in session.amr:
        return 2
    return 1 if session.amr or attempt.request.credential.result == "passed" else 0


def age_minutes(attempt: Attempt) -> float | Unknown:
    auth_time = attempt.request.session.auth_time
    return _NO_AUTH_TIME if auth_time is None else max(0.0, attempt.now - auth_time) / 60


def credential_result(attempt: Attempt) -> str:
    return attempt.request.credential.result


def credential_breached(attempt: Attempt) -> bool | Unknown:
    breached = attempt.request.credential.breached
    return _BREACH_NOT_CHECKED if breached is None else breached


def context(attempt: Attempt) -> Mapping[str, Any]:
    return attempt.request.context
