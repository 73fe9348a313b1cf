"""What the hosted page asks of the use-cases; a part of `services`."""

from typing import Any, Protocol

from doorward.core.answered import Answered
from doorward.core.page_view import PageView, Visit
from doorward.core.request import Client

Json = dict[str, Any]


class ChallengePage(Protocol):
    """Challenges that a page of ours asks, for callers that have none; OtherBrowser for all but the first browser."""

    def open(self, visit: Visit, return_to: str, now: float) -> PageView:
        """Return what is to be shown; the first browser owns the challenge. BadInput for an address not allowed.

        NotFound where the tenant has no such page.
        """
        ...

    def begin(self, visit: Visit, authenticator_id: str, now: float) -> None: ...

    def verify(self, visit: Visit, answered: Answered, now: float) -> str:
        """Return the contract's word for why the challenge is not passed yet, empty where it is."""
        ...

    def enrol(self, visit: Visit, type: str, client: Client, now: float) -> str:
        """Make a new authenticator after what allows it was answered, and return its id."""
        ...

    def confirm(self, visit: Visit, answered: Answered, now: float) -> str:
        """Take the first answer of a new authenticator, which answers the challenge too; as `verify`."""
        ...

    def cancel(self, visit: Visit, reason: str, now: float) -> None: ...

    def collect(self, tenant: str, challenge_id: str, receipt: str, now: float) -> Json:
        """Return what a verify would have answered, once; Conflict where *receipt* is good for nothing (any more)."""
        ...
