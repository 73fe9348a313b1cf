"""Codes that are sent, as the verifier makes and takes them: a state and an answer in, a state or a refusal out."""

import re

import pytest

from doorward.authenticators.out_of_band import OutOfBand
from doorward.core.challenges import MAX_LIFE_SECONDS
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.errors import BadInput, ExpiredCode, Throttled, WrongCode

from .contract import CEREMONY, NOW, VerifierContract, at

PHONE, ADDRESS = "+4915112345678", "anna@example.org"
PLACES = {"sms": PHONE, "voice": PHONE, "email": ADDRESS}
WHERE = {"sms": {"phone": PHONE}, "voice": {"phone": PHONE}, "email": {"address": ADDRESS}}
CHANNELS = tuple(PLACES)


def ceremony(now=NOW, **changes):
    return at(now, **({"action": "Pay 950.00 EUR"} | changes))


class SentContract(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return OutOfBand(self.channel)

    @pytest.fixture
    def asked(self):
        return WHERE[self.channel]

    def right(self, enrolment, begun):
        return {"code": begun.live["code"]}

    def wrong(self, enrolment, begun):
        return {"code": "000000" if begun.live["code"] != "000000" else "000001"}

    def test_two_authenticators_differ(self, verifier, asked):
        # At one address they are the same, and what is secret is each code.
        codes = {verifier.enrol(asked, (), CEREMONY).live["code"] for _ in range(5)}

        assert len(codes) > 1


class TestSms(SentContract):
    channel = "sms"


class TestVoice(SentContract):
    channel = "voice"


class TestEmail(SentContract):
    channel = "email"


def held(channel="sms"):
    return Authenticator("fac_1", channel, {"to": PLACES[channel]}, status=ACTIVE)


def begun(channel="sms", now=NOW, **more):
    return OutOfBand(channel).begin(held(channel), None, ceremony(now, **more))


@pytest.mark.parametrize("digits", [5, 9, 0])
def test_a_code_of_fewer_than_six_digits_cannot_be_configured(digits):
    """N-OOB-1."""
    with pytest.raises(ValueError, match="6 to 8 digits"):
        OutOfBand("sms", digits=digits)


def test_a_code_that_lives_longer_than_ten_minutes_cannot_be_configured():
    """N-OOB-2."""
    with pytest.raises(ValueError, match="600 seconds"):
        OutOfBand("email", seconds=601)


def test_a_wrong_code_is_told_as_wrong():
    live = begun().live
    wrong = "000000" if live["code"] != "000000" else "000001"

    with pytest.raises(WrongCode):
        OutOfBand("sms").verify({}, live, wrong, ceremony())


@pytest.mark.parametrize("late", [300, 3000])
def test_the_right_code_is_refused_once_its_time_is_over(late):
    live = begun("sms").live

    with pytest.raises(ExpiredCode):
        OutOfBand("sms").verify({}, live, live["code"], ceremony(NOW + late))


def test_a_code_is_refused_where_none_was_begun():
    with pytest.raises(ExpiredCode):
        OutOfBand("sms").verify({}, None, "123456", ceremony())


def test_a_right_code_leaves_the_state_as_it_is():
    live = begun().live

    assert OutOfBand("sms").verify({"to": PHONE}, live, live["code"], ceremony()).state == {"to": PHONE}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_code_never_lives_past_its_challenge_or_ten_minutes(channel):
    """N-OOB-2."""
    short = OutOfBand(channel).begin(held(channel), None, ceremony(expires_at=NOW + 42)).live
    long = OutOfBand(channel).begin(held(channel), None, ceremony(expires_at=NOW + 5000)).live

    assert short["expires_at"] == NOW + 42
    assert long["expires_at"] <= NOW + MAX_LIFE_SECONDS


def test_a_second_message_too_soon_is_throttled():
    """N-OOB-4."""
    first = begun()

    with pytest.raises(Throttled) as caught:
        OutOfBand("sms").begin(held(), first.live, ceremony(NOW + 10))

    assert caught.value.retry_after_seconds == 20


def test_a_clock_that_was_set_back_does_not_make_the_wait_longer_than_any_wait_is():
    first = begun()

    with pytest.raises(Throttled) as caught:
        OutOfBand("sms").begin(held(), first.live, ceremony(NOW - 9999))

    assert caught.value.retry_after_seconds <= 120


def test_a_second_message_brings_the_same_code_until_the_same_end():
    first = begun()

    second = OutOfBand("sms").begin(held(), first.live, ceremony(NOW + 31))

    assert second.message.code == first.message.code
    assert second.live["expires_at"] == first.live["expires_at"]
    assert "4 minutes" not in first.message.body
    assert "It is good for 5 minutes" in second.message.body


def test_the_wait_grows_with_each_message():
    verifier, live, waits, now = OutOfBand("email"), None, [], NOW
    for _ in range(4):
        live = verifier.begin(held("email"), live, ceremony(now)).live
        waits.append(live["resend_at"] - now)
        now = live["resend_at"]

    assert waits == [30, 45, 60, 75]


def test_after_its_end_a_new_code_is_made_and_the_wait_goes_on_growing():
    first = begun("sms")

    second = OutOfBand("sms").begin(held(), first.live, ceremony(NOW + 301))

    assert second.live["sends"] == 2
    assert second.live["expires_at"] == NOW + 600


def test_a_thousand_codes_are_spread_evenly():
    """N-OOB-1: chi-square over the digits of 1 000 codes; with 9 degrees of freedom 45 is past one in a million."""
    codes = [begun().live["code"] for _ in range(1000)]
    counts = [sum(code.count(str(digit)) for code in codes) for digit in range(10)]

    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)
    assert sum((count - 600) ** 2 / 600 for count in counts) < 45
    assert len(set(codes)) > 990


