"""The budgets of sending, kept in the store: spent before a message goes out, given back where it surely did not."""

import struct
from collections.abc import Callable, Mapping

from doorward.ceremony import Message
from doorward.core.errors import Throttled
from doorward.core.keyed import KeyedHash
from doorward.core.send_limits import LIMITS, budgets_of
from doorward.core.throttle import Limit, give_back, spend
from doorward.ports import NoteStore

NOTE = "sends"
LEEWAY_SECONDS = 60

_STATE = struct.Struct(">d")

# A budget's name, and the keyed hash of whom or what it is kept for.
Budget = tuple[str, bytes]
Change = Callable[[float, Limit], float]


class OverBudget(Throttled):
    """A message that may not be sent now; *budget* is the name of the one that is empty, and no caller's business."""

    def __init__(self, budget: str, *, retry_after_seconds: int) -> None:
        super().__init__("too many codes were sent lately", retry_after_seconds=retry_after_seconds)
        self.budget = budget


class SendBudgets:
    """What may still be sent; *limits* are those of `core.send_limits.LIMITS`, or an operator's.

    Budgets under another *note* are others: what is spent of one kind of message is not missing for another.
    """

    def __init__(
        self, store: NoteStore, hasher: KeyedHash, limits: Mapping[str, Limit] = LIMITS, *, note: str = NOTE
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._limits = limits
        self._note = note

    def spend(self, tenant: str, subject: bytes, message: Message, now: float) -> tuple[Budget, ...]:
        """Spend one of every budget that *message* draws on, and return them; OverBudget spends none.

        A store that is away raises, and nothing is sent then: without a budget anybody could send anything.
        """
        spent: list[Budget] = []
        for budget in self._budgets(tenant, subject, message):
            try:
                self._rewrite(tenant, budget, lambda kept, limit: spend(kept, limit, now), now)
            except Throttled as empty:
                self.give_back(tenant, tuple(spent), now)
                raise OverBudget(budget[0], retry_after_seconds=empty.retry_after_seconds) from None
            spent.append(budget)
        return tuple(spent)

    def give_back(self, tenant: str, spent: tuple[Budget, ...], now: float) -> None:
        """Give back what was spent on a message that did not go out."""
        for budget in spent:
            self._rewrite(tenant, budget, give_back, now)

    def _budgets(self, tenant: str, subject: bytes, message: Message) -> tuple[Budget, ...]:
        kept_for = budgets_of(message.channel, message.to)
        others = ((name, self._hasher.key(tenant, f"send-{name}", text)) for name, text in kept_for.items())
        return (("subject", subject), *others)

    def _rewrite(self, tenant: str, budget: Budget, change: Change, now: float) -> None:
        name, owner = budget
        limit = self._limits[name]

        def rewrite(held: bytes | None) -> bytes:
            return _STATE.pack(change(_STATE.unpack(held)[0] if held else 0.0, limit))

        ends = now + limit.span + LEEWAY_SECONDS
        self._store.rewrite_note(tenant, owner, self._note, rewrite, expires_at=ends, now=now)
