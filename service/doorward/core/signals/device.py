"""What the device token and the user agent say of the browser."""

from doorward.core.facts import AgentFacts
from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import (
    NO_HISTORY,
    NO_TOKEN_COLLECTED,
    NO_USER_AGENT,
    NOT_IN_USER_AGENT,
    UNREACHABLE,
    without_history,
)

_VALID = "valid"
_NO_DEVICE = Unknown("no device that this subject has used")
_NO_VALID_TOKEN = Unknown("no valid device token names a device")
_NO_FINGERPRINT = Unknown("no fingerprint was collected")


def known(attempt: Attempt) -> bool | Unknown:
    return _of_token(attempt, attempt.facts.device.known)


def remembered(attempt: Attempt) -> bool | Unknown:
    return _of_token(attempt, attempt.facts.device.remembered)


def device_id(attempt: Attempt) -> str | Unknown:
    return attempt.facts.device.device_id or _NO_VALID_TOKEN


def age_days(attempt: Attempt) -> float | Unknown:
    device = attempt.facts.device
    if device.token_state is None:
        return Unknown(device.reason) if device.reason else NO_TOKEN_COLLECTED
    if device.first_used_at is None:
        return _NO_DEVICE if attempt.facts.history.reachable else UNREACHABLE
    return max(0.0, attempt.now - device.first_used_at) / 86_400


def token_state(attempt: Attempt) -> str | Unknown:
    device = attempt.facts.device
    if device.token_state is not None:
        return device.token_state
    return Unknown(device.reason) if device.reason else NO_TOKEN_COLLECTED


def fingerprint_known(attempt: Attempt) -> bool | Unknown:
    if not attempt.request.client.fingerprint:
        return _NO_FINGERPRINT
    answer = attempt.facts.history.fingerprint_known
    return without_history(attempt) or (NO_HISTORY if answer is None else answer)


def type(attempt: Attempt) -> str | Unknown:
    agent = attempt.facts.agent
    return agent.type if agent.type is not None else _not_said(attempt, agent)


def browser(attempt: Attempt) -> str | Unknown:
    agent = attempt.facts.agent
    return agent.browser if agent.browser is not None else _not_said(attempt, agent)


def browser_major(attempt: Attempt) -> int | Unknown:
    agent = attempt.facts.agent
    return agent.browser_major if agent.browser_major is not None else _not_said(attempt, agent)


def os(attempt: Attempt) -> str | Unknown:
    agent = attempt.facts.agent
    return agent.os if agent.os is not None else _not_said(attempt, agent)


def bot(attempt: Attempt) -> bool | Unknown:
    agent = attempt.facts.agent
    return agent.bot if agent.bot is not None else _not_said(attempt, agent)


def _of_token(attempt: Attempt, answer: bool | None) -> bool | Unknown:
    """Return *answer* for a valid token; one that is absent, ended or another tenant's makes nothing familiar."""
    device = attempt.facts.device
    if device.token_state == _VALID:
        if answer is not None:
            return answer
        return Unknown(device.reason) if device.reason else UNREACHABLE
    if device.token_state is None:
        return Unknown(device.reason) if device.reason else NO_TOKEN_COLLECTED
    return False


def _not_said(attempt: Attempt, agent: AgentFacts) -> Unknown:
    if agent.reason:
        return Unknown(agent.reason)
    return NOT_IN_USER_AGENT if attempt.request.client.user_agent else NO_USER_AGENT
