"""Counting guesses at an authenticator, each before it is checked."""

from doorward.core.guessing import LIFE_SECONDS, MAX_FAILURES, Guesses
from doorward.ports import NoteStore, Rewrite


class Attempts:
    """The counters of guesses, one for each authenticator of a subject."""

    def __init__(self, store: NoteStore) -> None:
        self._store = store

    def spend(self, tenant: str, subject: bytes, authenticator_id: str, *, lane: str, now: float) -> bool:
        """Count one guess, and answer whether it is the last before the authenticator is disabled.

        Throttled where it is too early for one, AuthenticatorDisabled where there may be none any more. Racing calls
        are counted one by one.
        """
        counted: list[Guesses] = []

        def count(held: bytes | None) -> bytes:
            counted[:] = [Guesses.from_bytes(held).spend(lane, now)]
            return counted[0].to_bytes()

        self._rewrite(tenant, subject, authenticator_id, count, now)
        return counted[0].failures >= MAX_FAILURES

    def right(self, tenant: str, subject: bytes, authenticator_id: str, *, lane: str, now: float) -> None:
        """Forget the failures in a row of this authenticator alone."""

        def reset(held: bytes | None) -> bytes | None:
            guesses = Guesses.from_bytes(held).right(lane)
            return guesses.to_bytes() if guesses.lanes else None

        self._rewrite(tenant, subject, authenticator_id, reset, now)

    def forget(self, tenant: str, subject: bytes, authenticator_id: str, now: float) -> None:
        """Forget every failure: an administrator unlocked it, or it is bound anew."""
        self._rewrite(tenant, subject, authenticator_id, lambda _: None, now)

    def _rewrite(self, tenant: str, subject: bytes, authenticator_id: str, rewrite: Rewrite, now: float) -> None:
        self._store.rewrite_note(
            tenant, subject, note_of(authenticator_id), rewrite, expires_at=now + LIFE_SECONDS, now=now
        )


def note_of(authenticator_id: str) -> str:
    """Return the name of the subject's note that counts the guesses at an authenticator."""
    return f"guesses-{authenticator_id}"
