"""Codes of the help desk: made by an administrator for a person who is there, good for few uses and a short time."""

from collections.abc import Mapping
from typing import Any

from doorward.authenticators.look_up_codes import new_code, plain, read_code
from doorward.authenticators.slow_hash import RANDOM_COST, is_among, new_salt, slow_hash
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import ExpiredCode, WrongCode

MOST_USES = 10
LONGEST_SECONDS = 86_400
NOTICE = "bypass_code.used"


class BypassCode:
    """Stands in for whatever type is asked for, never for what resists phishing; only an administrator makes one."""

    type = "bypass_code"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return one code for *asked* `uses` and `ttl_s`, shown once."""
        salt, code = new_salt(), new_code()
        uses = max(1, min(int(asked.get("uses", 1)), MOST_USES))
        until = ceremony.now + max(60, min(int(asked.get("ttl_s", 3600)), LONGEST_SECONDS))
        digest = slow_hash(plain(code), salt, cost=RANDOM_COST)
        state = {"salt": salt, "hash": digest, "uses": uses, "until": until}
        return Enrolment(state, {"code": code, "uses": uses}, active=True, expires_at=until)

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        return self.verify(state, live, answer, ceremony)

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:  # noqa: ARG002
        return Begun()

    def read(self, response: Mapping[str, Any]) -> str:
        return read_code(response)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> str:
        return slow_hash(answer, state["salt"], cost=RANDOM_COST)

    def verify(self, state: Json, live: Json | None, answer: str, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        """Return the state with one use less; the last one ends the authenticator."""
        if not is_among(answer, [state["hash"]]):
            raise WrongCode("the code is not right")
        if ceremony.now >= state["until"] or state["uses"] < 1:
            raise ExpiredCode("the code has been used, or its time is over")
        left = state["uses"] - 1
        return Verified(state | {"uses": left}, notices=(NOTICE,), is_spent=left == 0)
