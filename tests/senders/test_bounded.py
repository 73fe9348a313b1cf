"""A sender that hangs holds up nobody: at most so many at once, and none for long."""

import threading

import pytest

from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.senders.bounded import Bounded

MAIL = Message("email", "anna@example.org", "471906", "body", 0.0)


class Hanging:
    """Returns once it is let go."""

    def __init__(self):
        self.gate, self.begun = threading.Event(), 0

    def send(self, message):
        self.begun += 1
        self.gate.wait(10)


class Failing:
    def send(self, message):
        raise SenderUnavailable(message.channel, "as it said")


@pytest.fixture
def hanging():
    made = Hanging()
    yield made
    made.gate.set()


def test_a_message_that_takes_too_long_is_given_up(hanging):
    with pytest.raises(PerhapsSent, match="it took too long"):
        Bounded(hanging, most=1, seconds=0.05).send(MAIL)


def test_a_message_beyond_the_places_is_refused_at_once(hanging):
    bounded = Bounded(hanging, most=2, seconds=0.05)
    for _ in range(2):
        with pytest.raises(SenderUnavailable, match="took too long"):
            bounded.send(MAIL)

    with pytest.raises(SenderUnavailable, match="too many messages are on their way") as refused:
        bounded.send(MAIL)

    assert not isinstance(refused.value, PerhapsSent)
    assert hanging.begun == 2


def test_a_place_is_free_again_once_its_message_has_ended(hanging):
    bounded = Bounded(hanging, most=1, seconds=0.05)
    with pytest.raises(SenderUnavailable):
        bounded.send(MAIL)
    hanging.gate.set()
    bounded._pool.submit(int).result(5)

    bounded.send(MAIL)

    assert hanging.begun == 2


def test_what_the_sender_says_is_said():
    bounded = Bounded(Failing(), most=1)
    for _ in range(3):
        with pytest.raises(SenderUnavailable, match="as it said"):
            bounded.send(MAIL)
