"""The types of authenticator that can be verified, and those that another system can hand over.

`verifiers` and `adopters` are the tables.
"""

from collections.abc import Mapping

from doorward.authenticators.bypass_code import BypassCode
from doorward.authenticators.hotp import Hotp
from doorward.authenticators.knowledge import Knowledge
from doorward.authenticators.out_of_band import LEAST_DIGITS, PHONE_SECONDS, OutOfBand
from doorward.authenticators.passkey import Passkey
from doorward.authenticators.push import PushVerifier
from doorward.authenticators.recovery_code import RecoveryCodes
from doorward.authenticators.totp import Totp
from doorward.ceremony import Adopter, Verifier


def verifiers(
    *,
    totp_window: int = 1,
    knowledge: bool = False,
    code_digits: int = LEAST_DIGITS,
    code_seconds: float = PHONE_SECONDS,
    phone_prefixes: tuple[str, ...] = (),
) -> Mapping[str, Verifier]:
    """Return every verifier by the name of its type; questions of knowledge where they are wanted."""
    otp: tuple[Verifier, ...] = (Totp(window=totp_window), Hotp(), RecoveryCodes(), BypassCode())
    keys: tuple[Verifier, ...] = (Passkey(), PushVerifier())
    sent: tuple[Verifier, ...] = (
        OutOfBand("sms", digits=code_digits, seconds=code_seconds, prefixes=phone_prefixes),
        OutOfBand("voice", digits=code_digits, seconds=code_seconds, prefixes=phone_prefixes),
        OutOfBand("email", digits=code_digits),
    )
    asked: tuple[Verifier, ...] = (Knowledge(),) if knowledge else ()
    return {each.type: each for each in (*otp, *keys, *sent, *asked)}


def adopters(*, phone_prefixes: tuple[str, ...] = ()) -> Mapping[str, Adopter]:
    """Return what takes over authenticators of another system, by the name of their type.

    Its recovery codes are hashed in its own way, the key of a push app is the app's; they must be bound anew.
    """
    sent = (
        OutOfBand("sms", prefixes=phone_prefixes),
        OutOfBand("voice", prefixes=phone_prefixes),
        OutOfBand("email"),
    )
    every: tuple[Adopter, ...] = (Totp(), Hotp(), Passkey(), *sent)
    return {each.type: each for each in every}
