"""The types of authenticator that can be verified; `verifiers` is the table."""

from collections.abc import Mapping

from doorward.authenticators.totp import Totp
from doorward.ceremony import Verifier


def verifiers(*, totp_window: int = 1) -> Mapping[str, Verifier]:
    """Return every verifier by the name of its type."""
    every: tuple[Verifier, ...] = (Totp(window=totp_window),)
    return {each.type: each for each in every}
