"""Countries, their cities and networks; every number that a real one could have is taken from reserved ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from numpy.random import Generator

from doorward.offline.worlds.profiles import CODES, Profile
from doorward.offline.worlds.streams import Weighted

RESIDENTIAL, MOBILE, CORPORATE, HOSTING, VPN = "residential", "mobile", "corporate", "hosting", "vpn"
ACCESS = (RESIDENTIAL, MOBILE)

CITIES = 25
COMPANIES = 60
VPN_PROVIDERS, VPN_EXITS = 6, 7
RARE_PER_COUNTRY = 2

# RFC 6996 keeps these numbers for private use.
_FIRST_ASN = 4_200_000_000
_BIG, _SMALL = 12, 6
_R, _M, _C, _H = RESIDENTIAL, MOBILE, CORPORATE, HOSTING
_KINDS = (_R, _R, _M, _R, _M, _C, _H, _R, _C, _H, _M, _R)

# Code, latitude, longitude, time zone, hours ahead of UTC (summer time is not modelled), whether it is a big country.
_COUNTRIES: tuple[tuple[str, float, float, str, float, bool], ...] = (
    ("NO", 60.5, 9.0, "Europe/Oslo", 1, True),
    ("SE", 60.1, 15.0, "Europe/Stockholm", 1, False),
    ("DK", 56.0, 10.0, "Europe/Copenhagen", 1, False),
    ("FI", 62.5, 26.0, "Europe/Helsinki", 2, False),
    ("DE", 51.2, 10.4, "Europe/Berlin", 1, True),
    ("US", 39.8, -98.6, "America/Chicago", -6, True),
    ("PL", 52.0, 19.4, "Europe/Warsaw", 1, True),
    ("GB", 53.0, -1.5, "Europe/London", 0, True),
    ("FR", 46.6, 2.4, "Europe/Paris", 1, True),
    ("NL", 52.2, 5.5, "Europe/Amsterdam", 1, False),
    ("ES", 40.2, -3.6, "Europe/Madrid", 1, False),
    ("IT", 42.8, 12.6, "Europe/Rome", 1, False),
    ("UA", 49.0, 31.4, "Europe/Kyiv", 2, False),
    ("RU", 55.7, 37.6, "Europe/Moscow", 3, True),
    ("BR", -14.2, -51.9, "America/Sao_Paulo", -3, True),
    ("IN", 22.0, 79.0, "Asia/Kolkata", 5.5, True),
    ("AU", -25.7, 134.0, "Australia/Sydney", 10, False),
    ("CA", 56.0, -106.0, "America/Toronto", -5, False),
    ("JP", 36.5, 138.0, "Asia/Tokyo", 9, False),
    ("ID", -2.2, 117.0, "Asia/Jakarta", 7, False),
)
# Where nobody genuine ever comes from.
_RARE_COUNTRIES: tuple[tuple[str, float, float, str], ...] = (
    ("RO", 45.9, 25.0, "Europe/Bucharest"),
    ("LV", 56.9, 24.9, "Europe/Riga"),
    ("CL", -35.7, -71.5, "America/Santiago"),
    ("CZ", 49.8, 15.5, "Europe/Prague"),
)


@dataclass(frozen=True, slots=True)
class City:
    """One city; *index* counts from 0 within its country."""

    country: str
    index: int
    lat: float
    lon: float
    zone: str

    @property
    def name(self) -> str:
        return f"{self.country} City {self.index + 1}"


@dataclass(frozen=True, slots=True)
class Asn:
    """One autonomous system; *index* counts them all and gives it its range of addresses."""

    index: int
    kind: str
    org: str

    @property
    def number(self) -> int:
        return _FIRST_ASN + self.index


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the world and in the network; *part* tells the companies of one system apart."""

    city: City
    asn: Asn
    part: int = 0


