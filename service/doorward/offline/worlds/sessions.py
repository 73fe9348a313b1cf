"""A person's sign-ins from the first to the last: the trips, the leases and the cookies between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from numpy.random import Generator

from doorward.offline.worlds.addresses import company_address, fresh, shared
from doorward.offline.worlds.geography import CORPORATE, MOBILE, RESIDENTIAL, Geography, Spot
from doorward.offline.worlds.people import Device, Lease, Person, draw_device
from doorward.offline.worlds.profiles import Profile
from doorward.offline.worlds.rhythm import FAILURE_GAP_SECONDS, Span, Visit, visits_by_attempts, visits_by_rate
from doorward.offline.worlds.streams import chance, one_of
from doorward.offline.worlds.traits import Traits

DAY_MS = 86_400_000

_VPN_USED, _EXIT_KEPT = 0.5, 0.75
_DOMESTIC, _HOTEL = 0.55, 0.6


@dataclass(slots=True)
class Session:
    """Attempts of one context: failures at *failed_ms*, then a success at *at_ms* where it *succeeds*.

    Times are milliseconds from the beginning of the world. *cookie* is what the browser presents, *issued* the one
    that a success leaves it with. *number* counts the genuine successes of a world by time. An attacker's session has
    a *family*, and no *device* of the victim's.
    """

    user: int
    at_ms: int
    failed_ms: tuple[int, ...]
    spot: Spot
    address: str
    agent: str
    cookie: str | None = None
    issued: str | None = None
    succeeds: bool = True
    device: Device | None = None
    family: str | None = None
    number: int = -1

    @property
    def day(self) -> float:
        return self.at_ms / DAY_MS


@dataclass(slots=True)
class _Trip:
    spot: Spot
    until: float
    hotel: Spot
    hotel_address: str


def sessions_of(
    rng: Generator, person: Person, geography: Geography, profile: Profile, days: int, start: date
) -> Iterator[Session]:
    """Yield the sessions of *person* in the order of time; the person's devices and leases go along with them."""
    traits = profile.traits
    trip: _Trip | None = None
    for visit in _visits(rng, person, profile, days, start):
        device = _device(rng, person, visit.day, traits)
        if trip is None or trip.until <= visit.day:
            trip = _trip(rng, person, geography, visit.day)
        spot, address = _place(rng, person, trip, visit.day, traits)
        if chance(rng, traits.cookie_cleared):
            device.cookie = None
        cookie = device.cookie
        issued = cookie or f"c-{int(rng.integers(2**63)):016x}"
        if visit.succeeds and not person.private:
            device.cookie = issued
        at_ms, failed_ms = _times(rng, visit)
        yield Session(
            user=person.index,
            at_ms=at_ms,
            failed_ms=failed_ms,
            spot=spot,
            address=address,
            agent=device.agent(visit.day),
            cookie=cookie,
            issued=device.cookie,
            succeeds=visit.succeeds,
            device=device,
        )


def _visits(rng: Generator, person: Person, profile: Profile, days: int, start: date) -> list[Visit]:
    span = Span(person.joined, days, start)
    if profile.frequency_classes:
        return visits_by_rate(rng, person.habit, span, rate=person.rate, typo=person.typo)
    return visits_by_attempts(rng, person.habit, span, attempts=person.attempts, typo=person.typo)


def _device(rng: Generator, person: Person, day: float, traits: Traits) -> Device:
    """Return the device that is used on *day*; whatever wore out before is replaced by another of its kind."""
    at = person.devices.draw(rng)
    while person.held[at].until <= day:
        person.held[at] = draw_device(rng, person.held[at].kind, person.held[at].until, traits)
    return person.held[at]


def _trip(rng: Generator, person: Person, geography: Geography, day: float) -> _Trip | None:
    if not chance(rng, geography.traits.trips * min(7.0, 1 / person.rate)):
        return None
    home = geography.countries[person.home.country]
    is_domestic = chance(rng, _DOMESTIC)
    country = home if is_domestic else geography.countries[geography.abroad[home.code].draw(rng)]
    city = country.cities.draw(rng)
    while city == person.home:
        city = country.cities.draw(rng)
    hotel = Spot(city, country.system(rng, RESIDENTIAL, CORPORATE))
    roaming = country.system(rng, MOBILE)
    until = day + float(rng.gamma(2.0, 3.0))
    return _Trip(Spot(city, roaming), until, hotel, fresh(rng, hotel, geography.traits))


def _place(rng: Generator, person: Person, trip: _Trip | None, day: float, traits: Traits) -> tuple[Spot, str]:
    """Return where the person signs in from on *day*, and the address there."""
    if person.exit is not None and chance(rng, _VPN_USED):
        spot = person.exit if chance(rng, _EXIT_KEPT) else one_of(rng, person.exits)
        return spot, fresh(rng, spot, traits)
    if trip is not None:
        return (trip.hotel, trip.hotel_address) if chance(rng, _HOTEL) else (trip.spot, fresh(rng, trip.spot, traits))
    place = person.places.draw(rng)
    if place == "mobile":
        return person.carrier, fresh(rng, person.carrier, traits)
    if place == "work" and person.office is not None:
        return person.office, company_address(person.office)
    if place == "work" and person.workplace is not None:
        return person.workplace.spot, _leased(rng, person.workplace, day, traits)
    return person.house.spot, _leased(rng, person.house, day, traits)


def _leased(rng: Generator, lease: Lease, day: float, traits: Traits) -> str:
    """Return the line's address on *day*; one whose lease has run out gets another."""
    if lease.shared:
        return shared(rng, lease.spot)
    while lease.until <= day:
        begun = max(lease.until, 0.0)
        lease.until = begun + float(rng.exponential(traits.home_lease_days))
        lease.address = fresh(rng, lease.spot, traits, v6=lease.v6)
    return lease.address


def _times(rng: Generator, visit: Visit) -> tuple[int, tuple[int, ...]]:
    """Return when the visit succeeds and when its failures were, about 17 s before each other."""
    at_ms = int(visit.day * DAY_MS)
    failed = []
    moment = float(at_ms)
    for _ in range(visit.failures):
        moment -= FAILURE_GAP_SECONDS * 1000 * float(rng.uniform(0.7, 1.3))
        failed.append(max(0, int(moment)))
    return at_ms, tuple(reversed(failed))
