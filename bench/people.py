"""Invented people, and what they send: the same numbers always give the same people and the same requests.

A person has an address at home, a telephone's and one at work, all in one region (the requests of a run come within
minutes), one or two browsers, and a language. Most requests are a sign-in from where and with what the person always
comes; the rest are what makes a service work harder.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

NEWCOMERS = 0.08  # the share of requests by somebody who was never here
AWAY = 0.07  # by a known person from an address of another network, every second time with another browser
FAILED = 0.10
ACTIONS = 0.06  # within a session; the others are sign-ins
IPV6 = 0.15

_FIRST_BYTES = (31, 46, 62, 77, 78, 80, 81, 84, 85, 87, 88, 91, 92, 93, 95, 109, 178, 188, 193, 194, 195, 212, 217)
_SIXES = ("2001:470", "2003:c0", "2a01:cb00", "2a02:8071", "2a00:23c4", "2a01:799")
_LANGUAGES = ("de-DE,de;q=0.9,en;q=0.7", "nb-NO", "en-GB,en;q=0.8", "fr-FR,fr;q=0.9", "pl", "es-ES,es;q=0.9")
_ACTIONS = ("orders.list", "profile.show", "payments.transfer", "account.change_email")
_SYSTEMS = ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")


class Request(NamedTuple):
    """One request as bytes: between *front* and *back* stands the device token that *person* holds by then."""

    person: str
    front: bytes
    back: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with habits."""

    id: str
    addresses: tuple[str, ...]
    agents: tuple[str, ...]
    language: str

    @classmethod
    def numbered(cls, number: int) -> "Person":
        draw = random.Random(number)
        home = somewhere(draw)
        return cls(
            id=f"u-{number}",
            addresses=(home, near(draw, home), near(draw, home)),
            agents=tuple(some_agent(draw) for _ in range(draw.choice((1, 2, 2)))),
            language=draw.choice(_LANGUAGES),
        )

    def usual(self, draw: random.Random) -> tuple[str, str]:
        """Return an address and a browser that this person comes with."""
        return draw.choices(self.addresses, (70, 20, 10))[0], self.agents[0]


class Traffic:
    """An endless stream of requests by *people*, who must not be in another stream: each holds a token of their own."""

    def __init__(self, seed: str, people: list[Person]) -> None:
        self._random = random.Random(seed)
        self._seed = seed
        self._people = people
        self._newcomers = 0

    def __iter__(self) -> Iterator[Request]:
        return self

    def __next__(self) -> Request:
        draw = self._random
        if draw.random() < NEWCOMERS:
            return self._newcomer(draw)
        person = draw.choice(self._people)
        address, agent = person.usual(draw)
        if draw.random() < AWAY:
            address = somewhere(draw)
            if draw.random() < 0.5:
                return built("", login(person, address, some_agent(draw), passed=draw.random() >= FAILED))
        if draw.random() < ACTIONS:
            return built(person.id, action(person, address, agent, draw.choice(_ACTIONS)))
        return built(person.id, login(person, address, agent, passed=draw.random() >= FAILED))

    def _newcomer(self, draw: random.Random) -> Request:
        self._newcomers += 1
        person = Person(
            f"new-{self._seed}-{self._newcomers}", (somewhere(draw),), (some_agent(draw),), draw.choice(_LANGUAGES)
        )
        return built("", login(person, person.addresses[0], person.agents[0], passed=draw.random() >= FAILED))


def login(person: Person, address: str, agent: str, *, passed: bool) -> dict[str, Any]:
    return _body("login", person, address, agent) | {"credential": {"result": "passed" if passed else "failed"}}


def action(person: Person, address: str, agent: str, name: str) -> dict[str, Any]:
    done: dict[str, Any] = {"name": name}
    if name == "payments.transfer":
        done |= {"binding": {"amount": "950.00", "to": "DE02"}, "display": "Pay 950.00 EUR"}
    return _body("action", person, address, agent) | {"action": done, "session": {"id": "s-1", "amr": ["pwd"]}}


def _body(kind: str, person: Person, address: str, agent: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "application": {"id": "web"},
        "subject": {"id": person.id},
        "client": {"ip": address, "user_agent": agent, "accept_language": person.language, "device_token": None},
    }


def built(person: str, body: dict[str, Any]) -> Request:
    front, slot, back = json.dumps(body, separators=(",", ":")).encode().partition(b'"device_token":null')
    return Request(person, front + slot[:-4], back)


def somewhere(draw: random.Random) -> str:
    if draw.random() < IPV6:
        return f"{draw.choice(_SIXES)}:{draw.randrange(65536):x}:{draw.randrange(65536):x}::{draw.randrange(1, 9999):x}"
    return f"{draw.choice(_FIRST_BYTES)}.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"


def near(draw: random.Random, address: str) -> str:
    """Return an address of another network not far from *address*: a neighbouring /24, or /64."""
    if ":" in address:
        first, second, *_ = address.split(":")
        return f"{first}:{second}:{draw.randrange(65536):x}:{draw.randrange(65536):x}::{draw.randrange(1, 9999):x}"
    first, second, third, _ = address.split(".")
    return f"{first}.{second}.{int(third) ^ draw.randrange(1, 8)}.{draw.randrange(1, 255)}"


def some_agent(draw: random.Random) -> str:
    """Return one of some two hundred user agents."""
    kind, version = draw.randrange(4), draw.randrange(128, 146)
    if kind == 0:
        return f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    if kind == 1:
        return (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS {version % 18 + 1}_{version % 6} like Mac OS X) AppleWebKit/605.1.15 "
            f"(KHTML, like Gecko) Version/{version % 18 + 1}.0 Mobile/15E148 Safari/604.1"
        )
    where = "Linux; Android 10; K" if kind == 2 else draw.choice(_SYSTEMS)
    mobile = " Mobile" if kind == 2 else ""
    return f"Mozilla/5.0 ({where}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0{mobile} Safari/537.36"
