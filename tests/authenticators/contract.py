"""The contract that every verifier passes.

A test class takes `VerifierContract` and gives the fixtures `verifier`, `asked` (what it is enrolled with), and the
methods `right` and `wrong`: responses that answer the held authenticator, of which the second never fits.
"""

from dataclasses import replace

import pytest

from doorward.ceremony import Ceremony, Realm, Verified
from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.errors import BadInput, Refusal

NOW = 1_782_900_000.0
REALM = Realm("acme", "Acme", "example.org", ("https://example.org",), base_url="https://auth.example.org")
CEREMONY = Ceremony("chl_1", REALM, "u-1", NOW, application_id="web", expires_at=NOW + 600)


def at(now, **changes):
    """Return the ceremony at another time."""
    return replace(CEREMONY, now=now, **changes)


class VerifierContract:
    def enrolled(self, verifier, asked):
        return verifier.enrol(asked, (), CEREMONY)

    def held(self, verifier, enrolment):
        return Authenticator("fac_1", verifier.type, enrolment.state, "phone", status=ACTIVE)

    def answer(self, verifier, state, response, *, live=None, now=NOW):
        read = verifier.read(response)
        return verifier.verify(dict(state), live, verifier.prepare(dict(state), read), at(now))

    def test_its_type_is_in_the_table_of_assurance(self, verifier):
        assert verifier.type in AUTHENTICATOR_TYPES

    def test_a_right_answer_is_verified(self, verifier, asked):
        enrolment = self.enrolled(verifier, asked)
        begun = verifier.begin(self.held(verifier, enrolment), None, CEREMONY)

        verified = self.answer(verifier, enrolment.state, self.right(enrolment, begun), live=begun.live)

        assert isinstance(verified, Verified)

    def test_a_wrong_answer_is_a_named_refusal(self, verifier, asked):
        enrolment = self.enrolled(verifier, asked)
        begun = verifier.begin(self.held(verifier, enrolment), None, CEREMONY)

        with pytest.raises(Refusal):
            self.answer(verifier, enrolment.state, self.wrong(enrolment, begun), live=begun.live)

    @pytest.mark.parametrize(
        "response",
        [
            {},
            {"code": None},
            {"code": 123456},
            {"code": "１２３４５６"},
            {"code": "12 34 56"},
            {"code": ["123456"]},
            {"code": "1" * 1000},
            {"answers": "a"},
            {"answers": [1, 2, 3]},
            {"credential": "x"},
            {"nothing": 1},
        ],
    )
    def test_what_is_no_answer_is_bad_input_and_nothing_else(self, verifier, response):
        # A push is asked about with nothing.
        if response == {} and verifier.type == "push":
            return
        with pytest.raises(BadInput) as refused:
            verifier.read(response)

        assert all(each.pointer.startswith("#/response") for each in refused.value.mistakes)

    def test_what_a_challenge_shows_holds_nothing_that_answers_it(self, verifier, asked):
        enrolment = self.enrolled(verifier, asked)
        begun = verifier.begin(self.held(verifier, enrolment), None, CEREMONY)

        for value in self.right(enrolment, begun).values():
            assert str(value) not in str(begun.shown)

    def test_two_authenticators_differ(self, verifier, asked):
        first, second = self.enrolled(verifier, asked), self.enrolled(verifier, asked)

        assert first.state != second.state