class Country:
    """A country with its cities by size and its systems by share; *companies* has at least one in every city."""

    def __init__(
        self, code: str, cities: Sequence[City], systems: Sequence[Asn], hours_ahead: float, tail: float
    ) -> None:
        self.code = code
        self.hours_ahead = hours_ahead
        self.cities = Weighted(cities, [1 / (rank + 1) for rank in range(len(cities))])
        self._systems = [(asn, (rank + 1) ** -tail) for rank, asn in enumerate(systems)]
        self.companies: dict[int, list[Spot]] = {}

    def system(self, rng: Generator, *kinds: str) -> Asn:
        """Draw a system of one of *kinds* by its share; of any kind where none is named."""
        key = kinds or (RESIDENTIAL, MOBILE, CORPORATE, HOSTING)
        return self._by_kinds[key].draw(rng)

    def has(self, kind: str) -> bool:
        return any(asn.kind == kind for asn, _ in self._systems)

    @cached_property
    def _by_kinds(self) -> dict[tuple[str, ...], Weighted[Asn]]:
        single = [(kind,) for kind in (RESIDENTIAL, MOBILE, CORPORATE, HOSTING)]
        groups = [*single, ACCESS, (RESIDENTIAL, CORPORATE), (RESIDENTIAL, MOBILE, CORPORATE, HOSTING)]
        drawn = {}
        for kinds in groups:
            found = [each for each in self._systems if each[0].kind in kinds]
            if found:
                drawn[kinds] = Weighted([asn for asn, _ in found], [share for _, share in found])
        return drawn


class Geography:
    """All places of one world; *exits* are the VPN providers' by provider, *rare* the systems nobody genuine uses.

    *traits* are those of the world.
    """

    def __init__(self, rng: Generator, profile: Profile) -> None:
        self.traits = profile.traits
        self._systems = 0
        self.countries = {row[0]: self._country(rng, row) for row in _COUNTRIES}
        self.homes = Weighted(CODES, [profile.homes[code] for code in CODES])
        self.outside = [code for code in CODES if code not in profile.most_common(4)]
        self.abroad = {
            home: Weighted(
                [code for code in CODES if code != home], [profile.homes[code] for code in CODES if code != home]
            )
            for home in CODES
        }
        self.exits = self._vpn(profile.most_common(VPN_EXITS))
        self.every_exit = [spot for provider in self.exits for spot in provider]
        self.rare = [
            Spot(_city(rng, code, 0, lat, lon, zone), self._asn(RESIDENTIAL, f"{code} Tiny Net {number + 1}"))
            for code, lat, lon, zone in _RARE_COUNTRIES
            for number in range(RARE_PER_COUNTRY)
        ]
        self.hosting = [country for country in self.countries.values() if country.has(HOSTING)]

    def _country(self, rng: Generator, row: tuple[str, float, float, str, float, bool]) -> Country:
        code, lat, lon, zone, hours_ahead, is_big = row
        cities = [_city(rng, code, index, lat, lon, zone) for index in range(CITIES)]
        kinds = _KINDS[: _BIG if is_big else _SMALL]
        systems = [self._asn(kind, f"{code} {kind.capitalize()} {rank + 1}") for rank, kind in enumerate(kinds)]
        country = Country(code, cities, systems, hours_ahead, self.traits.system_tail)
        for number in range(COMPANIES):
            city = cities[number] if number < CITIES else country.cities.draw(rng)
            spot = Spot(city, country.system(rng, CORPORATE), number)
            country.companies.setdefault(city.index, []).append(spot)
        return country

    def _vpn(self, codes: Sequence[str]) -> list[list[Spot]]:
        return [
            [
                Spot(self.countries[code].cities.items[0], self._asn(VPN, f"VPN Provider {provider + 1} {code}"))
                for code in codes
            ]
            for provider in range(VPN_PROVIDERS)
        ]

    def _asn(self, kind: str, org: str) -> Asn:
        self._systems += 1
        return Asn(self._systems - 1, kind, org)


def _city(rng: Generator, code: str, index: int, lat: float, lon: float, zone: str) -> City:
    north = min(85.0, max(-85.0, rng.normal(lat, 3.0)))
    east = (rng.normal(lon, 5.0) + 180.0) % 360.0 - 180.0
    return City(code, index, round(float(north), 4), round(float(east), 4), zone)
