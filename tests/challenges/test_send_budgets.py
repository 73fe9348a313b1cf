"""Budgets of sending: what is refused, what it costs, and what a rule can see of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from doorward.budgets import OverBudget, SendBudgets
from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable, StoreUnavailable
from doorward.core.keyed import KeyedHash
from doorward.core.send_limits import LIMITS
from doorward.core.throttle import Limit
from doorward.meter import NullMeter
from doorward.senders.outbox import Outbox
from doorward.sending import Post
from doorward.stores import open_store

from .conftest import challenged
from .sent import ask_to_bind, begin, bound, with_outbox

NOW = 1_782_900_000.0
TENANT = "default"


class Counting(NullMeter):
    def __init__(self):
        self.results = []

    def sent(self, channel, result):
        self.results.append((channel, result))


class Away:
    def send(self, message):
        raise SenderUnavailable(message.channel, "it does not answer")


class Late:
    def send(self, message):
        raise PerhapsSent(message.channel, "it does not answer in time")


class StoreAway:
    def rewrite_note(self, *_, **__):
        raise StoreUnavailable


@pytest.fixture
def store():
    opened = open_store("sqlite:///:memory:", busy_seconds=1)
    yield opened
    opened.close()


def budgets(store, **changed):
    return SendBudgets(store, KeyedHash(b"k" * 32), {**LIMITS, **changed})


def post(store, sender, meter=None, **changed):
    return Post({"sms": sender, "email": sender}, budgets(store, **changed), store, meter or NullMeter())


def to(number, channel="sms", at=NOW):
    return Message(channel, number, "471906", "471906 is your code", at)


def owner(number):
    return bytes([number]) * 16


def send_to_all(carrier, numbers, subjects=None):
    """Send to each number for a subject of its own, and return how many were refused."""
    refused = 0
    for place, number in enumerate(numbers):
        try:
            carrier.send(TENANT, owner(place if subjects is None else subjects), to(number), NOW)
        except OverBudget:
            refused += 1
    return refused


@pytest.mark.parametrize(
    ("name", "numbers", "subject"),
    [
        ("subject", ["+4915100000001", "+4791200002", "+3361234503", "+4366012304"], 1),
        ("address", ["+4915100000001"] * 4, None),
        ("prefix", ["+883510000001", "+883510000002", "+883510000003", "+883510000004"], None),
        ("sms", ["+4915100000001", "+4791200002", "+3361234503", "+4366012304"], None),
        ("tenant", ["+4915100000001", "+4791200002", "+3361234503", "+4366012304"], None),
    ],
)
def test_each_budget_refuses_what_is_too_much_and_nothing_goes_out(store, name, numbers, subject):
    outbox, meter = Outbox(), Counting()
    carrier = post(store, outbox, meter, **{name: Limit(3, 3600, 3)})

    assert send_to_all(carrier, numbers, subject) == 1

    assert len(outbox.messages()) == 3
    assert meter.results[-1] == ("sms", f"over_{name}")


def test_what_one_budget_refuses_is_spent_from_no_other(store):
    carrier = post(store, Outbox(), address=Limit(3, 3600, 3), tenant=Limit(6, 3600, 6))
    send_to_all(carrier, ["+4915100000001"] * 50)

    assert send_to_all(carrier, ["+4791200002", "+3361234503", "+4366012304", "+4512345678"]) == 1


def test_another_tenant_has_budgets_of_its_own(store):
    carrier = post(store, Outbox(), tenant=Limit(3, 3600, 3))
    send_to_all(carrier, ["+4915100000001"] * 4)

    carrier.send("other", owner(9), to("+4915100000001"), NOW)


def test_a_number_has_one_budget_for_sms_and_voice(store):
    both = budgets(store, address=Limit(2, 3600, 2))
    both.spend(TENANT, owner(1), to("+4915100000001", "sms"), NOW)
    both.spend(TENANT, owner(2), to("+4915100000001", "voice"), NOW)

    with pytest.raises(OverBudget):
        both.spend(TENANT, owner(3), to("+4915100000001", "sms"), NOW)


def test_an_address_in_capitals_is_the_same_address(store):
    carrier = budgets(store, address=Limit(1, 3600, 1))
    carrier.spend(TENANT, owner(1), to("anna@example.org", "email"), NOW)

    with pytest.raises(OverBudget):
        carrier.spend(TENANT, owner(2), to("ANNA@example.org", "email"), NOW)


def test_messages_at_once_get_no_more_than_the_budget_holds(store):
    outbox = Outbox()
    carrier = post(store, outbox, subject=Limit(5, 3600, 5))

    with ThreadPoolExecutor(10) as pool:
        refused = sum(pool.map(lambda place: send_to_all(carrier, [f"+49151000000{place}"], 1), range(10, 40)))

    assert (refused, len(outbox.messages())) == (25, 5)


def test_a_sender_that_is_away_costs_no_budget(store):
    meter = Counting()
    away = post(store, Away(), meter, subject=Limit(3, 3600, 3))
    for _ in range(20):
        with pytest.raises(SenderUnavailable):
            away.send(TENANT, owner(1), to("+4915100000001"), NOW)

    repaired = post(store, Outbox(), subject=Limit(3, 3600, 3))
    repaired.send(TENANT, owner(1), to("+4915100000001"), NOW)

    assert meter.results == [("sms", "unavailable")] * 20


def test_what_may_have_been_sent_costs_its_budgets(store):
    meter = Counting()
    late = post(store, Late(), meter, subject=Limit(3, 3600, 3))
    for _ in range(3):
        with pytest.raises(PerhapsSent):
            late.send(TENANT, owner(1), to("+4915100000001"), NOW)

    with pytest.raises(OverBudget):
        late.send(TENANT, owner(1), to("+4915100000001"), NOW)

    assert meter.results == [("sms", "unavailable")] * 3 + [("sms", "over_subject")]


def test_nothing_is_sent_while_the_budgets_cannot_be_read(store):
    outbox = Outbox()
    carrier = Post({"sms": outbox}, SendBudgets(StoreAway(), KeyedHash(b"k" * 32)), store, NullMeter())

    with pytest.raises(StoreUnavailable):
        carrier.send(TENANT, owner(1), to("+4915100000001"), NOW)

    assert outbox.messages() == []


def test_a_budget_is_earned_back_with_time(store):
    limited = budgets(store, subject=Limit(10, 3600, 1))
    limited.spend(TENANT, owner(1), to("+4915100000001"), NOW)
    with pytest.raises(OverBudget) as caught:
        limited.spend(TENANT, owner(1), to("+4915100000001"), NOW + 1)

    limited.spend(TENANT, owner(1), to("+4915100000001"), NOW + 1 + caught.value.retry_after_seconds)


def test_a_person_who_asks_again_and_again_is_told_to_wait(tmp_path):
    house, outbox = with_outbox(tmp_path)
    made = bound(house, outbox, "sms")
    for number in range(5):
        asked = challenged(house, session={"id": f"s-{number}", "amr": ["pwd"]})
        assert begin(house, asked, made["id"]).status_code == 200
    late = challenged(house, session={"id": "s-late", "amr": ["pwd"]})

    answer = begin(house, late, made["id"])
    sent = len(outbox.messages())
    house.wait(int(answer.headers["Retry-After"]))

    assert (answer.status_code, answer.get_json()["type"]) == (429, "urn:doorward:problem:throttled")
    assert sent == 5
    assert begin(house, late, made["id"]).status_code == 200
    house.wiring.stop()


def test_bindings_to_one_number_from_many_accounts_are_bounded(tmp_path):
    house, outbox = with_outbox(tmp_path)

    statuses = [ask_to_bind(house, "sms", f"u-{number}").status_code for number in range(8)]

    assert statuses == [201] * 6 + [429] * 2
    assert len(outbox.messages()) == 6
    assert house.get("/v1/subjects/u-7/authenticators").get_json() == []
    house.wiring.stop()


def test_a_rule_sees_how_many_codes_were_sent(tmp_path):
    house, outbox = with_outbox(tmp_path)
    made = bound(house, outbox, "sms")
    begin(house, challenged(house), made["id"])
    house.wait(31)

    record = house.get(f"/v1/decisions/{house.decide('u-1')['id']}").get_json()
    later = house.decide("u-2")["id"]

    assert record["signals"]["velocity.codes_sent_1h"]["value"] == 2
    assert house.get(f"/v1/decisions/{later}").get_json()["signals"]["velocity.codes_sent_1h"]["value"] == 0
    house.wiring.stop()


def test_the_page_of_senders_shows_the_limits_as_they_are():
    page = (Path(__file__).parents[2] / "docs" / "senders.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+)` \| [^|]+ \| ([0-9]+) \| ([0-9]+) \| ([0-9]+) \|$", page, re.MULTILINE)

    assert {name: Limit(int(count), int(seconds), int(burst)) for name, count, seconds, burst in rows} == LIMITS
