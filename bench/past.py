"""Gives invented people a past: a history of verified sign-ins and a browser that is known, written into a store.

A service that has run for months decides about people whom it knows. What is written is what `doorward.learning` would
have written over sixty days, worked out at once.
"""

import random
from dataclasses import dataclass

from doorward import device_tokens
from doorward.api.requests import to_request
from doorward.core import history
from doorward.core.context import Sight
from doorward.core.keyed import KeyedHash
from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.gather import sight_again
from doorward.learning import PROFILE_LIFE_SECONDS
from doorward.ports import DeviceRecord, Store
from doorward.sealing import derive
from doorward.settings import Settings
from doorward.subjects import subject_key
from people import Person, login, somewhere

TENANT = "default"
DAY = 86_400.0
DAYS = 60
MEDIAN = 40
SPREAD = 0.9
HOURS = range(6, 23)
AWAY = 0.05  # the share of past sign-ins from an address that is none of the person's own


@dataclass(frozen=True, slots=True)
class Past:
    """What a store holds of one person, and the token of the browser that the person comes back with."""

    subject: bytes
    profile: bytes
    devices: tuple[DeviceRecord, ...]
    token: str


class Historian:
    """Works out pasts under the secrets of *settings*: what it writes, a service with the same secrets finds."""

    def __init__(self, settings: Settings) -> None:
        if settings.secret is None:
            raise ValueError("a history is kept under the keyed hashes of a secret")
        self.hasher = KeyedHash(derive(settings.secret, "keyed-hash"))
        self._locator = GeoProvider(settings.geo)
        self._agents = UserAgents()
        self._device_life = settings.device_days * DAY

    def past(self, person: Person, *, sign_ins: int, devices: int, now: float) -> Past:
        """Return *person*'s past: *sign_ins* over sixty days, at three hours that are the person's own."""
        draw = random.Random(person.id)
        issued = [device_tokens.issue(now=now - DAYS * DAY, life_seconds=self._device_life) for _ in range(devices)]
        profile, sights = b"", dict[tuple[str, int], Sight]()
        hours = draw.sample(HOURS, 3)
        for number in range(sign_ins):
            day = now // DAY - DAYS + int((DAYS - 1) * number / sign_ins)
            at = day * DAY + draw.choice(hours) * 3600.0 + draw.randrange(3600)
            which = draw.choices(range(devices), [3 if place == 0 else 1 for place in range(devices)])[0]
            address = somewhere(draw) if draw.random() < AWAY else draw.choices(person.addresses, (70, 20, 10))[0]
            sight = sights.get((address, which)) or self.sight(person, address, which)
            sights[address, which] = sight
            profile = history.learn(
                profile,
                event_id=f"{person.id}/{number}",
                at=at,
                sight=sight._replace(device_id=issued[which].record.id),
                weight=history.PASSWORD_ONLY_WEIGHT,
                quarantined=False,
                now=at,
            ).profile
        records = tuple(each.record for each in issued)
        return Past(subject_key(self.hasher, TENANT, person.id), profile, records, issued[0].token)

    def sight(self, person: Person, address: str, browser: int) -> Sight:
        """Return what is kept of a sign-in from *address* with one of the person's browsers."""
        request = to_request(login(person, address, person.agents[browser % len(person.agents)], passed=True))
        network = self._locator.look_up(address)
        agent = self._agents.parse(request.client.user_agent)
        return sight_again(self.hasher, TENANT, request, network, agent, "")


def usual_number(person: Person) -> int:
    """Return how many sign-ins *person* has behind them: none to a hundred, forty at the median of all."""
    return min(history.MAX_ENTRIES, int(random.Random(f"{person.id}/sign-ins").lognormvariate(0, SPREAD) * MEDIAN))


def write(store: Store, past: Past, now: float) -> None:
    """Put *past* into *store*."""
    ends = now + PROFILE_LIFE_SECONDS
    store.rewrite_profile(TENANT, past.subject, lambda _: past.profile or None, expires_at=ends, now=now)
    for device in past.devices:
        store.put_device(TENANT, device, now)
