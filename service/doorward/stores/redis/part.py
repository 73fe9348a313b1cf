"""What every port of the store stands on."""

from collections.abc import Callable

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import scripts, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.exchange import Exchange

# Each round of a race has a winner, so only a crowd of writers on one key comes near.
SWAPS_AT_MOST = 1000

# Takes what stands under a key; returns what shall and for how many milliseconds, b"" for nothing, None for no change.
Change = Callable[[bytes | None], tuple[bytes, int] | None]


class Part:
    """One port's methods on an exchange that all of them share."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def _raw(self, key: bytes) -> bytes | None:
        found: bytes | None = self._exchange.one(call("GET", key))
        return found

    def _living(self, key: bytes, now: float) -> bytes | None:
        return values.living(self._raw(key), now)

    def _swap(self, key: bytes, change: Change) -> bytes | None:
        """Replace what stands under *key* with what *change* makes of it, and return what stands there then."""
        raw = self._raw(key)
        for _ in range(SWAPS_AT_MOST):
            wanted = change(raw)
            if wanted is None:
                return raw
            found = self._exchange.one(scripts.SWAP.call((key,), values.stamp(raw), *wanted))
            if found == 1:
                return wanted[0] or None
            raw = found
        raise StoreUnavailable("too many write the same thing at once")
