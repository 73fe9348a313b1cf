"""Recovery codes, bypass codes and questions of knowledge: hashed, used once, shown once."""

import pytest

from doorward.authenticators.bypass_code import BypassCode
from doorward.authenticators.knowledge import Knowledge
from doorward.authenticators.look_up_codes import ALPHABET, new_code
from doorward.authenticators.recovery_code import COUNT, RecoveryCodes
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.errors import BadInput, ExpiredCode, WrongCode

from .contract import CEREMONY, NOW, VerifierContract

PAIRS = [{"question": f"question {n}", "answer": f"Answer  {n} Ä"} for n in range(3)]
OTHER = "0000-0000-0000-0000"


class TestRecoveryCodes(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return RecoveryCodes()

    @pytest.fixture
    def asked(self):
        return {}

    def right(self, enrolment, begun):
        return {"code": enrolment.shown["codes"][0]}

    def wrong(self, enrolment, begun):
        return {"code": OTHER}


class TestBypassCode(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return BypassCode()

    @pytest.fixture
    def asked(self):
        return {"uses": 2, "ttl_s": 600}

    def right(self, enrolment, begun):
        return {"code": enrolment.shown["code"]}

    def wrong(self, enrolment, begun):
        return {"code": OTHER}


class TestKnowledge(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return Knowledge()

    @pytest.fixture
    def asked(self):
        return {"questions": PAIRS}

    def right(self, enrolment, begun):
        return {"answers": [each["answer"] for each in PAIRS]}

    def wrong(self, enrolment, begun):
        return {"answers": ["Answer 0 Ä", "Answer 1 Ä", "another"]}


def use(verifier, state, response, now=NOW):
    return VerifierContract().answer(verifier, state, response, now=now)


def test_a_recovery_code_is_used_once_and_another_takes_its_place():
    """N-LKP-1, N-REC-1."""
    enrolment = RecoveryCodes().enrol({}, (), CEREMONY)
    used = {"code": enrolment.shown["codes"][3]}
    verified = use(RecoveryCodes(), enrolment.state, used)

    with pytest.raises(WrongCode):
        use(RecoveryCodes(), verified.state, used)
    assert len(verified.state["hashes"]) == COUNT
    assert use(RecoveryCodes(), verified.state, {"code": verified.shown["recovery_code"]}).recovered


def test_no_code_stands_in_what_is_kept():
    """N-LKP-2."""
    enrolment = RecoveryCodes().enrol({}, (), CEREMONY)
    bypass = BypassCode().enrol({}, (), CEREMONY)
    kept = str(enrolment.state) + str(bypass.state)

    for code in (*enrolment.shown["codes"], bypass.shown["code"]):
        assert code not in kept
        assert code.replace("-", "") not in kept


def test_a_code_holds_eighty_random_bits_and_nothing_that_is_misread():
    """N-REC-1."""
    codes = {new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert set("".join(codes)) == {*ALPHABET, "-"}
    assert 16 * 5 == 80


def test_a_code_may_be_typed_as_it_was_read():
    enrolment = RecoveryCodes().enrol({}, (), CEREMONY)
    typed = enrolment.shown["codes"][0].lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert use(RecoveryCodes(), enrolment.state, {"code": typed}).recovered


def test_a_second_set_of_recovery_codes_is_refused():
    held = (Authenticator("fac_1", "recovery_code", {}, status=ACTIVE),)

    with pytest.raises(BadInput):
        RecoveryCodes().enrol({}, held, CEREMONY)


def test_a_bypass_code_is_good_for_its_uses_and_its_time():
    enrolment = BypassCode().enrol({"uses": 2, "ttl_s": 600}, (), CEREMONY)
    response = {"code": enrolment.shown["code"]}
    once = use(BypassCode(), enrolment.state, response)
    twice = use(BypassCode(), once.state, response)

    assert (once.is_spent, twice.is_spent) == (False, True)
    with pytest.raises(ExpiredCode):
        use(BypassCode(), twice.state, response)
    with pytest.raises(ExpiredCode):
        use(BypassCode(), enrolment.state, response, now=NOW + 600)


def test_answers_are_compared_without_case_and_spacing():
    enrolment = Knowledge().enrol({"questions": PAIRS}, (), CEREMONY)

    answers = ["  answer 0 ä", "ANSWER 1 Ä", "answer   2 A\u0308"]

    assert not use(Knowledge(), enrolment.state, {"answers": answers}).is_spent


def test_the_answers_in_another_order_are_wrong():
    enrolment = Knowledge().enrol({"questions": PAIRS}, (), CEREMONY)

    with pytest.raises(WrongCode):
        use(Knowledge(), enrolment.state, {"answers": [each["answer"] for each in reversed(PAIRS)]})


@pytest.mark.parametrize("questions", [None, [], PAIRS[:2], [PAIRS[0]] * 3, [*PAIRS[:2], {"question": "x"}]])
def test_too_few_or_the_same_questions_are_refused(questions):
    with pytest.raises(BadInput):
        Knowledge().enrol({"questions": questions}, (), CEREMONY)


def test_questions_say_what_they_do_not_conform_to():
    """N-REC-6."""
    shown = Knowledge().enrol({"questions": PAIRS}, (), CEREMONY).shown

    assert "fails ASVS-6.4.2" in shown["compliance"]
