"""Counter-based one-time passwords (RFC 4226), computed by pyotp."""

from collections.abc import Mapping
from typing import Any

import pyotp

from doorward.authenticators.codes import is_same, read_digits
from doorward.authenticators.qr import qr_svg
from doorward.authenticators.totp import ALGORITHMS, brought_seed, seed_of
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import BadInput, Mistake, ReplayedCode, WrongCode

# How many codes a person may have pressed in vain; RFC 4226, section 7.4, wants it as small as use allows.
LOOK_AHEAD = 10
MOST_COUNTER = 2**53 - 1


class Hotp:
    """The counter moves on success alone, and never back."""

    type = "hotp"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return a new seed, or take the one that *asked* brings, with the counter that its token has reached."""
        counter = _counter(asked)
        state = seed_of(asked) | {"counter": counter}
        uri = _otp(state).provisioning_uri(
            name=ceremony.subject_id, issuer_name=ceremony.realm.name, initial_count=counter
        )
        shown = {"secret": state["secret"], "otpauth_uri": uri, "qr_svg": qr_svg(uri)}
        return Enrolment(state, shown | {name: state[name] for name in ("algorithm", "digits", "counter")})

    def adopt(self, asked: Mapping[str, Any], ceremony: Ceremony) -> Json:  # noqa: ARG002
        """Return the state for a seed that a token has already, at the counter that it has reached."""
        if asked.get("counter") is None:
            # At 0, every code that the token has ever shown would be good again.
            raise BadInput([Mistake("the counter that the token has reached is missing", "#/counter")])
        return brought_seed(asked) | {"counter": _counter(asked)}

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
        """Return the state past the counter that *answer* belongs to (RFC 4226, sections 7.2 and 7.4)."""
        otp, counter = _otp(state), state["counter"]
        behind = range(max(0, counter - LOOK_AHEAD), counter)
        ahead = [each for each in range(counter, counter + LOOK_AHEAD + 1) if is_same(answer, otp.at(each))]
        used = [each for each in behind if is_same(answer, otp.at(each))]
        if ahead:
            return Verified(state | {"counter": min(ahead) + 1})
        if used:
            raise ReplayedCode("the code was used before, or a later one was")
        raise WrongCode("the code is not right")


def _counter(asked: Mapping[str, Any]) -> int:
    counter = asked.get("counter", 0)
    if not isinstance(counter, int) or not 0 <= counter <= MOST_COUNTER:
        raise BadInput([Mistake("a whole number from 0 was expected", "#/counter")])
    return counter


def _otp(state: Json) -> pyotp.HOTP:
    return pyotp.HOTP(state["secret"], digits=state["digits"], digest=ALGORITHMS[state["algorithm"]])
