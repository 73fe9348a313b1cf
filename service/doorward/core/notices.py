"""What is told to whom: every event with who hears of it, where a subject is reached, and what may be said.

A message never holds a code, a secret, an address or a number; what is said of an event is chosen here by name and
by shape, so that nothing else gets in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from doorward.core.enrolment import Authenticator
from doorward.core.request import Contact

Json = dict[str, Any]

MAX_ADDRESSES = 16
EMAIL, SMS = "email", "sms"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of EVENTS.

    *subject* says that its owner is told at every address, *operators* that web-hooks carry it. One *by_anyone* can
    be brought about without leave of the owner, again and again: of many in a short time the owner gets one message.
    One *after_password* is told to the owner only where the password was right, or nobody says that it was not.
    """

    name: str
    doc: str
    subject: bool = True
    operators: bool = True
    by_anyone: bool = False
    after_password: bool = False


def _alarm(name: str, doc: str, *, after_password: bool = False) -> Event:
    return Event(name, doc, by_anyone=True, after_password=after_password)


EVENTS: tuple[Event, ...] = (
    _alarm("decision.notify", "a rule with `notify: true` allowed or challenged an attempt", after_password=True),
    _alarm("decision.denied", "a rule with `notify: true` denied an attempt", after_password=True),
    Event("decision.not_me", "the owner said of an attempt, by the link of a message, that it was somebody else"),
    _alarm("enrolment.denied", "the password was right and nothing was bound, and the rule denied"),
    _alarm("challenge.failed", "a challenge ended after too many wrong answers"),
    _alarm("challenge.not_me", "a challenge was answered with «it was not me»"),
    _alarm("device.token_copied", "a device token came back that had been replaced before: a copy"),
    Event("device.dropped", "one device or all were made a stranger's"),
    Event("authenticator.bound", "an authenticator was bound"),
    Event("authenticator.revoked", "an authenticator was ended for good"),
    Event("authenticator.suspended", "an authenticator was suspended"),
    Event("authenticator.resumed", "a suspended authenticator is good again"),
    Event("authenticator.disabled", "an authenticator was disabled after 100 wrong answers"),
    Event("recovery_code.used", "a recovery code was used, and replaced"),
    Event("bypass_code.used", "a code that an administrator gave out was used"),
    Event("contacts.changed", "the addresses to be told are others now; those before are told for seven days more"),
    Event("subject.exempted", "an administrator exempted the subject for some hours"),
    Event("subject.unlocked", "an administrator cleared the wrong answers that were counted"),
    Event("subject.reset", "an administrator ended all authenticators and devices"),
    Event("subject.erased", "everything that was held of the subject is gone"),
)
BY_NAME: Mapping[str, Event] = {event.name: event for event in EVENTS}

_ID = re.compile(r"(fac|chl|dev)_[A-Za-z0-9_-]{1,40}\Z|all\Z")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_NAME = re.compile(r"(?!dvt_|dwk_|wty_|grt_|rcp_|whsec_|eyJ)[A-Za-z][A-Za-z0-9_.:-]{0,127}\Z")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?\Z")
_MOST_WORDS = 32

# What a web-hook says beyond the event, the subject and the decision, and the shape of each: nothing with an @, a +
# or a blank in it, and nothing that a person has typed.
_TOLD: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("authenticator", "challenge", "device"), _ID),
    **dict.fromkeys(("type", "status", "by", "level", "outcome", "kind", "channels"), _WORD),
    **dict.fromkeys(("rule", "application", "action"), _NAME),
    **dict.fromkeys(("score", "authenticators", "devices"), _NUMBER),
    "until": _TIME,
    "country": _COUNTRY,
}


def told_of(details: Mapping[str, Any]) -> Json:
    """Return those of *details* that may leave the house; free text, addresses and what is unknown stay."""
    return {name: value for name, value in details.items() if name in _TOLD and _fits(value, _TOLD[name])}


def _fits(value: Any, shape: re.Pattern[str]) -> bool:
    if isinstance(value, list | tuple):
        return len(value) <= _MOST_WORDS and all(isinstance(each, str) and _fits(each, shape) for each in value)
    return not isinstance(value, bool) and shape.match(str(value)) is not None


def bound_at(authenticators: Iterable[Authenticator]) -> tuple[Contact, ...]:
    """Return where those of *authenticators* lead that are an address or a number."""
    return tuple(Contact(each.type, str(each.state["to"])) for each in authenticators if each.type in (EMAIL, SMS))


def addresses(groups: Iterable[Iterable[Contact]], bound: Iterable[Contact] = ()) -> tuple[Contact, ...]:
    """Return where a subject is told: every mail address, and of each group without one every number, by SMS.

    The groups are judged one by one, and the mail of *bound* authenticators counts for nothing in this: an address
    that somebody adds to an account must not be why its owner's number is told no more.
    """
    vouched = [contact for group in groups for contact in _of_group(tuple(group))]
    has_mail = any(each.channel == EMAIL for each in vouched)
    more = [each for each in bound if each.channel == EMAIL or (each.channel == SMS and not has_mail)]
    found = {(each.channel, each.address.casefold()): each for each in reversed((*vouched, *more))}
    return tuple(reversed(found.values()))[:MAX_ADDRESSES]


def _of_group(group: tuple[Contact, ...]) -> tuple[Contact, ...]:
    mail = tuple(each for each in group if each.channel == EMAIL)
    return mail or tuple(Contact(SMS, each.address) for each in group if each.channel == SMS)
