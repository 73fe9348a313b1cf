"""A subject's authenticators as a decision sees them: one sealed list, read in the decision's own trip."""

import json
from dataclasses import asdict

from doorward.core.outcome import Enrolled
from doorward.ports import AuthenticatorStore, Sealer

PURPOSE = "authenticators"
MAX_AUTHENTICATORS = 50


def read_enrolled(sealed: bytes | None, sealer: Sealer) -> tuple[Enrolled, ...]:
    """Return every authenticator that was bound, whatever its status; Unreadable where it cannot be opened."""
    if sealed is None:
        return ()
    return tuple(Enrolled(**each) for each in json.loads(sealer.open(sealed, PURPOSE)))


def write_enrolled(enrolled: tuple[Enrolled, ...], sealer: Sealer) -> bytes:
    return sealer.seal(json.dumps([asdict(each) for each in enrolled]).encode(), PURPOSE)


def bind(
    store: AuthenticatorStore, sealer: Sealer, tenant: str, subject: bytes, authenticator: Enrolled, now: float
) -> None:
    """Add *authenticator* to the subject's, or replace the one with its id."""

    def rewrite(sealed: bytes | None) -> bytes:
        others = [each for each in read_enrolled(sealed, sealer) if each.id != authenticator.id]
        return write_enrolled((*others, authenticator)[-MAX_AUTHENTICATORS:], sealer)

    store.rewrite_authenticators(tenant, subject, rewrite, now)
