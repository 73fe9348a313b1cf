"""What every port of the store stands on."""

from collections.abc import Callable

from doorward.core.errors import DoorwardError, StoreUnavailable
from doorward.stores.redis import scripts, values
from doorward.stores.redis.calls import Call, Reply, call
from doorward.stores.redis.exchange import Exchange
from doorward.stores.redis.seen import LastSeen

# Each round of a race has a winner, so only a crowd of writers on one key comes near.
SWAPS_AT_MOST = 1000

# Takes what stands under a key; returns what shall and for how many milliseconds, b"" for nothing, None for no change.
Change = Callable[[bytes | None], tuple[bytes, int] | None]


class Part:
    """One port's methods on an exchange that all of them share."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._seen = LastSeen()

    def _raw(self, key: bytes) -> bytes | None:
        found: bytes | None = self._exchange.one(call("GET", key))
        self._seen.put(key, found)
        return found

    def _living(self, key: bytes, now: float) -> bytes | None:
        return values.living(self._raw(key), now)

    def _swap_kept(self, key: bytes, change: Change) -> bytes | None:
        """Replace like `_swap` what tells that something was used: it must not be forgotten."""
        return self._swap(key, change, exchange=self._exchange.spend)

    def _swap(self, key: bytes, change: Change, exchange: Callable[[Call], Reply] | None = None) -> bytes | None:
        """Replace what stands under *key* with what *change* makes of it, and return what stands there then.

        The first guess is what this thread last saw there. Nothing is refused or left alone on a guess: for that it
        is read.
        """
        exchange = exchange or self._exchange.one
        is_guess = self._seen.knows(key)
        raw = self._seen.get(key) if is_guess else self._raw(key)
        for _ in range(SWAPS_AT_MOST):
            try:
                wanted = change(raw)
            except DoorwardError:
                if not is_guess:
                    raise
                wanted = None
            if wanted is None and not is_guess:
                return raw
            if wanted is None:
                raw, is_guess = self._raw(key), False
                continue
            raw, is_guess = self._try(key, raw, wanted, exchange), False
            if raw == 1:
                return wanted[0] or None
        raise StoreUnavailable("too many write the same thing at once")

    def _try(
        self, key: bytes, raw: bytes | None, wanted: tuple[bytes, int], exchange: Callable[[Call], Reply]
    ) -> Reply:
        answer = exchange(scripts.SWAP.call((key,), values.stamp(raw), *wanted))
        self._seen.put(key, (wanted[0] or None) if answer == 1 else answer)
        return answer
