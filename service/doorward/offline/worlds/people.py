"""The users of a world: where they live and work, what they sign in with, how often, and how well they type."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from numpy.random import Generator

from doorward.offline.worlds.browsers import DESKTOP, MOBILE, Model, draw_model, user_agent
from doorward.offline.worlds.geography import MOBILE as MOBILE_NETWORK
from doorward.offline.worlds.geography import RESIDENTIAL, Asn, City, Geography, Spot
from doorward.offline.worlds.profiles import Profile
from doorward.offline.worlds.rhythm import Habit, draw_habit
from doorward.offline.worlds.streams import Weighted, chance, one_of
from doorward.offline.worlds.traits import Traits

_RATES = (1.0, 0.35, 0.14, 0.05, 0.012)
_DEVICE_WEIGHTS = {"desktop": 0.65, "mobile": 0.35, "third": 0.20}
# Attempts of a user of `rba_like` after the first: negative binomial, and of one in twenty users six times as many.
# The specification's single 1 + NegBin(0.45, 2.9) has no room for the data set's 99th percentile of 28.
_SPREAD, _MORE_ATTEMPTS = 0.5, 2.4
_OFTEN_SHARE, _OFTEN = 0.05, 6.0


@dataclass(slots=True)
class Device:
    """One device until it is replaced on *until*; *cookie* is the device token that its browser holds now."""

    model: Model
    kind: str
    lag_days: float
    until: float
    pace: float
    cookie: str | None = None

    def agent(self, day: float) -> str:
        return user_agent(self.model, day, self.lag_days, self.pace)


@dataclass(slots=True)
class Lease:
    """A line with an address that its provider changes now and then, or at each sign-in where it is *shared*."""

    spot: Spot
    v6: bool
    shared: bool = False
    address: str = ""
    until: float = -1.0


@dataclass(slots=True)
class Person:
    """One user. Days count from the beginning of the world.

    *office* is a company's address, *workplace* a line of another kind; nobody has both. *exit* is the usual one of
    all VPN *exits* for somebody who subscribes to one.
    *attempts* is how often they come in all, where the profile says that instead of a rate.
    """

    index: int
    home: City
    provider: Asn
    carrier: Spot
    joined: float
    rate: float
    attempts: int
    habit: Habit
    typo: float
    private: bool
    house: Lease
    office: Spot | None = None
    workplace: Lease | None = None
    exits: Sequence[Spot] = ()
    exit: Spot | None = None
    devices: Weighted[int] = field(default_factory=lambda: Weighted((0,), (1.0,)))
    held: list[Device] = field(default_factory=list)
    places: Weighted[str] = field(default_factory=lambda: Weighted(("home",), (1.0,)))


def draw_person(rng: Generator, index: int, geography: Geography, profile: Profile, days: int) -> Person:
    """Draw user number *index* of a world that lasts *days*."""
    traits = profile.traits
    country = geography.countries[geography.homes.draw(rng)]
    home = country.cities.draw(rng)
    provider = country.system(rng, RESIDENTIAL)
    joined = 0.0 if chance(rng, 0.5) else float(rng.random() * 0.95 * days)
    rate, attempts = _activity(rng, profile, days - joined)
    v6 = chance(rng, traits.v6_homes)
    person = Person(
        index=index,
        home=home,
        provider=provider,
        carrier=Spot(home, country.system(rng, MOBILE_NETWORK)),
        joined=joined,
        rate=rate,
        attempts=attempts,
        habit=draw_habit(rng, country.hours_ahead, traits.any_hour),
        typo=float(rng.beta(1.2, 9.0)),
        private=chance(rng, traits.private),
        house=Lease(Spot(home, provider), v6),
    )
    _give_work(rng, person, geography)
    if chance(rng, traits.vpn):
        person.exits = geography.every_exit
        person.exit = one_of(rng, person.exits)
    _give_devices(rng, person, joined, traits)
    # Drawn last, and not at all where no home is: other worlds keep their numbers.
    person.house.shared = traits.shared_homes > 0 and chance(rng, traits.shared_homes)
    return person


def draw_device(rng: Generator, kind: str, day: float, traits: Traits) -> Device:
    """Draw a device of *kind* (`desktop`, `mobile`, or `third`, which may be any) that is new on *day*."""
    model = draw_model(rng, kind if kind in (DESKTOP, MOBILE) else "")
    until = day + float(rng.exponential(traits.device_life_days))
    return Device(model, kind, float(rng.exponential(traits.lag_days)), until, traits.pace)


def _activity(rng: Generator, profile: Profile, present: float) -> tuple[float, int]:
    """Return sign-ins a day, and the attempts of the whole world (0: as the rate says)."""
    if profile.frequency_classes:
        return Weighted(_RATES, profile.traits.frequencies).draw(rng) * float(rng.gamma(4.0, 0.25)), 0
    mean = _MORE_ATTEMPTS * (_OFTEN if chance(rng, _OFTEN_SHARE) else 1.0)
    attempts = 1 + int(rng.negative_binomial(_SPREAD, _SPREAD / (_SPREAD + mean)))
    return attempts / max(present, 1.0), attempts


def _give_work(rng: Generator, person: Person, geography: Geography) -> None:
    country, traits = geography.countries[person.home.country], geography.traits
    names = ["home", "mobile"]
    if chance(rng, traits.has_work):
        names.append("work")
        if chance(rng, 0.6):
            person.office = one_of(rng, country.companies[person.home.index])
        else:
            person.workplace = Lease(Spot(person.home, country.system(rng, RESIDENTIAL)), v6=False)
    person.places = Weighted(names, [getattr(traits, name) for name in names])


def _give_devices(rng: Generator, person: Person, day: float, traits: Traits) -> None:
    """Give a desktop, a mobile or both, and to some people a third device."""
    kinds: list[str] = []
    while not kinds:
        kinds = [kind for kind, share in ((DESKTOP, traits.desktop), (MOBILE, traits.phone)) if chance(rng, share)]
    if chance(rng, traits.third):
        kinds.append("third")
    person.held = [draw_device(rng, kind, day, traits) for kind in kinds]
    person.devices = Weighted(range(len(kinds)), [_DEVICE_WEIGHTS[kind] for kind in kinds])
