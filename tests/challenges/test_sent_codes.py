"""Codes by SMS, voice and mail over HTTP: bound, begun, answered, and all that is refused on the way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from doorward.challenge_rows import KeptChallenges

from .conftest import challenged, verify
from .sent import ADDRESS, CHANNELS, PHONE, begin, bound, with_outbox


@pytest.fixture
def house(house_and_outbox):
    return house_and_outbox[0]


def wrong(code):
    return "000000" if code != "000000" else "000001"


@pytest.fixture
def begun(house, outbox):
    """A challenge that was begun with a number, its authenticator, and the code that was sent."""
    made = bound(house, outbox, "sms")
    challenge = challenged(house)
    assert begin(house, challenge, made["id"]).status_code == 200
    return challenge, made["id"], outbox.messages()[-1].code


def test_a_code_is_refused_before_one_was_sent(house, outbox):
    made = bound(house, outbox, "sms")
    challenge = challenged(house)

    answer = verify(house, challenge, made["id"], "123456").get_json()

    assert answer == {"status": "pending", "error": "expired_code", "attempts_left": 4}


def test_a_wrong_code_costs_an_attempt(house, begun):
    challenge, authenticator, code = begun

    answer = verify(house, challenge, authenticator, wrong(code)).get_json()

    assert answer == {"status": "pending", "error": "wrong_code", "attempts_left": 4}


@pytest.mark.parametrize(
    "typed", [471906, "471 906", "４７１９０６", "47190", "", None, "47190６", "+47190", "471906\n"]
)
def test_what_is_no_code_is_pointed_at_and_costs_no_attempt(house, begun, typed):
    challenge, authenticator, _ = begun

    answer = verify(house, challenge, authenticator, typed)

    assert answer.status_code == 422
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"] == 5


def test_a_code_whose_time_is_over_is_refused_though_the_challenge_is_open(house, begun):
    """N-OOB-2."""
    challenge, authenticator, code = begun
    house.wait(301)

    assert verify(house, challenge, authenticator, code).get_json()["error"] == "expired_code"


def test_a_code_is_refused_after_ten_minutes_in_all_cases(house, begun):
    """N-OOB-2."""
    challenge, authenticator, code = begun
    house.wait(601)

    assert verify(house, challenge, authenticator, code).status_code == 410


def test_a_code_of_another_challenge_is_refused_both_ways(house, outbox):
    """ASVS 6.6.2."""
    made = bound(house, outbox, "sms")
    challenges = [challenged(house), challenged(house, session={"id": "s-2", "amr": ["pwd"]})]
    codes = []
    for challenge in challenges:
        begin(house, challenge, made["id"])
        codes.append(outbox.messages()[-1].code)

    crossed = [verify(house, challenges[one], made["id"], codes[1 - one]).get_json() for one in (0, 1)]

    assert [each["error"] for each in crossed] == ["wrong_code", "wrong_code"]


def test_a_code_of_another_authenticator_is_refused(house, outbox):
    sms, mail = bound(house, outbox, "sms"), bound(house, outbox, "email")
    challenge = challenged(house)
    begin(house, challenge, sms["id"])
    code = outbox.messages()[-1].code

    assert verify(house, challenge, mail["id"], code).get_json()["error"] == "expired_code"


def test_a_code_is_accepted_once(house, begun):
    """N-OOB-3."""
    challenge, authenticator, code = begun

    assert verify(house, challenge, authenticator, code).get_json()["status"] == "passed"
    assert verify(house, challenge, authenticator, code).status_code == 409


def test_of_twenty_right_answers_at_once_exactly_one_passes(house, begun):
    """N-OOB-3."""
    challenge, authenticator, code = begun

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: verify(house, challenge, authenticator, code), range(20)))

    assert [answer.get_json()["status"] for answer in answers].count("passed") == 1


def test_of_twenty_begins_at_once_exactly_one_sends(house, outbox):
    made = bound(house, outbox, "sms")
    challenge = challenged(house)

    with ThreadPoolExecutor(20) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: begin(house, challenge, made["id"]), range(20))]

    assert sorted(statuses) == [200] + [429] * 19
    assert len(outbox.messages()) == 1


def test_a_resend_resets_no_counter_and_no_end(house, outbox, begun):
    """N-OOB-4: three wrong, sent again, one wrong: one answer is left of five."""
    challenge, authenticator, code = begun
    for _ in range(3):
        verify(house, challenge, authenticator, wrong(code))
    house.wait(31)

    again = begin(house, challenge, authenticator)
    answer = verify(house, challenge, authenticator, wrong(code)).get_json()

    assert again.status_code == 200
    assert outbox.messages()[-1].code == code
    assert answer["attempts_left"] == 1


def test_the_same_code_is_good_after_a_resend(house, begun):
    challenge, authenticator, code = begun
    house.wait(31)
    begin(house, challenge, authenticator)

    assert verify(house, challenge, authenticator, code).get_json()["status"] == "passed"


def test_a_second_message_too_soon_is_refused_and_not_sent(house, outbox, begun):
    challenge, authenticator, _ = begun
    house.wait(10)

    answer = begin(house, challenge, authenticator)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")
    assert len(outbox.messages()) == 1


def test_a_sent_code_is_in_no_answer_and_the_number_is_masked(house, outbox):
    made = bound(house, outbox, "sms")
    challenge = challenged(house)

    answer = begin(house, challenge, made["id"])
    told = answer.get_data(as_text=True)

    assert answer.get_json() == {
        "authenticator": made["id"],
        "type": "sms",
        "sent_to": "+49•••78",
        "expires_at": "2026-07-01T10:05:00Z",
        "resend_after": "2026-07-01T10:00:30Z",
        "digits": 6,
    }
    assert outbox.messages()[-1].code not in told
    assert PHONE not in told


def test_no_list_of_authenticators_shows_a_number_or_an_address(house, outbox):
    bound(house, outbox, "sms")
    bound(house, outbox, "email")

    told = house.get("/v1/subjects/u-1/authenticators").get_data(as_text=True)

    assert PHONE not in told
    assert ADDRESS not in told


@pytest.mark.parametrize(
    ("channel", "amr", "acr"),
    [
        ("sms", ["pwd", "sms", "mfa"], "aal2"),
        ("voice", ["pwd", "tel", "mfa"], "aal2"),
        ("email", ["pwd", "otp", "email"], "aal1"),
    ],
)
def test_a_right_code_proves_what_its_channel_is_worth(house, outbox, channel, amr, acr):
    """N-OOB-5: mail adds nothing."""
    made = bound(house, outbox, channel)
    challenge = challenged(house)
    begin(house, challenge, made["id"])

    passed = verify(house, challenge, made["id"], outbox.messages()[-1].code).get_json()

    assert (passed["status"], passed["amr"], passed["acr"]) == ("passed", amr, acr)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_message_says_what_is_approved(house, outbox, channel):
    made = bound(house, outbox, channel)
    action = {"name": "pay", "display": "Pay 950.00 EUR to Bo", "binding": {"amount": "950.00"}}
    challenge = challenged(house, action=action, application={"id": "bank"})

    begin(house, challenge, made["id"])

    assert "Pay 950.00 EUR to Bo" in outbox.messages()[-1].body
    assert "bank" in outbox.messages()[-1].body


def live_of(house, challenge):
    kept = KeptChallenges(house.wiring.store, house.wiring.services.sealer)
    return kept.read("default", challenge["id"], house.now[0]).challenge.live


def test_a_code_is_forgotten_once_it_is_spent(house, begun):
    challenge, authenticator, code = begun
    assert live_of(house, challenge)[authenticator]["code"] == code

    verify(house, challenge, authenticator, code)

    assert live_of(house, challenge) == {}


def test_a_challenge_that_has_failed_holds_no_code(house, begun):
    challenge, authenticator, code = begun
    for _ in range(5):
        verify(house, challenge, authenticator, wrong(code))

    assert live_of(house, challenge) == {}


def test_nothing_of_a_number_an_address_or_a_code_is_in_the_store_in_clear(tmp_path):
    file = tmp_path / "kept.db"
    house, outbox = with_outbox(tmp_path, change=lambda settings: replace(settings, store=f"sqlite:///{file}"))
    secrets = [PHONE, PHONE[1:], ADDRESS]
    for channel in ("sms", "email"):
        made = bound(house, outbox, channel)
        begin(house, challenged(house, session={"id": channel, "amr": ["pwd"]}), made["id"])
        secrets.append(outbox.messages()[-1].code)
    house.wiring.stop()

    kept = b"".join(each.read_bytes() for each in tmp_path.glob("kept.db*"))

    assert len(kept) > 10_000
    assert [secret for secret in secrets if secret.encode() in kept] == []
