"""What our own records know of who was at the door, as labels of canonical events."""

from collections import Counter

import pytest

from doorward.kept import KeptRecords
from doorward.offline import labels
from doorward.offline.event import read_event
from doorward.ports import RecordQuery

from ..challenges.conftest import bound_totp, challenged, code_of, verify
from ..line.conftest import house_in

DAY = 86_400


@pytest.fixture
def house(tmp_path):
    made = house_in(tmp_path)
    yield made
    made.wiring.stop()


def events(house, **more):
    kept = KeptRecords(house.wiring.store, house.wiring.services.sealer)
    rows = house.wiring.store.records(RecordQuery("default"), house.now[0])
    return list(labels.labelled_events((kept.open(row) for row in rows), now=house.now[0], **more))


def feedback(house, decision, label):
    body = {"label": label, "source": "analyst"}
    assert house.post(f"/v1/decisions/{decision['id']}/feedback", body).status_code == 200


def test_what_a_person_says_last_goes_before_everything_else(house):
    decision = house.decide()
    house.wait(3 * DAY)
    feedback(house, decision, "genuine")
    feedback(house, decision, "fraud")

    assert [each["label"] for each in events(house)] == ["fraud"]


def test_whoever_says_not_me_was_not_at_the_door(house):
    bound_totp(house)
    challenge = challenged(house)
    house.post(f"/v1/challenges/{challenge['id']}/cancel", {"reason": "not_me"})

    assert [each["label"] for each in events(house)] == ["fraud"]


def test_a_second_factor_of_a_sign_in_shows_who_it_was(house):
    decision = house.decide(result="passed")
    house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed", "amr": ["otp"]})

    assert [each["label"] for each in events(house)] == ["genuine"]


def test_an_action_is_labelled_by_people_alone(house):
    made = bound_totp(house)
    challenge = challenged(house)
    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["status"] == "passed"

    assert [each["label"] for each in events(house)] == [None]


def test_what_nobody_disputes_for_two_days_was_genuine(house):
    house.decide()
    assert [each["label"] for each in events(house)] == [None]

    house.wait(2 * DAY + 1)

    assert [each["label"] for each in events(house)] == ["genuine"]


@pytest.mark.parametrize("result", ["failed", "pending"])
def test_what_was_not_shown_has_no_label(house, result):
    house.decide(result=result)
    house.wait(3 * DAY)

    assert [each["label"] for each in events(house)] == [None]


def test_a_challenge_that_was_given_up_is_no_fraud(house):
    decision = house.decide()
    house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "abandoned"})
    house.wait(3 * DAY)

    assert [each["label"] for each in events(house)] == [None]


def test_the_events_are_canonical_and_their_reasons_are_counted(house):
    house.decide()
    house.wait(3 * DAY)
    house.decide(result="failed")
    reasons = Counter()

    read = [read_event(each) for each in events(house, reasons=reasons)]

    assert [each.label for each in read] == ["", "genuine"]
    assert [each.verified for each in read] == [False, True]
    assert reasons == {labels.UNDISPUTED: 1, labels.NOT_SHOWN: 1}
