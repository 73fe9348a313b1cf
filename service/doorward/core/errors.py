"""What can go wrong, named after the fact; `api/problems.py` alone knows how each reads in HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with the input, and where: an RFC 6901 JSON pointer as a URI fragment."""

    detail: str
    pointer: str = "#"


class DoorwardError(Exception):
    """Anything that the caller or the operator must be told by name."""


class BadInput(DoorwardError):
    """The request can be read but not used; carries every mistake at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(mistake.detail for mistake in mistakes))
        self.mistakes = mistakes


class NotFound(DoorwardError):
    """There is no such object for this tenant; another tenant's object reads the same."""


class Conflict(DoorwardError):
    """The object has moved on: a challenge that ended, an outcome told twice."""


class NotAllowed(DoorwardError):
    """The caller may use the operation, but this change needs a proof or a reason that did not come with it."""


class OtherBrowser(NotAllowed):
    """A challenge in a page of ours belongs to the browser that opened it first, and this is another."""


class Throttled(DoorwardError):
    """Too many tries; *retry_after_seconds* is when the next may succeed."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ClockBehind(DoorwardError):
    """What is kept is from a time that this machine's clock has not reached by far."""


class StoreUnavailable(DoorwardError):
    """The store cannot be read or written now. Never means «there is nothing»."""

    def __init__(self, message: str = "the store cannot be reached", *, retry_after_seconds: int = 2) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class StoreNotAccepted(StoreUnavailable):
    """The store answers, and is not the one that was used before: it came back empty, or from another time."""


class SpendNotKept(StoreUnavailable):
    """Something was spent, and may be forgotten: nobody may be let in by it. The store itself answers."""


class NotReady(DoorwardError):
    """The service lacks what it needs to answer at all, such as a policy; an operator must act."""


class Unreadable(DoorwardError):
    """Sealed bytes that no configured key opens, or that were changed."""


class InvalidAssertion(DoorwardError):
    """An assertion that does not prove what it should: signature, audience, age, binding or a second use."""


class BadSignature(DoorwardError):
    """A request that no paired device has signed; it reads the same whether the authenticator is known or not."""


class ChallengeEnded(Conflict):
    """The challenge was passed, failed or cancelled before."""


class ChallengeExpired(DoorwardError):
    """The challenge's time is over."""


class SenderUnavailable(DoorwardError):
    """A message could not be handed over; nothing was counted against the person. *why* holds no secret."""

    def __init__(self, channel: str, why: str, *, retry_after_seconds: int = 30) -> None:
        super().__init__(f"the message by {channel} could not be handed over: {why}")
        self.retry_after_seconds = retry_after_seconds


class PerhapsSent(SenderUnavailable):
    """It was not heard what became of a message: it counts as sent, for it may arrive, and its code is good.

    *begun* is what whoever waits for it may be shown.
    """

    def __init__(self, channel: str, why: str) -> None:
        super().__init__(channel, f"{why}; it may be on its way")
        self.begun: Mapping[str, Any] = {}


class AddressRefused(SenderUnavailable):
    """The address of this one message was refused; others may pass."""


class Refusal(DoorwardError):
    """An answer to a challenge that was not accepted; *code* is the contract's word for why."""

    code = "refused"


class WrongCode(Refusal):
    """The code is not the one that was asked for."""

    code = "wrong_code"


class ExpiredCode(Refusal):
    """The code was right once; its time is over, or there is none any more."""

    code = "expired_code"


class ReplayedCode(Refusal):
    """The code is right, and was used before: perhaps by somebody who was faster."""

    code = "replayed_code"


class Refused(Refusal):
    """The person declined, the authenticator may not be used, or its answer is not for us."""


class AuthenticatorDisabled(Refused):
    """Too many failures in a row: the authenticator must be bound again."""


class ClonedAuthenticator(Refused):
    """The answer is right, and somebody else may have the same key: the authenticator is to be suspended."""


class TooManyAttempts(Refusal):
    """The challenge takes no more answers."""

    code = "too_many_attempts"


class AwaitingApproval(Refusal):
    """The person has not answered on the device yet; asking costs nothing."""

    code = "awaiting_approval"


class MoreRequired(Refusal):
    """The answer was right, and another authenticator is asked for as well."""

    code = "more_required"
