"""Push: the person types the number of the login side on a device, which answers with a key of its own.

Here is how a device is paired and how the login side learns of its answer; `push_desk.py` takes that answer in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from doorward.authenticators.qr import qr_svg
from doorward.ceremony import Begun, Ceremony, DevicePairing, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import AwaitingApproval, BadInput, ExpiredCode, Mistake, Refused, WrongCode
from doorward.core.push import APPROVED, DECLINED, MISTYPED, WAITING, Push, new_push
from doorward.core.times import rfc3339

CODE_BYTES = 16  # SP 800-63B-4, section 4.1.2.2: an external binding code has at least 112 random bits


class PushVerifier:
    """What is kept of a device is its public key (N-OOB-10)."""

    type = "push"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return an authenticator that waits for its device, and what the device must be shown."""
        mistakes = [Mistake("is not for push", f"#/{name}") for name, value in asked.items() if value is not None]
        if not ceremony.realm.base_url:
            mistakes.append(Mistake("no address is configured at which a device reaches this service", "#/type"))
        if mistakes:
            raise BadInput(mistakes)
        code = secrets.token_urlsafe(CODE_BYTES)
        uri = pairing_uri(ceremony.realm.base_url, ceremony.id, code, name=ceremony.realm.name)
        return Enrolment({"code": _digest(code)}, {"pairing_uri": uri, "qr_svg": qr_svg(uri)}, from_device=True)

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        """Take the key of the device that knows the code; whoever calls has seen that it holds the private half."""
        if not isinstance(answer, DevicePairing):
            raise Refused("its device confirms it, by POST /v1/push/pair")
        if not hmac.compare_digest(_digest(answer.code), state.get("code", "")):
            raise WrongCode("the code is not that of the pairing")
        return Verified({"key": dict(answer.key)})

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:  # noqa: ARG002
        """Return the number for the login side; asked again, the same one while the push is waited for."""
        before = Push.from_json(live) if live is not None else None
        fresh = new_push(ceremony.id, ends=ceremony.expires_at, now=ceremony.now)
        push = before.again(ceremony.now) if before is not None and before.answer != MISTYPED else fresh
        if not push.is_waiting(ceremony.now):
            push = fresh
        shown = {
            "number": push.number,
            "expires_at": rfc3339(push.expires_at),
            "resend_after": rfc3339(push.resend_at),
        }
        return Begun(push.to_json(), shown, on_device=True)

    def read(self, response: Mapping[str, Any]) -> None:
        """Return nothing, which asks whether the push was answered; BadInput for anything else."""
        if response:
            mistakes = [Mistake("a push is answered on its device", f"#/response/{name}") for name in response]
            raise BadInput(mistakes)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return False

    def prepare(self, state: Json, answer: Any) -> Any:  # noqa: ARG002
        return answer

    def verify(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        """Return where the device has approved."""
        push = Push.from_json(live) if live is not None else None
        if push is None or (push.answer in (WAITING, APPROVED) and ceremony.now >= push.expires_at):
            raise ExpiredCode("no push is waited for; begin sends one")
        if push.answer == DECLINED:
            raise Refused("the person has declined")
        if push.answer == MISTYPED:
            raise WrongCode("another number was typed")
        if push.answer != APPROVED:
            raise AwaitingApproval("the person has not answered yet")
        return Verified(state)


def pairing_uri(base_url: str, authenticator_id: str, code: str, *, name: str) -> str:
    """Return what a device is paired by; it holds a secret, and goes from a screen to the device and nowhere else."""
    asked = {"v": "1", "url": base_url, "authenticator": authenticator_id, "code": code, "name": name}
    return f"doorward://pair?{urlencode(asked)}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
