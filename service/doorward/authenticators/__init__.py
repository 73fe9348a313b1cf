"""The types of authenticator that can be verified; `verifiers` is the table."""

from collections.abc import Mapping

from doorward.authenticators.bypass_code import BypassCode
from doorward.authenticators.hotp import Hotp
from doorward.authenticators.knowledge import Knowledge
from doorward.authenticators.out_of_band import CHANNELS, OutOfBand
from doorward.authenticators.passkey import Passkey
from doorward.authenticators.recovery_code import RecoveryCodes
from doorward.authenticators.totp import Totp
from doorward.ceremony import Verifier


def verifiers(*, totp_window: int = 1, knowledge: bool = False) -> Mapping[str, Verifier]:
    """Return every verifier by the name of its type; questions of knowledge where they are wanted."""
    every: tuple[Verifier, ...] = (Totp(window=totp_window), Hotp(), RecoveryCodes(), BypassCode(), Passkey())
    sent = (OutOfBand(channel) for channel in CHANNELS)
    asked: tuple[Verifier, ...] = (Knowledge(),) if knowledge else ()
    return {each.type: each for each in (*every, *sent, *asked)}
