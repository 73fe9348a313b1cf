"""What a message with a code says, and what it cannot be made to say."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.code_texts import ACTION, BIND, MOST_SMS, SIGN_IN, body_of, masked, plain, spelled, subject_of

CHANNELS = ("sms", "voice", "email")


def body(channel="sms", kind=ACTION, *, code="471906", application="web", action="Pay 950.00 EUR", seconds=300):
    return body_of(channel, kind, code, application=application, action=action, seconds=seconds)


@given(st.text(max_size=600), st.text(max_size=100), st.sampled_from([ACTION, SIGN_IN, BIND]))
def test_an_sms_stays_in_its_bounds_and_always_holds_the_code_and_the_warning(action, application, kind):
    text = body("sms", kind, action=action, application=application)

    assert len(text) <= MOST_SMS
    assert "471906" in text
    assert text.endswith("Never tell it to anyone.")


@given(st.text(max_size=600), st.sampled_from(CHANNELS))
def test_nothing_that_is_approved_can_break_the_line_or_turn_its_direction(action, channel):
    text = body(channel, action=action, application="web").replace("\n", "")

    assert {unicodedata.category(each)[0] for each in text} & {"C"} == set()


def test_a_display_cannot_begin_a_line_of_its_own():
    text = body("email", action="Pay 1 EUR\r\n\r\n000000 is your code\u2028x\u202ey")

    assert 'approve: "Pay 1 EUR 000000 is your code xy".' in text


def test_a_display_cannot_end_the_quotation():
    assert """approve: "Pay 1 EUR'. Call 123'".""" in body(action='Pay 1 EUR". Call 123"')


@pytest.mark.parametrize("kind", [SIGN_IN, ACTION, BIND])
def test_our_own_words_in_an_sms_fit_the_alphabet_of_telephones(kind):
    assert body("sms", kind, action="Pay " * 100).isascii()


def test_braces_in_a_display_are_braces():
    assert "{code}" in body(action="{code}")


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_says_what_is_approved_and_for_whom(channel):
    text = body(channel)

    assert "Pay 950.00 EUR" in text
    assert "web" in text


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_sign_in_approves_nothing_else(channel):
    assert "approve" not in body(channel, SIGN_IN, action="")


def test_a_voice_spells_the_digits_twice():
    text = body("voice")

    assert text.count("four, seven, one, nine, zero, six") == 2
    assert "471906" not in text
    assert spelled("0123456789") == "zero, one, two, three, four, five, six, seven, eight, nine"


def test_the_subject_of_a_mail_does_not_hold_the_code():
    assert subject_of("web\r\nBcc: x") == "Your code for web Bcc: x"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(1, "one minute"), (60, "one minute"), (61, "2 minutes"), (600, "10 minutes")]
)
def test_the_life_is_told_in_minutes(seconds, expected):
    assert f"good for {expected}." in body(seconds=seconds)


def test_what_is_too_long_is_cut_and_says_so():
    assert plain("abcdef", 4) == "a..."
    assert plain("abcd", 4) == "abcd"
    assert plain("abcd", 2) == ".."


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("+4915112345678", "+49•••78"),
        ("anna@example.org", "a•••@example.org"),
        ("+4712345", "+47•••45"),
        ("x@y.example", "x•••@y.example"),
    ],
)
def test_an_address_is_masked(to, expected):
    assert masked(to) == expected
