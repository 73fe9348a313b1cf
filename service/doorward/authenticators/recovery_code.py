"""Saved recovery codes (SP 800-63B-4, section 4.2.1.1): each good once, each use answered with a new one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from doorward.authenticators.look_up_codes import new_code, plain, read_code
from doorward.authenticators.slow_hash import RANDOM_COST, is_among, new_salt, slow_hash
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import BadInput, Mistake, WrongCode

COUNT = 10
NOTICE = "recovery_code.used"


class Prepared(NamedTuple):
    """A code's hash, and the code that takes its place with its own."""

    digest: str
    new: str
    new_digest: str


class RecoveryCodes:
    """A set of codes is one authenticator; a subject has one set, and a new one takes the place of the old."""

    type = "recovery_code"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return ten codes, shown once; where a set is held already it must be revoked first."""
        if any(each.type == self.type for each in held):
            raise BadInput([Mistake("the subject has recovery codes; revoke them first", "#/type")])
        salt = new_salt()
        codes = [new_code() for _ in range(COUNT)]
        hashes = [slow_hash(plain(each), salt, cost=RANDOM_COST) for each in codes]
        return Enrolment({"salt": salt, "hashes": hashes}, {"codes": codes}, active=True)

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        return self.verify(state, live, answer, ceremony)

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:  # noqa: ARG002
        return Begun()

    def read(self, response: Mapping[str, Any]) -> str:
        return read_code(response)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> Prepared:
        """Return the hashes, which are slow, of the answer and of the code that may replace it."""
        new = new_code()
        digest, new_digest = (slow_hash(each, state["salt"], cost=RANDOM_COST) for each in (answer, plain(new)))
        return Prepared(digest, new, new_digest)

    def verify(self, state: Json, live: Json | None, answer: Prepared, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        """Return the state in which another code has taken the place of the one that was used."""
        if not is_among(answer.digest, state["hashes"]):
            raise WrongCode("the code is not one of those that are left")
        left = [each for each in state["hashes"] if each != answer.digest]
        after = state | {"hashes": [*left, answer.new_digest]}
        return Verified(after, shown={"recovery_code": answer.new}, notices=(NOTICE,), recovered=True)
