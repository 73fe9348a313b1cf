"""Codes that are sent: by SMS, by voice and by mail, one way for the three channels.

A code is bound to its challenge by being kept, sealed, with it (ASVS 6.6.2), and is forgotten with its first use.
"""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any

from doorward.authenticators.codes import is_same, new_digits, read_digits
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Message, Verified
from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.code_texts import ACTION, BIND, SIGN_IN, body_of, masked, subject_of
from doorward.core.enrolment import Authenticator
from doorward.core.errors import BadInput, ExpiredCode, Mistake, Throttled, WrongCode
from doorward.core.times import rfc3339

EMAIL = "email"
CHANNELS = ("sms", "voice", EMAIL)

LEAST_DIGITS = 6  # SP 800-63B-4, section 3.1.3.2
MOST_DIGITS = 8
MOST_SECONDS = 600  # the same section: ten minutes in all cases
PHONE_SECONDS = 300

FIRST_RESEND_SECONDS = 30
MORE_RESEND_SECONDS = 15
LONGEST_RESEND_SECONDS = 120

RESTRICTED = "a number can be taken over at the telephone company; bind a passkey or an app beside it"

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")
# Plain ASCII: what a mail server without SMTPUTF8 takes, and nothing that could end a header line.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}\Z")
_MOST_ADDRESS = 254


class OutOfBand:
    """Sends a code over *channel*, and takes it back once.

    *digits* and *seconds* are of a code; *prefixes* are the beginnings of the numbers that may be bound, empty for
    all.
    """

    def __init__(
        self,
        channel: str,
        *,
        digits: int = LEAST_DIGITS,
        seconds: float | None = None,
        prefixes: tuple[str, ...] = (),
    ) -> None:
        life = seconds or (MOST_SECONDS if channel == EMAIL else PHONE_SECONDS)
        if channel not in CHANNELS or not LEAST_DIGITS <= digits <= MOST_DIGITS or not 0 < life <= MOST_SECONDS:
            raise ValueError("a code has 6 to 8 digits, lives for at most 600 seconds and goes by sms, voice or email")
        self._channel = channel
        self._digits = digits
        self._seconds = life
        self._prefixes = prefixes
        self._field = "address" if channel == EMAIL else "phone"

    @property
    def type(self) -> str:
        return self._channel

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:
        """Return an authenticator at the address that *asked* names, and the code that will confirm it."""
        to = self._address(asked)
        if any(each.type == self.type and each.state["to"] == to for each in held):
            raise BadInput([Mistake(f"this {self._field} is bound already", f"#/{self._field}")])
        live = self._fresh(ceremony)
        shown = {"sent_to": masked(to), "expires_at": rfc3339(live["expires_at"])}
        if AUTHENTICATOR_TYPES[self.type].restricted:
            shown["warning"] = RESTRICTED
        return Enrolment({"to": to}, shown, live, self._message(to, live, BIND, ceremony))

    def adopt(self, asked: Mapping[str, Any], ceremony: Ceremony) -> Json:  # noqa: ARG002
        """Return the state for an address that another system has confirmed."""
        return {"to": self._address(asked)}

    def _address(self, asked: Mapping[str, Any]) -> str:
        given = {name: value for name, value in asked.items() if value is not None}
        mistakes = [Mistake(f"is not for {self.type}", f"#/{name}") for name in given if name != self._field]
        to = given.get(self._field)
        wrong = self._wrong_address(to)
        if wrong:
            mistakes.append(Mistake(wrong, f"#/{self._field}"))
        if mistakes:
            raise BadInput(mistakes)
        return str(to)

    def _wrong_address(self, to: Any) -> str:
        """Return what is wrong with an address to send to, or nothing."""
        if self._channel == EMAIL:
            is_address = isinstance(to, str) and len(to) <= _MOST_ADDRESS and _ADDRESS.match(to)
            return "" if is_address else "an e-mail address was expected"
        if not isinstance(to, str) or not _PHONE.match(to):
            return "a number in E.164 was expected, such as +4915112345678"
        refused = self._prefixes and not to.startswith(self._prefixes)
        return "numbers that begin so are not accepted here" if refused else ""

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        return self.verify(state, live, answer, ceremony)

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:
        """Send a code; asked again, the same one while it lives, and not too soon (SP 800-63B-4, 3.1.3.2).

        Neither its end nor any counter begins anew. Throttled where it is too early for another message.
        """
        if live is not None:
            _check_resend(live, ceremony.now)
        if live is None or ceremony.now >= live["expires_at"]:
            sent = self._fresh(ceremony, sends=live["sends"] if live else 0)
        else:
            sent = live | _sent_again(live["sends"], ceremony.now)
        to = held.state["to"]
        shown = {
            "sent_to": masked(to),
            "expires_at": rfc3339(sent["expires_at"]),
            "resend_after": rfc3339(sent["resend_at"]),
            "digits": len(sent["code"]),
        }
        kind = ACTION if ceremony.action else SIGN_IN
        return Begun(sent, shown, self._message(to, sent, kind, ceremony))

    def _fresh(self, ceremony: Ceremony, *, sends: int = 0) -> Json:
        """Return a new code; it never lives past the challenge that it is for."""
        ends = ceremony.now + self._seconds
        end = min(ends, ceremony.expires_at) if ceremony.expires_at else ends
        return {"code": new_digits(self._digits), "expires_at": end} | _sent_again(sends, ceremony.now)

    def _message(self, to: str, live: Json, kind: str, ceremony: Ceremony) -> Message:
        named = f" ({ceremony.application_id})" if ceremony.application_id else ""
        application = ceremony.realm.name + named
        left = live["expires_at"] - ceremony.now
        body = body_of(self._channel, kind, live["code"], application=application, action=ceremony.action, seconds=left)
        subject = subject_of(application) if self._channel == EMAIL else ""
        return Message(self._channel, to, live["code"], body, ceremony.now, subject)

    def read(self, response: Mapping[str, Any]) -> str:
        return read_digits(response)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> Any:  # noqa: ARG002
        return answer

    def verify(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        """Return where *answer* is the live code; whoever keeps it forgets it then."""
        if live is None:
            raise ExpiredCode("no code is waited for; begin sends one")
        if ceremony.now >= live["expires_at"]:
            raise ExpiredCode("the code's time is over")
        if not is_same(answer, live["code"]):
            raise WrongCode("the code is not right")
        return Verified(state)


def _sent_again(sends: int, now: float) -> Json:
    wait = min(FIRST_RESEND_SECONDS + MORE_RESEND_SECONDS * sends, LONGEST_RESEND_SECONDS)
    return {"sends": sends + 1, "resend_at": now + wait}


def _check_resend(live: Json, now: float) -> None:
    if now < live["resend_at"]:
        # A clock that was set back must not make the wait longer than any wait is.
        left = min(ceil(live["resend_at"] - now), LONGEST_RESEND_SECONDS)
        raise Throttled("a code was sent a moment ago", retry_after_seconds=left)