@pytest.mark.parametrize("digits", [6, 7, 8])
def test_a_code_has_as_many_digits_as_were_set(digits):
    begun = OutOfBand("sms", digits=digits).begin(held(), None, ceremony())

    assert len(begun.live["code"]) == digits == begun.shown["digits"]


@pytest.mark.parametrize(
    "phone", ["015112345678", "+0151123", "+49 151 123456", "+4915１1234567", "+49", 49151, "", None]
)
def test_what_is_no_number_is_pointed_at(phone):
    with pytest.raises(BadInput) as caught:
        OutOfBand("sms").enrol({"phone": phone}, (), ceremony())

    assert [each.pointer for each in caught.value.mistakes] == ["#/phone"]


BAD_ADDRESSES = ["anna", "@example.org", "anna@example", "an na@example.org", "anna@example.org\r\nBcc: x@example.org"]
BAD_ADDRESSES += ["änna@example.org", "anna@exämple.org", "anna@example.org>", "anna@" + "a." * 130 + "org", ""]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address_is_pointed_at(address):
    with pytest.raises(BadInput) as caught:
        OutOfBand("email").enrol({"address": address}, (), ceremony())

    assert [each.pointer for each in caught.value.mistakes] == ["#/address"]


def test_a_field_of_another_type_is_pointed_at():
    with pytest.raises(BadInput) as caught:
        OutOfBand("sms").enrol({"phone": PHONE, "address": ADDRESS, "digits": 6}, (), ceremony())

    assert [each.pointer for each in caught.value.mistakes] == ["#/address", "#/digits"]


def test_a_number_that_begins_otherwise_is_refused_where_beginnings_are_set():
    verifier = OutOfBand("sms", prefixes=("+47", "+4915"))

    with pytest.raises(BadInput, match="not accepted here"):
        verifier.enrol({"phone": "+8835100012345"}, (), ceremony())

    assert verifier.enrol({"phone": PHONE}, (), ceremony()).state == {"to": PHONE}


def test_a_number_that_is_bound_already_is_refused():
    with pytest.raises(BadInput, match="bound already"):
        OutOfBand("sms").enrol({"phone": PHONE}, (held(),), ceremony())


@pytest.mark.parametrize("channel", CHANNELS)
def test_binding_sends_a_code_at_once_and_shows_no_address(channel):
    enrolment = OutOfBand(channel).enrol(WHERE[channel], (), ceremony(expires_at=0.0, action=""))

    assert enrolment.message.to == PLACES[channel]
    assert enrolment.message.code == enrolment.live["code"]
    assert PLACES[channel] not in str(enrolment.shown)
    assert enrolment.live["code"] not in str(enrolment.shown)


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_what_a_telephone_company_could_hand_over_comes_with_a_warning(channel):
    """N-OOB-8."""
    shown = OutOfBand(channel).enrol(WHERE[channel], (), ceremony()).shown

    assert ("warning" in shown) == (channel != "email")
