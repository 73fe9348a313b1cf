"""TOTP and HOTP: the vectors of the RFCs, windows, drift, replay."""

import base64

import pyotp
import pytest

from doorward.authenticators.hotp import LOOK_AHEAD, Hotp
from doorward.authenticators.totp import Totp
from doorward.core.errors import BadInput, ReplayedCode, WrongCode

from .contract import CEREMONY, NOW, VerifierContract, at

# RFC 6238, appendix B: keys are as long as the hash.
SEEDS = {"SHA1": b"1234567890" * 2, "SHA256": b"1234567890" * 3 + b"12", "SHA512": b"1234567890" * 6 + b"1234"}
RFC_6238 = [
    (59, "94287082", "SHA1"), (59, "46119246", "SHA256"), (59, "90693936", "SHA512"),
    (1111111109, "07081804", "SHA1"), (1111111109, "68084774", "SHA256"), (1111111109, "25091201", "SHA512"),
    (1111111111, "14050471", "SHA1"), (1111111111, "67062674", "SHA256"), (1111111111, "99943326", "SHA512"),
    (1234567890, "89005924", "SHA1"), (1234567890, "91819424", "SHA256"), (1234567890, "93441116", "SHA512"),
    (2000000000, "69279037", "SHA1"), (2000000000, "90698825", "SHA256"), (2000000000, "38618901", "SHA512"),
    (20000000000, "65353130", "SHA1"), (20000000000, "77737706", "SHA256"), (20000000000, "47863826", "SHA512"),
]  # fmt: skip
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


def seed(algorithm="SHA1"):
    return base64.b32encode(SEEDS[algorithm]).decode()


def verify(verifier, state, code, now=NOW, **changes):
    return verifier.verify(dict(state), None, code, at(now, **changes)).state


class TestTotp(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return Totp()

    @pytest.fixture
    def asked(self):
        return {}

    def right(self, enrolment, begun):
        return {"code": pyotp.TOTP(enrolment.state["secret"]).at(NOW)}

    def wrong(self, enrolment, begun):
        return {"code": pyotp.TOTP(enrolment.state["secret"]).at(NOW + 90)}


class TestHotp(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return Hotp()

    @pytest.fixture
    def asked(self):
        return {}

    def right(self, enrolment, begun):
        return {"code": pyotp.HOTP(enrolment.state["secret"]).at(3)}

    def wrong(self, enrolment, begun):
        return {"code": pyotp.HOTP(enrolment.state["secret"]).at(LOOK_AHEAD + 1)}


@pytest.mark.parametrize(("now", "code", "algorithm"), RFC_6238)
def test_the_vectors_of_rfc_6238_are_accepted(now, code, algorithm):
    asked = {"secret": seed(algorithm), "algorithm": algorithm, "digits": 8}

    state = verify(Totp(window=0), Totp().enrol(asked, (), CEREMONY).state, code, now)

    assert state["last_step"] == now // 30


def test_the_vectors_of_rfc_4226_are_accepted_in_their_order():
    state = Hotp().enrol({"secret": seed()}, (), CEREMONY).state

    for code in RFC_4226:
        state = verify(Hotp(), state, code)

    assert state["counter"] == len(RFC_4226)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_one_step_either_side_is_accepted(steps):
    """N-OTP-4, N-OTP-5."""
    state = Totp().enrol({}, (), CEREMONY).state

    spent = verify(Totp(), state, pyotp.TOTP(state["secret"]).at(NOW + 30 * steps))

    assert spent["last_step"] == NOW // 30 + steps


@pytest.mark.parametrize("steps", [-2, 2])
def test_two_steps_either_side_are_refused(steps):
    """N-OTP-4, N-OTP-5."""
    state = Totp().enrol({}, (), CEREMONY).state

    with pytest.raises(WrongCode):
        verify(Totp(), state, pyotp.TOTP(state["secret"]).at(NOW + 30 * steps))


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_window_of_nothing_takes_the_present_step_alone(steps):
    """N-OTP-6, ASVS 6.5.5."""
    state = Totp().enrol({}, (), CEREMONY).state

    with pytest.raises(WrongCode):
        verify(Totp(window=0), state, pyotp.TOTP(state["secret"]).at(NOW + 30 * steps))


def test_a_code_and_every_earlier_one_is_refused_once_it_was_used():
    """N-OTP-3."""
    state = Totp().enrol({}, (), CEREMONY).state
    otp = pyotp.TOTP(state["secret"])
    state = verify(Totp(), state, otp.at(NOW))

    for code in (otp.at(NOW), otp.at(NOW - 30)):
        with pytest.raises(ReplayedCode):
            verify(Totp(), state, code)


def test_a_clock_that_wanders_is_followed():
    state = Totp().enrol({}, (), CEREMONY).state
    otp, now = pyotp.TOTP(state["secret"]), NOW
    for late in (1, 2, 3, 4):
        now += 3600
        state = verify(Totp(), state, otp.at(now - 30 * late), now)

    assert state["drift"] == -4


def test_a_code_from_before_the_store_lost_its_memory_is_refused():
    state = Totp().enrol({}, (), CEREMONY).state
    code = pyotp.TOTP(state["secret"]).at(NOW)

    with pytest.raises(ReplayedCode):
        verify(Totp(), state, code, codes_from=NOW + 1)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"secret": "GEZDGNBVGY3TQOJQ"}, "#/secret"),  # N-OTP-1: 10 bytes
        ({"secret": "not base32!"}, "#/secret"),
        ({"secret": "A" * 1000}, "#/secret"),
        ({"algorithm": "MD5"}, "#/algorithm"),
        ({"digits": 7}, "#/digits"),
        ({"period": 121}, "#/period"),  # N-OTP-2
        ({"period": 1}, "#/period"),
    ],
)
def test_a_weak_seed_cannot_be_brought_in(asked, pointer):
    with pytest.raises(BadInput) as refused:
        Totp().enrol(asked, (), CEREMONY)

    assert [each.pointer for each in refused.value.mistakes] == [pointer]


def test_a_new_seed_is_as_long_as_its_hash():
    """N-OTP-1."""
    lengths = {}
    for algorithm in SEEDS:
        secret = Totp().enrol({"algorithm": algorithm}, (), CEREMONY).shown["secret"]
        lengths[algorithm] = len(base64.b32decode(secret + "=" * (-len(secret) % 8)))

    assert lengths == {"SHA1": 20, "SHA256": 32, "SHA512": 64}


def test_what_the_app_reads_is_a_picture_without_references():
    shown = Totp().enrol({}, (), CEREMONY).shown

    assert shown["otpauth_uri"].startswith("otpauth://totp/Acme:u-1?")
    assert shown["qr_svg"].startswith("<svg")
    assert "href" not in shown["qr_svg"]


def test_a_counter_moves_on_success_alone_and_never_back():
    """N-HOTP-1."""
    state = Hotp().enrol({"secret": seed()}, (), CEREMONY).state
    with pytest.raises(WrongCode):
        verify(Hotp(), state, "000000")

    state = verify(Hotp(), state, RFC_4226[4])

    assert state["counter"] == 5
    for code in RFC_4226[:5]:
        with pytest.raises(ReplayedCode):
            verify(Hotp(), state, code)


@pytest.mark.parametrize("counter", [-1, 2**53, "0"])
def test_a_counter_that_is_none_is_refused(counter):
    with pytest.raises(BadInput):
        Hotp().enrol({"counter": counter}, (), CEREMONY)
