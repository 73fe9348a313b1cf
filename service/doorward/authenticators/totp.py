"""Time-based one-time passwords (RFC 6238), computed by pyotp; time comes from our own clock alone."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pyotp

from doorward.authenticators.codes import is_same, read_digits
from doorward.authenticators.qr import qr_svg
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import BadInput, Mistake, ReplayedCode, WrongCode

ALGORITHMS: Mapping[str, Callable[..., Any]] = {
    "SHA1": hashlib.sha1,
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
}
SEED_BYTES = {"SHA1": 20, "SHA256": 32, "SHA512": 64}  # RFC 6238, appendix B: as long as the hash
LEAST_SEED_BYTES = 16  # RFC 4226, R6
MOST_SEED_BYTES = 128
DIGITS = (6, 8)
MOST_PERIOD_SECONDS = 120  # SP 800-63B-4, section 3.1.4.1: the nonce changes at least every two minutes
LEAST_PERIOD_SECONDS = 15
# How far an authenticator's clock may have wandered in all; RFC 6238, section 6.
MOST_DRIFT_STEPS = 10


class Totp:
    """One step either side of the present one by default, moved by the drift that was seen at the last success.

    *window* is how many steps either side are accepted: 0 is the strictest that ASVS 6.5.5 asks for.
    """

    type = "totp"

    def __init__(self, *, window: int = 1) -> None:
        self._window = window

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return a new seed, or take the one that *asked* brings from another system."""
        state = seed_of(asked) | {"period": _period(asked), "last_step": -1, "drift": 0}
        uri = _otp(state).provisioning_uri(name=ceremony.subject_id, issuer_name=ceremony.realm.name)
        shown = {"secret": state["secret"], "otpauth_uri": uri, "qr_svg": qr_svg(uri)}
        return Enrolment(state, shown | {name: state[name] for name in ("algorithm", "digits", "period")})

    def adopt(self, asked: Mapping[str, Any], ceremony: Ceremony) -> Json:
        """Return the state for a seed that an app has already.

        What it shows at this moment may have been used where it comes from: only later codes are good here.
        """
        period = _period(asked)
        return brought_seed(asked) | {"period": period, "last_step": int(ceremony.now // period), "drift": 0}

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        return self.verify(state, live, answer, ceremony)

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:  # noqa: ARG002
        return Begun(shown={"digits": held.state["digits"]})

    def read(self, response: Mapping[str, Any]) -> str:
        return read_digits(response)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> Any:  # noqa: ARG002
        return answer

    def verify(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        """Return the state that knows the step of *answer*, so that no code is accepted twice (RFC 6238, 5.2)."""
        present = int(ceremony.now // state["period"])
        step = self._step(state, answer, present)
        if step <= state["last_step"] or step * state["period"] < ceremony.codes_from:
            raise ReplayedCode("the code was used before, or is older than this store")
        drift = max(-MOST_DRIFT_STEPS, min(step - present, MOST_DRIFT_STEPS)) if self._window else 0
        return Verified(state | {"last_step": step, "drift": drift})

    def _step(self, state: Json, code: str, present: int) -> int:
        """Return the step that *code* belongs to; every candidate is computed, so that the time tells nothing."""
        otp = _otp(state)
        centre = present + (state["drift"] if self._window else 0)
        steps = range(centre - self._window, centre + self._window + 1)
        found = [step for step in steps if step >= 0 and is_same(code, otp.generate_otp(step))]
        if not found:
            raise WrongCode("the code is not right")
        return max(found)


def seed_of(asked: Mapping[str, Any]) -> Json:
    """Return a new seed with its algorithm and digits, or the one that *asked* holds; BadInput with every mistake."""
    algorithm, digits = asked.get("algorithm", "SHA1"), asked.get("digits", 6)
    mistakes = []
    if algorithm not in ALGORITHMS:
        mistakes.append(Mistake(f"one of {', '.join(ALGORITHMS)} was expected", "#/algorithm"))
    if digits not in DIGITS:
        mistakes.append(Mistake("6 or 8 was expected", "#/digits"))
    secret = asked.get("secret")
    if secret is not None and not _is_seed(secret):
        most = f"{LEAST_SEED_BYTES} to {MOST_SEED_BYTES} bytes in base32"
        mistakes.append(Mistake(f"a seed of {most} was expected", "#/secret"))
    if mistakes:
        raise BadInput(mistakes)
    seed = _new_seed(algorithm) if secret is None else _plain(secret)
    return {"secret": seed, "algorithm": algorithm, "digits": digits}


def brought_seed(asked: Mapping[str, Any]) -> Json:
    """Return the seed that *asked* must bring, with its algorithm and digits; BadInput with every mistake."""
    if asked.get("secret") is None:
        raise BadInput([Mistake("the seed is missing", "#/secret")])
    return seed_of(asked)


def _new_seed(algorithm: str) -> str:
    return base64.b32encode(secrets.token_bytes(SEED_BYTES[algorithm])).decode().rstrip("=")


def _period(asked: Mapping[str, Any]) -> int:
    period = asked.get("period", 30)
    if not isinstance(period, int) or not LEAST_PERIOD_SECONDS <= period <= MOST_PERIOD_SECONDS:
        raise BadInput([Mistake(f"{LEAST_PERIOD_SECONDS} to {MOST_PERIOD_SECONDS} seconds were expected", "#/period")])
    return period


def _is_seed(secret: Any) -> bool:
    try:
        plain = _plain(secret)
        return LEAST_SEED_BYTES <= len(base64.b32decode(plain + "=" * (-len(plain) % 8))) <= MOST_SEED_BYTES
    except (binascii.Error, ValueError, AttributeError):
        return False


def _plain(secret: str) -> str:
    return secret.replace(" ", "").rstrip("=").upper()


def _otp(state: Json) -> pyotp.TOTP:
    return pyotp.TOTP(
        state["secret"], digits=state["digits"], digest=ALGORITHMS[state["algorithm"]], interval=state["period"]
    )
