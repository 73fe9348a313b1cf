"""What a thread has just read or written: the first guess of a change, which the change itself then proves or not."""

import threading

# A verify touches seven: challenge, its owner, authenticators, counter, record, its owner, the session's proofs.
MOST_KEYS = 12


class LastSeen(threading.local):
    """A few values by their keys, those that were not touched for longest going first; each thread has its own."""

    def __init__(self) -> None:
        self._held: dict[bytes, bytes | None] = {}

    def put(self, key: bytes, raw: bytes | None) -> None:
        """Keep what was read or written there; of nothing it is not kept that it was."""
        if raw is None:
            self._held.pop(key, None)
        else:
            self.expect(key, raw)

    def expect(self, key: bytes, raw: bytes | None) -> None:
        """Keep what was read there, if only nothing, for a change that is to begin with it."""
        self._held.pop(key, None)
        self._held[key] = raw
        if len(self._held) > MOST_KEYS:
            del self._held[next(iter(self._held))]

    def knows(self, key: bytes) -> bool:
        """Answer whether it was seen what, if anything, stands there."""
        return key in self._held

    def get(self, key: bytes) -> bytes | None:
        """Return what was last seen there, which may have changed since; None for nothing, and for unknown."""
        return self._held.get(key)
