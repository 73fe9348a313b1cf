"""Messages to owners whose sender does not say what became of them: each try costs, so that they come to an end."""

import pytest

from doorward.budgets import SendBudgets
from doorward.core.errors import PerhapsSent, SenderUnavailable, Throttled
from doorward.core.keyed import KeyedHash
from doorward.core.notice_texts import Scene
from doorward.core.request import Contact
from doorward.core.throttle import Limit
from doorward.meter import NullMeter
from doorward.owner_mail import OwnerMail
from doorward.stores import open_store

NOW = 1_782_900_000.0
TO = Contact("email", "anna@example.org")
SCENE = Scene("challenge.failed", NOW)
SUBJECT = b"s" * 16


class Failing:
    """Raises what it was given, and counts."""

    def __init__(self, error):
        self.error, self.asked = error, 0

    def send(self, message):
        self.asked += 1
        raise self.error


@pytest.fixture
def budgets():
    store = open_store("sqlite:///:memory:", busy_seconds=1)
    limits = dict.fromkeys(("subject", "address", "email", "tenant"), Limit(3, 3600, 3))
    yield SendBudgets(store, KeyedHash(b"k" * 32), limits, note="alarms")
    store.close()


def tried(budgets, error):
    """Return how many of ten tries reach the sender."""
    sender = Failing(error)
    mail = OwnerMail({"email": sender}, budgets, budgets, NullMeter())
    for _ in range(10):
        with pytest.raises((SenderUnavailable, Throttled)):
            mail.send("default", SUBJECT, TO, SCENE, "Shop", "", NOW, alarm=True)
    return sender.asked


def test_a_message_that_may_have_been_sent_is_not_sent_without_end(budgets):
    assert tried(budgets, PerhapsSent("email", "it took too long")) == 3


def test_a_message_that_was_surely_not_sent_costs_nothing(budgets):
    assert tried(budgets, SenderUnavailable("email", "down")) == 10
