"""One geo database that is open: what it is, what it answers, and whether its file is still the one that was opened."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import geoip2.database
import maxminddb
from geoip2.errors import AddressNotFoundError

from doorward.core.errors import DoorwardError
from doorward.facts.addresses import Address
from doorward.facts.records import text

LOCATION = "location"
OPERATOR = "operator"
ANONYMITY = "anonymity"

# By words of the type that the file states; the first that fits. A type that is not here is read by its shape.
_ROLES = (
    ("anonymous", frozenset({ANONYMITY})),
    ("asn", frozenset({OPERATOR})),
    ("isp", frozenset({OPERATOR})),
    ("enterprise", frozenset({LOCATION, OPERATOR})),
    ("city", frozenset({LOCATION})),
    ("country", frozenset({LOCATION})),
)
# Which of geoip2's look-ups fits a file of MaxMind's schema, by words of its type; other files are read as they are.
# So are cities and countries: geoip2 makes objects of all their translated names, and takes forty times as long.
_VENDORS = ("geoip2-", "geolite2-", "dbip-")
_LOOK_UPS = ("anonymous_ip", "asn", "isp", "enterprise")
_EVERY_ROLE = frozenset({LOCATION, OPERATOR, ANONYMITY})

# DB-IP writes `Oslo (Nordre Aker District)`; elsewhere brackets belong to the name: `Frankfurt (Oder)`.
_WITH_DISTRICTS = ("dbip", "city ipv")

# What the reader raises over a file that is broken within, found by feeding it thousands of broken ones.
_BROKEN = (
    maxminddb.InvalidDatabaseError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


class BrokenDatabase(DoorwardError):
    """The file is no geo database, or its records cannot be read."""


class Identity(NamedTuple):
    """Which file stands at a path, and in which state."""

    device: int
    inode: int
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> "Identity":
        """Return what stands at *path*; OSError where nothing does."""
        found = os.stat(path)
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def is_same_file(self, other: "Identity") -> bool:
        return (self.device, self.inode) == (other.device, other.inode)


class Database:
    """An open database. It is never closed by hand: another thread may be reading, so it goes with its last user."""

    def __init__(self, path: Path) -> None:
        """Open *path*; BrokenDatabase says why that cannot be done."""
        self.path = path
        if path.is_dir():
            raise BrokenDatabase("there is no geo database in this folder")
        try:
            self.identity = Identity.of(path)
            self._reader = geoip2.database.Reader(path)
            metadata = self._reader.metadata()
            self.type = text(metadata.database_type) or ""
            self._get = self._look_up(self.type.lower())
            self.built_at = float(metadata.build_epoch)
            self.built_on = datetime.fromtimestamp(self.built_at, UTC).date().isoformat()
            self._ip_version = int(metadata.ip_version)
        except _BROKEN as wrong:
            raise BrokenDatabase(_why(wrong)) from None
        lowered = self.type.lower()
        self.roles = next((roles for word, roles in _ROLES if word in lowered), _EVERY_ROLE)
        self.has_districts = any(word in lowered for word in _WITH_DISTRICTS)
        self.lookups = 0
        self.failures = 0

    @property
    def is_read_by_shape(self) -> bool:
        return self.roles is _EVERY_ROLE

    @property
    def preference(self) -> tuple[bool, float, str]:
        """Order by which databases of one role are asked: cities before bare countries, then the newest."""
        return "country" in self.type.lower(), -self.built_at, self.path.name

    def covers(self, address: Address) -> bool:
        return address.version == 4 or self._ip_version == 6

    def record(self, address: Address) -> Any:
        """Return the record of *address*, None where there is none; BrokenDatabase where it cannot be read."""
        self.lookups += 1
        try:
            if self.was_overwritten():
                raise BrokenDatabase("the file was overwritten in place")
            return self._get(address.text)
        except _BROKEN as wrong:
            self.failures += 1
            raise BrokenDatabase(_why(wrong)) from None
        except BrokenDatabase:
            self.failures += 1
            raise

    def _look_up(self, lowered: str) -> Callable[[str], Any]:
        """Return what answers for an address: geoip2 for MaxMind's types, the bare reader for every other file."""
        name = next((each for each in _LOOK_UPS if each.replace("_", "-") in lowered), None)
        if name is None or not lowered.startswith(_VENDORS):
            return maxminddb.open_database(self.path).get
        look_up = getattr(self._reader, name)

        def answer(address: str) -> Any:
            try:
                return look_up(address).to_dict()
            except AddressNotFoundError:
                return None

        return answer

    def was_overwritten(self) -> bool:
        """Answer whether the bytes under the open file are no longer those that were opened.

        The file is mapped into memory: to read past an end that has moved kills the process. A file that was
        replaced or deleted is no danger, since the old one lives for as long as it is mapped.
        """
        with suppress(OSError):
            found = Identity.of(self.path)
            return found.is_same_file(self.identity) and found != self.identity
        return False


def _why(wrong: BaseException) -> str:
    """Return a reason without the path, which the library's messages carry."""
    if isinstance(wrong, FileNotFoundError):
        return "there is no such file"
    if isinstance(wrong, OSError) and wrong.strerror:
        return wrong.strerror.lower()
    return "it is no geo database, or a broken one"
